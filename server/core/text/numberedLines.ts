// Lines with their numbers, as many as fit, and a note on how to read on.

/** In characters; the rest of a longer line is left out. */
const LONGEST_LINE = 2000;
/** Of one answer, in characters. */
const LONGEST_TEXT = 64 * 1024;

/** The lines of a text; the line feed at its end begins no further one. */
export function linesOfText(text: string): string[] {
  if (text === '') return [];
  const lines = text.split(/\r\n|\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** `offset` counts from 1 and must be within the lines. */
export function numberedLines(lines: readonly string[], { offset, limit }: { offset: number; limit: number }): string {
  const shown: string[] = [];
  let length = 0;
  for (const line of lines.slice(offset - 1, offset - 1 + limit)) {
    const numbered = `${offset + shown.length}\t${shortened(line)}`;
    length += numbered.length + 1;
    if (length > LONGEST_TEXT && shown.length > 0) break;
    shown.push(numbered);
  }
  const next = offset + shown.length;
  if (next > lines.length) return shown.join('\n');
  return `${shown.join('\n')}\n[Lines ${offset} to ${next - 1} of ${lines.length}. Read on with offset ${next}.]`;
}

/** Cut at a whole character. */
function shortened(line: string): string {
  if (line.length <= LONGEST_LINE) return line;
  const end = isHighSurrogate(line.charCodeAt(LONGEST_LINE - 1)) ? LONGEST_LINE - 1 : LONGEST_LINE;
  return `${line.slice(0, end)} [${line.length - end} more characters in this line]`;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
