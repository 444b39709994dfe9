// A feature that a server lacks is told from a request that went wrong.
import { deepEqual } from 'node:assert/strict';
import { ConnectionLost, ProtocolError } from '../../../server/protocol/errors.ts';
import { isUnknownMethod } from '../../../src/agentServer/unknownMethod.ts';

describe('a method that the server does not know', () => {
  it('is recognised as Bowline and as the reference server say it', () => {
    const errors = [
      new ProtocolError('methodNotFound', 'Unknown method: checkpoint/preview'),
      new ProtocolError('methodNotFound', 'Not offered.', { kind: 'notOffered' }),
      new ProtocolError('invalidRequest', 'Invalid request: unknown variant `checkpoint/preview`, expected one of …'),
      new ProtocolError('invalidRequest', 'Invalid request: missing field `threadId`'),
      new ConnectionLost(),
    ];
    deepEqual(errors.map(isUnknownMethod), [true, true, true, false, false]);
  });
});
