// What of a text is not seen: colours and other orders to a terminal, and characters without a shape. A secret may stand around them.

const ESCAPE = String.raw`\u001b\[[0-?]{0,64}[ -/]{0,8}[@-~]|\u001b\][^\u0007\u001b]{0,2000}(?:\u0007|\u001b\\)`;
const UNSEEN = new RegExp(String.raw`${ESCAPE}|[\0\u200b-\u200d\u2060\ufeff]`, 'g');

export interface Seen {
  readonly text: string;
  /** Where a character of `text` stands in the whole. */
  place(index: number): number;
}

export function isAllSeen(text: string): boolean {
  return text.search(UNSEEN) < 0;
}

export function seenOf(whole: string): Seen {
  const parts: { readonly at: number; readonly from: number }[] = [];
  let text = '';
  let from = 0;
  for (const unseen of whole.matchAll(UNSEEN)) {
    parts.push({ at: text.length, from });
    text += whole.slice(from, unseen.index);
    from = unseen.index + unseen[0].length;
  }
  parts.push({ at: text.length, from });
  text += whole.slice(from);
  return { text, place: (index) => placeIn(parts, index) };
}

/** With blanks in the place of what is not seen, so that it parts words and all else stays where it is. */
export function blanked(whole: string): string {
  return whole.replace(UNSEEN, (unseen) => ' '.repeat(unseen.length));
}

/** The last part that begins at or before the character; of several that begin there, the one that has it. */
function placeIn(parts: readonly { readonly at: number; readonly from: number }[], index: number): number {
  let [low, high] = [0, parts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((parts[middle]?.at ?? 0) <= index) low = middle;
    else high = middle - 1;
  }
  const part = parts[low] ?? { at: 0, from: 0 };
  return part.from + index - part.at;
}
