// Text that a decision hangs on, with nothing hidden in it: what is shown is what runs.

/** Control, direction-changing and blank-looking characters. */
const DECEPTIVE = /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]/gu;

/** The text with each deceptive character spelled out, e.g. `\u{202e}`. */
export function visible(text: string): string {
  return text.replaceAll(DECEPTIVE, (char) => `\\u{${char.codePointAt(0)?.toString(16) ?? ''}}`);
}
