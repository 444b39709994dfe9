// The published methods: each is either in the registry or known to be not offered, and nothing is both.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { clientRequests } from '../../../server/protocol/methods.ts';
import { isNotOffered, notOfferedMethods } from '../../../server/protocol/notOffered.ts';
import { publishedMethods } from '../../support/schemaOracle.ts';

/** Answered by the reference server, but no longer in the schema that it publishes. */
const V1 = ['getConversationSummary', 'gitDiffToRemote', 'getAuthStatus'];

describe('the methods that are not offered', () => {
  const registered = Object.keys(clientRequests);

  it('are none of the registry', () => {
    deepEqual(
      notOfferedMethods().filter((method) => registered.includes(method)),
      [],
    );
    equal(isNotOffered('thread/start'), false);
    equal(isNotOffered('no/such/method'), false);
  });

  it('are, with the registry, all that is published', async () => {
    const published = await publishedMethods();
    ok(published.length > 150);
    deepEqual(
      notOfferedMethods().filter((method) => !published.includes(method) && !V1.includes(method)),
      [],
      'not published at all',
    );
    deepEqual(
      published.filter((method) => !registered.includes(method) && !isNotOffered(method)),
      [],
      'neither offered nor known to be not offered',
    );
  });
});
