// The text of a review, written and read back.
import { deepEqual, equal } from 'node:assert/strict';
import { parseReview, priorityOf, writeReview, type ReviewFinding } from '../../../server/protocol/reviewText.ts';
import { reviewOf } from '../../../server/core/review/reviewAnswer.ts';

const finding = (title: string, more: Partial<ReviewFinding> = {}): ReviewFinding => {
  return { title, body: 'Why.', path: '/a/b.ts', startLine: 3, endLine: 4, ...more };
};

describe('the text of a review', () => {
  it('is the summary, then each finding with its place', () => {
    equal(
      writeReview({ summary: 'Bad.', findings: [finding('[P1] One'), finding('Two', { body: 'a\n\nb' })] }),
      'Bad.\n\nFull review comments:\n\n- [P1] One — /a/b.ts:3-4\n  Why.\n\n- Two — /a/b.ts:3-4\n  a\n\n  b',
    );
  });

  for (const [what, review] of [
    ['one finding', { summary: 'Bad.', findings: [finding('[P1] One')] }],
    [
      'several, one without a body',
      { summary: '', findings: [finding('A', { body: '' }), finding('B'), finding('C')] },
    ],
    [
      'dashes and colons in title and path',
      { summary: 's', findings: [finding('a — b: c', { path: 'C:\\x y\\z.ts' })] },
    ],
    ['a body of several paragraphs', { summary: 's', findings: [finding('A', { body: 'one\n\n- two\n  three' })] }],
    ['no findings', { summary: 'All is well.\n\nReally.', findings: [] }],
  ] as const) {
    it(`reads back ${what}`, () => deepEqual(parseReview(writeReview(review)), review));
  }

  it('takes any other text as a summary', () => {
    for (const text of ['', 'Looks fine.', 'Review comment:', 'Review comment:\n\nno list', '- a — b:1-2'])
      deepEqual(parseReview(text), { summary: text, findings: [] });
  });

  it('reads a single line number', () => {
    const [first] = parseReview('x\n\nReview comment:\n\n- T — a.ts:7\n  b').findings;
    deepEqual([first?.startLine, first?.endLine], [7, 7]);
  });

  it('tells a priority', () => {
    deepEqual(
      ['[P0] a', '[P3] b', '[P9] c', 'd'].map((title) => priorityOf({ title })),
      [0, 3, null, null],
    );
  });
});

describe('the answer of a reviewer', () => {
  const location = { absolute_file_path: '/a', line_range: { start: 2, end: 1 } };

  it('becomes that text, in a fence too, with the priority in the title', () => {
    const json = JSON.stringify({
      findings: [{ title: 'T', body: 'B', priority: 2, code_location: location }],
      overall_explanation: 'E.',
    });
    equal(reviewOf(`Here:\n\`\`\`json\n${json}\n\`\`\``), 'E.\n\nReview comment:\n\n- [P2] T — /a:2-2\n  B');
  });

  it('without findings says at least that', () => {
    equal(reviewOf('{"findings":[]}'), 'Nothing was found.');
    equal(reviewOf('{"findings":[],"overall_correctness":"patch is correct"}'), 'patch is correct');
  });

  it('of another form passes as it is', () => {
    for (const text of ['Fine.', '{"findings": [1]}', 'if (x) { y }']) equal(reviewOf(text), text);
  });
});
