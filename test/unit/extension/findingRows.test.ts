// The findings of a review as problems of files.
import { deepEqual } from 'node:assert/strict';
import { writeReview } from '../../../server/protocol/reviewText.ts';
import { findingRows } from '../../../src/review/findingRows.ts';

const finding = (title: string, path: string, [startLine, endLine]: readonly [number, number]) => ({
  title,
  body: 'It goes wrong\nwhen empty.',
  path,
  startLine,
  endLine,
});

describe('the findings of a review', () => {
  it('stand in their files, with how urgent they are and what they say', () => {
    const review = writeReview({
      summary: 'Mostly good.',
      findings: [
        finding('[P0] It loses data', '/w/a.ts', [3, 5]),
        finding('[P1] A leak', 'src/b.ts', [7, 7]),
        finding('[P3] A name', '/w/a.ts', [9, 9]),
        finding('Without a priority', '/w/c.ts', [1, 1]),
      ],
    });
    deepEqual(
      findingRows(review, '/w').map(({ path, startLine, endLine, severity }) => [path, startLine, endLine, severity]),
      [
        ['/w/a.ts', 3, 5, 'error'],
        ['/w/src/b.ts', 7, 7, 'warning'],
        ['/w/a.ts', 9, 9, 'information'],
        ['/w/c.ts', 1, 1, 'warning'],
      ],
    );
    deepEqual(findingRows(review, '/w')[0]?.message, '[P0] It loses data\nIt goes wrong\nwhen empty.');
  });

  it('are none in a review that is only words', () => {
    deepEqual(findingRows('All is well.', '/w'), []);
  });

  it('have lines that an editor has, whatever a model wrote', () => {
    const odd = writeReview({ summary: '', findings: [finding('[P2] Odd', '/w/a.ts', [0, 0])] });
    deepEqual(
      findingRows(odd, '/w').map(({ startLine, endLine }) => [startLine, endLine]),
      [[1, 1]],
    );
  });
});
