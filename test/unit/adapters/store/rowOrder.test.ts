// The numbers of rows in the order in which they lie: a damaged one is set right, or does not take the place of another row.
import { deepEqual, throws } from 'node:assert/strict';
import { inOrder, type Placed, type Reading } from '../../../../server/adapters/store/rowOrder.ts';

const rows = (...places: number[]): Placed<string>[] => places.map((place) => ({ place, row: `was ${place}` }));

const END = Number.MAX_SAFE_INTEGER;

function read(places: readonly number[], reading: Reading = { first: 0 }): string {
  return [...inOrder(rows(...places), reading)]
    .map(({ place, isDoubtful }) => `${place}${isDoubtful ? '?' : ''}`)
    .join(' ');
}

describe('the order of rows', () => {
  for (const [why, places, expected] of [
    ['rows in order, with places left empty', [1, 2, 5, 9], '1 2 5 9'],
    ['a number that is too high', [1, 2, 35, 4, 5], '1 2 3 4 5'],
    ['the first number', [33, 2, 3], '1 2 3'],
    ['a number that is too low', [10, 11, 2, 13], '10 11 12 13'],
    ['the last number', [10, 11, 2], '10 11 12?'],
    ['a place among several', [1, 2, 35, 5, 6], '1 2 3? 5 6'],
    ['a number twice, with room above', [1, 2, 2, 4], '1 2 3 4'],
    ['a number twice, with room below', [35, 37, 37, 38], '35 36 37 38'],
    ['a number twice, with much room', [30, 37, 37, 38], '30 36? 37 38'],
    ['a first number with room before it', [33, 5, 6], '4? 5 6'],
  ] as const) {
    it(why, () => {
      deepEqual(read(places), expected);
      const backwards = read(places.map((place) => -place).toReversed(), { first: -END, isBackwards: true });
      const numbers = (text: string): readonly number[] => text.split(' ').map((word) => Math.abs(parseInt(word)));
      deepEqual(numbers(backwards).toReversed(), numbers(expected), 'read backwards');
    });
  }

  it('the first number stays doubtful where nothing is known of those before', () => {
    deepEqual(read([33, 2, 3], { first: null }), '33? 2 3');
  });

  it('gives what came before a failure', () => {
    const seen: number[] = [];
    function* failing(): Generator<Placed<string>> {
      yield* rows(1, 2);
      throw new Error('a damaged page');
    }
    throws(() => {
      for (const { place } of inOrder(failing(), { first: 0 })) seen.push(place);
    }, /a damaged page/);
    deepEqual(seen, [1, 2]);
  });
});
