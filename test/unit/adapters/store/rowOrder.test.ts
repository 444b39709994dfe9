// The numbers of rows in the order in which they lie: a damaged one is set right, or does not take the place of another row.
import { deepEqual, throws } from 'node:assert/strict';
import { inOrder, type Placed } from '../../../../server/adapters/store/rowOrder.ts';

const rows = (...places: number[]): Placed<string>[] => places.map((place) => ({ place, row: `was ${place}` }));

function read(places: readonly number[], first: number | null = 0): string {
  return [...inOrder(rows(...places), first)]
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
    ['downwards', [-9, -8, -39, -6, -5], '-9 -8 -7 -6 -5'],
  ] as const) {
    it(why, () => {
      deepEqual(read(places, places[0] < 0 ? null : 0), expected);
    });
  }

  it('the first number stays doubtful where nothing is known of those before', () => {
    deepEqual(read([33, 2, 3], null), '33? 2 3');
  });

  it('gives what came before a failure', () => {
    const seen: number[] = [];
    function* failing(): Generator<Placed<string>> {
      yield* rows(1, 2);
      throw new Error('a damaged page');
    }
    throws(() => {
      for (const { place } of inOrder(failing(), 0)) seen.push(place);
    }, /a damaged page/);
    deepEqual(seen, [1, 2]);
  });
});
