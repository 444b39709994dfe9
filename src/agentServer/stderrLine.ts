// Reads the level out of a line that the server wrote to its standard error.

export type LineLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

export interface LogLine {
  readonly level: LineLevel;
  readonly text: string;
}

// eslint-disable-next-line no-control-regex -- colour codes begin with the escape character
const COLOURS = /\u001b\[[0-9;]*m/g;
const HEAD = /^\s*(?:\[?\d{4}-\d\d-\d\dT[\d:.]+Z?\]?\s*)?\[?(trace|debug|info|warn(?:ing)?|error|fatal)\]?:?\s+/i;

/** The line without colours, time and level word; a line that names no level is information. */
export function readStderrLine(line: string): LogLine {
  const plain = line.replace(COLOURS, '');
  const head = HEAD.exec(plain);
  if (head === null) return { level: 'info', text: plain };
  return { level: levelOf(head[1]?.toLowerCase() ?? ''), text: plain.slice(head[0].length) };
}

function levelOf(word: string): LineLevel {
  switch (word) {
    case 'trace':
    case 'debug':
      return word;
    case 'warn':
    case 'warning':
      return 'warn';
    case 'error':
    case 'fatal':
      return 'error';
    default:
      return 'info';
  }
}
