// Base64 as it comes over the wire: told from what only looks like it before anything is done with it.

const ALPHABET = /^[A-Za-z0-9+/]*={0,2}$/;

/** Why a text is no canonical base64 (RFC 4648 section 4, padded); null when it is. */
export function base64Problem(text: string): string | null {
  if (text.length % 4 !== 0) return ALPHABET.test(text) ? 'its length is no multiple of four' : wrongCharacter(text);
  return ALPHABET.test(text) ? null : wrongCharacter(text);
}

function wrongCharacter(text: string): string {
  const at = text.search(/[^A-Za-z0-9+/]/);
  return `it has ${JSON.stringify(text[at])} at offset ${at}`;
}
