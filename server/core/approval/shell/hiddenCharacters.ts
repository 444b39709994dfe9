// Characters that make a script look like another one: invisible, reordering, or controlling the terminal.

/** In words for the user; null when there are none. */
export function hiddenCharacter(text: string): string | null {
  for (const character of text) {
    const what = nameOf(character.codePointAt(0) ?? 0);
    if (what !== null) return `It contains ${what}.`;
  }
  return null;
}

function nameOf(code: number): string | null {
  if (code === 0) return 'a NUL character';
  if (code === 0x09 || code === 0x0a) return null;
  if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return 'a control character';
  if ((code >= 0x200b && code <= 0x200d) || code === 0x2060 || code === 0xfeff || code === 0x00ad || code === 0x180e)
    return 'an invisible character';
  if ((code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code === 0x200e || code === 0x200f)
    return 'a character that changes the direction of the text';
  if (code === 0xa0 || (code >= 0x2000 && code <= 0x200a) || code === 0x202f || code === 0x205f || code === 0x3000)
    return 'a space that the shell takes for a letter';
  if (code === 0x2028 || code === 0x2029 || (code >= 0xe0000 && code <= 0xe007f)) return 'an invisible character';
  return null;
}
