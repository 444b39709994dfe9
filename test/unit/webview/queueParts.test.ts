// Queued messages: taken apart and put together again without a loss, changed, and put in order.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { UserInput } from '../../../server/protocol/schema/item.ts';
import { editedInput, isChanged, moved, partsOf } from '../../../webview-ui/queue/queueParts.ts';
import { selectionText } from '../../../webview-ui/session/userInput.ts';

const words = (text: string): UserInput => ({
  type: 'text',
  text,
  text_elements: [{ byteRange: { start: 0, end: 1 } }],
});
const selection: UserInput = {
  type: 'text',
  text: selectionText({ type: 'selection', path: '/w/a.ts', name: 'a.ts', startLine: 1, endLine: 2, text: 'x\ny' }),
  text_elements: [],
};

const part = fc.oneof(
  fc.string({ minLength: 1 }).map(words),
  fc.constant(selection),
  fc.constant<UserInput>({ type: 'image', url: 'data:,', detail: 'low' }),
  fc.constant<UserInput>({ type: 'localImage', path: '/i.png' }),
  fc.constant<UserInput>({ type: 'skill', name: 's', path: '/s' }),
  fc.constant<UserInput>({ type: 'mention', name: 'm', path: '/m' }),
);

describe('a queued message', () => {
  it('is the same after an edit that changes nothing, whatever it consists of', () => {
    fc.assert(
      fc.property(fc.array(part), (input) => {
        const edit = { text: partsOf(input).text, removed: [] };
        assert.deepEqual(editedInput(input, edit), input);
        assert.equal(isChanged(input, edit), false);
      }),
    );
  });

  it('keeps every part beside its words when these change, but for those that were taken off', () => {
    fc.assert(
      fc.property(fc.array(part), fc.string({ minLength: 1 }), fc.array(fc.nat(6)), (input, text, removed) => {
        const { beside, text: before } = partsOf(input);
        const edited = editedInput(input, { text: `x${text}`, removed });
        const kept = beside.filter((_, index) => !removed.includes(index));
        if (before === `x${text}`) return;
        assert.deepEqual(edited, [{ type: 'text', text: `x${text}`, text_elements: [] }, ...kept]);
      }),
    );
  });

  it('may lose its words or its attachments, and is nothing without both', () => {
    const input = [words('look'), selection];
    assert.deepEqual(editedInput(input, { text: ' ', removed: [] }), [selection]);
    assert.deepEqual(editedInput(input, { text: 'look', removed: [0] }), [words('look')]);
    assert.deepEqual(editedInput(input, { text: '', removed: [0] }), []);
    assert.equal(isChanged(input, { text: 'look', removed: [0] }), true);
  });

  it('moves within the others and not beyond them', () => {
    const ids = ['a', 'b', 'c'];
    assert.deepEqual(moved(ids, 'a', 1), ['b', 'a', 'c']);
    assert.deepEqual(moved(ids, 'c', -2), ['c', 'a', 'b']);
    for (const [id, steps] of [
      ['a', -1],
      ['c', 1],
      ['x', 1],
      ['b', 0],
    ] as const)
      assert.equal(moved(ids, id, steps), ids);
  });
});
