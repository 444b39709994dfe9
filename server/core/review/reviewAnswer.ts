// What a reviewer answered, as the text that clients get: findings in JSON become that text, anything else passes as it is.
import { ReviewAnswer } from '../../protocol/schema/review.ts';
import { writeReview, type ReviewFinding } from '../../protocol/reviewText.ts';

type Finding = ReviewAnswer['findings'][number];

export function reviewOf(answer: string): string {
  const parsed = ReviewAnswer().safeParse(jsonIn(answer));
  if (!parsed.success) return answer.trim();
  const { findings, overall_explanation: explanation, overall_correctness: verdict } = parsed.data;
  const summary = explanation ?? verdict ?? '';
  return writeReview({
    summary: summary === '' && findings.length === 0 ? 'Nothing was found.' : summary,
    findings: findings.map(findingOf),
  });
}

function findingOf({ title, body, priority, code_location }: Finding): ReviewFinding {
  const { start, end } = code_location.line_range;
  const isNamed = /^\[P\d\]/.test(title);
  return {
    title: isNamed || priority === null || priority === undefined ? title : `[P${priority}] ${title}`,
    body,
    path: code_location.absolute_file_path,
    startLine: start,
    endLine: Math.max(start, end),
  };
}

/** The JSON that the answer is or contains; undefined when there is none. */
function jsonIn(answer: string): unknown {
  const from = answer.indexOf('{');
  const to = answer.lastIndexOf('}');
  if (from < 0 || to < from) return undefined;
  try {
    return JSON.parse(answer.slice(from, to + 1));
  } catch {
    return undefined; // words with braces in them
  }
}
