// The shared conversations, held with Bowline's program and with the reference: all differences are known, and each has its reason.
import { deepEqual } from 'node:assert/strict';
import { differencesOf } from './compare.ts';
import { CONVERSATIONS } from './conversations.ts';
import { acceptedBy, EXPECTED } from './differences.ts';
import { openPeer, type Side } from './peers.ts';
import { plainForm, type Lanes } from './plain.ts';
import type { Line } from '../support/wireClient.ts';
import { Scene, type Conversation } from './scene.ts';
import { notUnderstood } from './understood.ts';

async function hold(conversation: Conversation, side: Side): Promise<{ lanes: Lanes; strange: string[] }> {
  const peer = await openPeer(side, conversation.config ?? '');
  try {
    const scene = new Scene(peer);
    await conversation.play(scene);
    return { lanes: plainForm(scene.lines, peer.base), strange: notUnderstood(scene.lines) };
  } finally {
    await peer.close();
  }
}

describe('Bowline and the reference, in the same conversation', function () {
  this.timeout(180_000); // the first time the reference is installed
  const occurred = new Set<string>();
  let held = 0;

  it('a difference is seen: another value, another place, what one says alone', () => {
    const said = (method: string, params: object): Line => ({ direction: '<', message: { method, params } });
    const form = (...lines: Line[]): Lanes => plainForm(lines, '/base');
    const bowline = form(said('a', { path: '/base/x', n: 1 }), said('b', { list: [{ type: 'p' }] }), said('c', {}));
    const reference = form(said('b', { list: [] }), said('a', { path: '/base/x', n: 2 }), said('c', { d: null }));
    const seen = differencesOf(bowline, reference);
    deepEqual(seen, [
      'only the reference: < b',
      '< a: n is 1, not 2',
      'only Bowline: < b',
      '< c: d is absent, not null',
    ]);
    deepEqual(
      seen.flatMap((difference) => acceptedBy(difference, 'a simple turn')),
      [],
    );
  });

  for (const conversation of CONVERSATIONS) {
    it(conversation.title, async () => {
      const [bowline, reference] = await Promise.all([hold(conversation, 'bowline'), hold(conversation, 'reference')]);
      const unlisted = differencesOf(bowline.lanes, reference.lanes).filter((difference) => {
        const patterns = acceptedBy(difference, conversation.title);
        for (const pattern of patterns) occurred.add(pattern);
        return patterns.length === 0;
      });
      held += 1;
      deepEqual(unlisted, []);
      deepEqual(reference.strange, [], 'what the reference says is understood by Bowline’s clients');
    });
  }

  it('every difference that is accepted still occurs', function () {
    if (held < CONVERSATIONS.length) return this.skip(); // some were not held
    const gone = EXPECTED.filter((pattern) => !occurred.has(pattern));
    deepEqual(gone, []);
  });
});
