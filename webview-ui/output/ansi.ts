// Terminal output as lines of styled text: colours and weights are kept, cursor play is reduced to what would be left standing.

/** Text in one style. `color` and `background` are a palette index as a string, e.g. "1" or "9", or a CSS colour "#rrggbb". */
export interface Span {
  readonly text: string;
  readonly style: Style;
}

export interface Style {
  readonly color?: string;
  readonly background?: string;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  readonly strike?: boolean;
  readonly inverse?: boolean;
}

export type Line = readonly Span[];

const PLAIN: Style = {};
const ESC = String.fromCharCode(27);
const BEL = String.fromCharCode(7);
const DELETE = String.fromCharCode(127);
const END_OF_STRING = `(?:${BEL}|${ESC}\\\\|$)`;
/** CSI sequences, OSC and other strings up to their end, and escapes of two characters. */
const ESCAPE = new RegExp(
  `${ESC}(?:\\[([0-?]*)[ -/]*([@-~])|\\][^${BEL}${ESC}]*${END_OF_STRING}|[PX^_][^${ESC}]*${END_OF_STRING}|[ -/]*[0-~])`,
  'g',
);

/** The lines of an output. An output that ends with a line feed has no empty last line. */
export function parseAnsi(output: string): Line[] {
  const lines: Line[] = [];
  let style = PLAIN;
  const raw = output.split('\n');
  if (raw.at(-1) === '') raw.pop();
  for (const text of raw) {
    const parsed = parseLine(text, style);
    lines.push(parsed.spans);
    style = parsed.style;
  }
  return lines;
}

function parseLine(text: string, start: Style): { spans: Span[]; style: Style } {
  let spans: Span[] = [];
  let style = start;
  let at = 0;
  const write = (piece: string): void => {
    // a carriage return before the end of the line overwrites the line: only what comes last is left standing
    const written = piece.replace(/\r+$/, '');
    const cut = written.lastIndexOf('\r');
    if (cut >= 0) spans = [];
    const kept = erased(written.slice(cut + 1));
    if (kept !== '') spans.push({ text: kept, style });
  };
  for (const escape of text.matchAll(ESCAPE)) {
    write(text.slice(at, escape.index));
    at = escape.index + escape[0].length;
    const [, parameters = '', final] = escape;
    if (final === 'm') style = styled(style, parameters);
    else if (final === 'K' && parameters === '2') spans = [];
  }
  write(text.slice(at));
  return { spans, style };
}

/** Applies backspaces, and drops the control characters that show nothing. */
function erased(text: string): string {
  let kept = '';
  for (const char of text) {
    if (char === '\b') kept = kept.slice(0, -1);
    else if (char === '\t' || (char >= ' ' && char !== DELETE)) kept += char;
  }
  return kept;
}

function styled(style: Style, parameters: string): Style {
  const codes = parameters.split(/[;:]/).map(Number);
  let next = style;
  for (let index = 0; index < codes.length; index += 1) {
    const code = codes[index] ?? 0;
    if (code === 38 || code === 48) {
      const { color, used } = extendedColor(codes.slice(index + 1));
      next = code === 38 ? { ...next, color } : { ...next, background: color };
      index += used;
    } else next = simpleStyle(next, code);
  }
  return next;
}

function simpleStyle(style: Style, code: number): Style {
  if (code >= 30 && code <= 37) return { ...style, color: String(code - 30) };
  if (code >= 90 && code <= 97) return { ...style, color: String(code - 82) };
  if (code >= 40 && code <= 47) return { ...style, background: String(code - 40) };
  if (code >= 100 && code <= 107) return { ...style, background: String(code - 92) };
  switch (code) {
    case 0:
      return PLAIN;
    case 1:
      return { ...style, bold: true };
    case 2:
      return { ...style, dim: true };
    case 3:
      return { ...style, italic: true };
    case 4:
      return { ...style, underline: true };
    case 7:
      return { ...style, inverse: true };
    case 9:
      return { ...style, strike: true };
    case 22:
      return { ...style, bold: false, dim: false };
    case 23:
      return { ...style, italic: false };
    case 24:
      return { ...style, underline: false };
    case 27:
      return { ...style, inverse: false };
    case 29:
      return { ...style, strike: false };
    case 39:
      return without(style, 'color');
    case 49:
      return without(style, 'background');
    default:
      return style;
  }
}

function without(style: Style, name: 'color' | 'background'): Style {
  const { [name]: _dropped, ...rest } = style;
  return rest;
}

/** Reads `5;n` or `2;r;g;b`; `used` is how many codes it took. */
function extendedColor(codes: readonly number[]): { color: string; used: number } {
  const [mode, ...values] = codes;
  if (mode === 2) return { color: hex(values.slice(0, 3)), used: 4 };
  if (mode !== 5) return { color: '7', used: 1 };
  const index = Math.min(255, Math.max(0, values[0] ?? 7));
  if (index < 16) return { color: String(index), used: 2 };
  if (index >= 232) return { color: hex(Array(3).fill(8 + (index - 232) * 10)), used: 2 };
  const cube = index - 16;
  const steps = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6];
  return { color: hex(steps.map((step) => (step === 0 ? 0 : 55 + step * 40))), used: 2 };
}

function hex(channels: readonly number[]): string {
  const byte = (value: number | undefined) =>
    Math.min(255, Math.max(0, value ?? 0))
      .toString(16)
      .padStart(2, '0');
  return `#${byte(channels[0])}${byte(channels[1])}${byte(channels[2])}`;
}
