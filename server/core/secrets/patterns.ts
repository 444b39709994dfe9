// Secrets that are told by their shape: private keys, tokens, passwords in addresses and assignments.
import type { FoundSecret } from './foundSecret.ts';

interface Shape {
  readonly label: string;
  /** Global, and linear on any text. Group `secret` is what is masked; without one, all that matches. */
  readonly pattern: RegExp;
  /** Whether what matched is more than a placeholder. */
  readonly isSecret?: (secret: string) => boolean;
}

/** What stands in for a value in samples and documentation. */
const PLACEHOLDER =
  /^(x+|\*+|\.+|_+|0+|1234567890?|(your|my|the|some|an?)[-_ ].*|.*(example|placeholder|changeme|change[-_]?me|replace[-_]?me|redacted|dummy).*|password|passwd|pass|pwd|secret|token|null|none|undefined|true|false|test(ing)?|default|todo)$/i;
/** Looked up elsewhere: variables, calls, paths and other addresses. */
const REFERENCE = /[$(){}<>[\]]|^(process|os|env|config|settings|self|this)\.|^\.{0,2}\/|^https?:/i;

const SHAPES: readonly Shape[] = [
  {
    label: 'JSON Web Token',
    pattern: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g,
  },
  { label: 'AWS access key', pattern: /(?<![A-Za-z0-9])(?:AKIA|ASIA)(?!.{9}EXAMPLE)[A-Z0-9]{16}(?![A-Za-z0-9])/g },
  {
    label: 'AWS secret key',
    pattern:
      /(?:aws|secret)[A-Za-z_-]{0,24}["']?\s{0,4}(?::|=>|=)\s{0,4}["']?(?<secret>[A-Za-z0-9/+=]{40})(?![A-Za-z0-9/+=])/dgi,
    // forty digits of hexadecimal are a hash
    isSecret: (secret) => /[g-z]/i.test(secret) && !/EXAMPLE/.test(secret),
  },
  {
    label: 'registry token',
    pattern: /:_(?:authToken|auth|password)[ \t]{0,4}=[ \t]{0,4}["']?(?<secret>[^\s"']{8,})/dg,
    isSecret: (secret) => !PLACEHOLDER.test(secret) && !REFERENCE.test(secret),
  },
  { label: 'Google API key', pattern: /(?<![A-Za-z0-9_-])AIza[0-9A-Za-z_-]{35}(?![A-Za-z0-9_-])/g },
  {
    label: 'password',
    pattern:
      /(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{1,20}:\/\/[^\s/?#:@'"<>]{0,100}:(?<secret>[^\s/?#@'"<>]{3,200})@(?=[A-Za-z0-9[_])/dg,
    isSecret: (secret) => !PLACEHOLDER.test(secret) && !REFERENCE.test(secret),
  },
  {
    label: 'authorization',
    pattern:
      /(?:authorization|x-api-key|x-auth-token)["']?\s{0,4}[:=]\s{0,4}["']?(?:(?:bearer|basic|token)\s{1,4})?(?<secret>[A-Za-z0-9._~+/=-]{16,})/dgi,
    isSecret: (secret) => !PLACEHOLDER.test(secret),
  },
  {
    // as `printenv` and .env files have it, and `grep`, which puts the name of the file and the number of the line before it
    label: 'value of a secret variable',
    pattern:
      /(?<=^(?:[^\s:=]{1,255}[:-](?:\d{1,9}[:-])?)?[ \t+-]{0,8}(?:export[ \t]{1,4}|set[ \t]{1,4}|declare -x )?)[A-Z][A-Z0-9_]{0,60}(?<=PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_KEY|SECRET_KEY|PRIVATE_KEY|CREDENTIALS?)[ \t]{0,2}=[ \t]{0,2}["']?(?<secret>[^\s"'#]{8,})/dgm,
    isSecret: isLikelyValue,
  },
];

export function ownSecrets(text: string): FoundSecret[] {
  return [...privateKeys(text), ...SHAPES.flatMap((shape) => found(shape, text))];
}

function found({ label, pattern, isSecret }: Shape, text: string): FoundSecret[] {
  const secrets: FoundSecret[] = [];
  for (const match of text.matchAll(pattern)) {
    const [start, end] = match.indices?.groups?.['secret'] ?? [match.index, match.index + match[0].length];
    if (isSecret === undefined || isSecret(text.slice(start, end))) secrets.push({ start, end, label });
  }
  return secrets;
}

/** Not a word, a number, a reference or a placeholder. */
function isLikelyValue(value: string): boolean {
  if (PLACEHOLDER.test(value) || REFERENCE.test(value) || /^[\d.,:]+$/.test(value)) return false;
  return value.length >= 16 || /\d/.test(value) || /[a-z][A-Z]|[^A-Za-z0-9]/.test(value);
}

const KEY_BEGIN = /-----BEGIN (?:[A-Z0-9]{1,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----/g;
const KEY_END = /-----END (?:[A-Z0-9]{1,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----/y;
/**
 * Between the lines of a key: line ends, also as they are written in strings, quotes, margins, colours, the headers of older formats, and
 * what `grep` and `cat -n` put before a line.
 */
const KEY_GAP = new RegExp(
  [
    String.raw`\\[rnt]`,
    String.raw`\n?(?:Proc-Type|DEK-Info|Version|Comment|Hash): ?[^\n\\]{0,200}`,
    String.raw`\n(?!-----)[^\s:]{1,255}?(?::|-(?=\d{1,9}-))(?:\d{1,9}[:-])?`,
    String.raw`\d{1,7}(?=[ \t])`,
    String.raw`\u001b\[?[0-9;]{0,32}[A-Za-z]?`,
    String.raw`[\s"'\\,+>|│$]`,
  ]
    .map((part) => `(?:${part})`)
    .join('|')
    .replace(/^(.*)$/s, '(?:$1)*'),
  'y',
);
const OPEN_PREFIX = /^[^\s:]{0,255}$/;
const KEY_LINE = /[A-Za-z0-9/=][A-Za-z0-9+/=]*/y;
/** All of a text's end, as far as it has come. */
const KEY_ENDING = /^(?:-{0,5}|-----(?:E|EN|END|END [A-Z0-9 ]{0,40}-{0,4}))$/;
const KEY_BEGINNING = /-{1,5}$|-----(?:B|BE|BEG|BEGI|BEGIN|BEGIN [A-Z0-9 ]{0,40}-{0,4})$/;
const LONGEST_BEGINNING = 64;
const LONGEST_PREFIX = 256;
/** The words after a mere mention of such a key are shorter. */
const LEAST_KEY_LINE = 24;

/** Also those whose end is missing, e.g. because the output was cut. */
function privateKeys(text: string): FoundSecret[] {
  const keys: FoundSecret[] = [];
  for (const begin of text.matchAll(KEY_BEGIN)) {
    const { end } = keyAfter(text, begin.index + begin[0].length);
    if (end !== null) keys.push({ start: begin.index, end, label: 'private key' });
  }
  return keys;
}

/** Where a private key begins, or may begin, whose end is still to come; null when there is none. */
export function openKeyStart(text: string): number | null {
  for (const begin of text.matchAll(KEY_BEGIN))
    if (keyAfter(text, begin.index + begin[0].length).isOpen) return begin.index;
  const begun = KEY_BEGINNING.exec(text.slice(-LONGEST_BEGINNING));
  return begun === null ? null : text.length - begun[0].length;
}

/** Follows a key's lines from the end of its first. `end` is null when no key follows; `isOpen`: it could go on behind the text. */
function keyAfter(text: string, from: number): { readonly end: number | null; readonly isOpen: boolean } {
  let at = from;
  let end: number | null = null;
  for (;;) {
    at = matchEnd(KEY_GAP, text, at) ?? at;
    const marker = matchEnd(KEY_END, text, at);
    if (marker !== null) return { end: end === null ? null : marker, isOpen: false };
    if (KEY_ENDING.test(text.slice(at, at + LONGEST_BEGINNING))) return { end, isOpen: true };
    const lineEnd = matchEnd(KEY_LINE, text, at);
    if (lineEnd !== text.length && isOpenPrefix(text, at)) return { end, isOpen: true };
    if (lineEnd === null) return { end, isOpen: false };
    // only the last line of a key is short
    const isLine = lineEnd - at >= LEAST_KEY_LINE || lineEnd === text.length || isBeforeEnd(text, lineEnd);
    if (!isLine) return { end, isOpen: isOpenPrefix(text, matchEnd(KEY_GAP, text, lineEnd) ?? lineEnd) };
    if (lineEnd - at >= LEAST_KEY_LINE || end !== null) end = lineEnd;
    at = lineEnd;
  }
}

/** Whether the text ends in what may become the name of a file, or a number, before a line of a key. */
function isOpenPrefix(text: string, at: number): boolean {
  return /[\s:-]/.test(text[at - 1] ?? '') && OPEN_PREFIX.test(text.slice(at, at + LONGEST_PREFIX));
}

function isBeforeEnd(text: string, at: number): boolean {
  const next = matchEnd(KEY_GAP, text, at) ?? at;
  return matchEnd(KEY_END, text, next) !== null || KEY_ENDING.test(text.slice(next, next + LONGEST_BEGINNING));
}

function matchEnd(pattern: RegExp, text: string, at: number): number | null {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : null;
}
