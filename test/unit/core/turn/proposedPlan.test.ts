// Plans in streamed text: what the reference takes for a plan, and that the cuts between deltas do not matter.
import { deepEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { PlanSplitter, splitPlan } from '../../../../server/core/turn/proposedPlan.ts';

const ROWS: readonly (readonly [message: string, text: string, plan: string | null])[] = [
  ['no plan', 'no plan', null],
  ['Intro\n<proposed_plan>\n- one\n- two\n</proposed_plan>\nOutro', 'Intro\nOutro', '- one\n- two\n'],
  ['a <proposed_plan> inline </proposed_plan> b\nnext', 'a <proposed_plan> inline </proposed_plan> b\nnext', null],
  ['<proposed_plan>\nP1\n</proposed_plan>\nmid\n<proposed_plan>\nP2\n</proposed_plan>\n', 'mid\n', 'P2\n'],
  ['  <proposed_plan>  \nP1\n  </proposed_plan> \nafter', 'after', 'P1\n'],
  ['<proposed_plan> x\nP1\n</proposed_plan>', '<proposed_plan> x\nP1\n</proposed_plan>', null],
  ['<proposed_plan>\nP1</proposed_plan>\nafter', '', 'P1</proposed_plan>\nafter'],
  ['<proposed_plan>', '', ''],
  ['x\n</proposed_plan>\ny', 'x\n</proposed_plan>\ny', null],
  ['<proposed_plan>\r\nP1\r\n</proposed_plan>\r\nafter', 'after', 'P1\r\n'],
  ['<proposed_plan>\nP\n<proposed_plan>\nQ\n</proposed_plan>\nz', 'z', 'P\n<proposed_plan>\nQ\n'],
  ['text <proposed_plan>\nP1\n</proposed_plan>', 'text <proposed_plan>\nP1\n</proposed_plan>', null],
  ['<proposed_plan>\nunclosed', '', 'unclosed'],
  ['tail\n<proposed_pl', 'tail\n<proposed_pl', null],
];

/** The pieces of these deltas, with neighbours of one kind joined. */
function pieces(deltas: readonly string[]): string[] {
  const splitter = new PlanSplitter();
  const joined: string[] = [];
  let last = '';
  for (const piece of [...deltas.flatMap((delta) => splitter.push(delta)), ...splitter.end()]) {
    const text = piece.type === 'planStarted' ? '' : piece.text;
    if (piece.type === last && last !== 'planStarted') joined.push(`${joined.pop()}${text}`);
    else joined.push(`${piece.type}: ${text}`);
    last = piece.type;
  }
  return joined;
}

function cut(text: string, places: readonly number[]): string[] {
  const ends = [...new Set(places.map((place) => place % (text.length + 1)))].toSorted((a, b) => a - b);
  return [...ends, text.length].map((end, index) => text.slice(ends[index - 1] ?? 0, end));
}

const message = fc
  .array(
    fc.constantFrom(
      '<proposed_plan>',
      '</proposed_plan>',
      '\n',
      '\r\n',
      ' ',
      '\t',
      'word',
      '<',
      '<proposed_',
      'é',
      '🪢',
    ),
    { maxLength: 30 },
  )
  .map((words) => words.join(''));

describe('proposed plans', () => {
  for (const [whole, text, plan] of ROWS) {
    it(JSON.stringify(whole), () => deepEqual(splitPlan(whole), { text, plan }));
  }

  it('are found alike however the text is cut', () => {
    fc.assert(
      fc.property(message, fc.array(fc.nat(), { maxLength: 20 }), (text, places) =>
        deepEqual(pieces(cut(text, places)), pieces([text])),
      ),
      { numRuns: 3000 },
    );
    for (const [whole] of ROWS) deepEqual(pieces(whole.split('')), pieces([whole]));
  });

  it('are told as soon as they are sure: only what may become a tag is held', () => {
    const splitter = new PlanSplitter();
    deepEqual(splitter.push('<propo'), []);
    deepEqual(splitter.push('sal> a'), [{ type: 'text', text: '<proposal> a' }]);
    deepEqual(splitter.push('<proposed_plan>'), [{ type: 'text', text: '<proposed_plan>' }]);
  });
});
