// The text of a review as clients get it: written from findings, and read back into them.

export interface ReviewFinding {
  /** May begin with its priority in brackets: `[P1] …`. */
  readonly title: string;
  readonly body: string;
  /** As the reviewer named it, mostly absolute. */
  readonly path: string;
  /** From 1, inclusive. */
  readonly startLine: number;
  readonly endLine: number;
}

export interface ReviewText {
  /** What is said of the whole. A review that is no list of findings is all of it summary. */
  readonly summary: string;
  readonly findings: readonly ReviewFinding[];
}

const ONE = 'Review comment:';
const SEVERAL = 'Full review comments:';

/** `summary`, then `- title — path:1-2` with the body indented below, for each finding. */
export function writeReview({ summary, findings }: ReviewText): string {
  if (findings.length === 0) return summary.trim();
  const parts = [summary.trim(), findings.length === 1 ? ONE : SEVERAL, ...findings.map(writeFinding)];
  return parts.filter((part) => part !== '').join('\n\n');
}

function writeFinding({ title, body, path, startLine, endLine }: ReviewFinding): string {
  const head = `- ${oneLine(title)} — ${path}:${startLine}-${endLine}`;
  const lines = body.trim() === '' ? [] : body.trim().split('\n');
  return [head, ...lines.map((line) => (line === '' ? '' : `  ${line}`))].join('\n');
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

const HEAD = /^- (.+) — (.+):(\d+)(?:-(\d+))?$/;

/** Reads what `writeReview` wrote; never throws, and takes any other text as a summary. */
export function parseReview(text: string): ReviewText {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line === ONE || line === SEVERAL);
  if (start < 0) return { summary: text.trim(), findings: [] };
  const findings: ReviewFinding[] = [];
  let body: string[] = [];
  const close = (): void => {
    const last = findings.pop();
    if (last !== undefined) findings.push({ ...last, body: body.join('\n').trim() });
    body = [];
  };
  for (const line of lines.slice(start + 1)) {
    const head = HEAD.exec(line);
    if (head === null) {
      body.push(line.replace(/^ {2}/, ''));
      continue;
    }
    close();
    const [, title = '', path = '', first = '1', last = first] = head;
    findings.push({ title, body: '', path, startLine: Number(first), endLine: Number(last) });
  }
  close();
  if (findings.length === 0) return { summary: text.trim(), findings };
  return { summary: lines.slice(0, start).join('\n').trim(), findings };
}

/** The priority in a finding's title, 0 being the most urgent; null when it says none. */
export function priorityOf({ title }: Pick<ReviewFinding, 'title'>): number | null {
  const digits = /^\[P([0-3])\]/.exec(title)?.[1];
  return digits === undefined ? null : Number(digits);
}
