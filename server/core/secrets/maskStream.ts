// Masks secrets in an output that arrives in pieces, wherever it is cut: what could still become a secret is held back until it is known.
import { openKeyStart } from './patterns.ts';
import { markOf, type SecretMask } from './secretMask.ts';
import { seenOf } from './unseen.ts';

/** A longer key, or a longer word, is decided on in parts. */
const LONGEST_KEY = 64 * 1024;
const LONGEST_WORD = 8 * 1024;
/** The part of an open line that goes before, which tells what its end is. */
const KEPT_CONTEXT = 4 * 1024;
/** An unfinished word as long as this may be the beginning of a secret, and is not shown before its end. */
const SUSPICIOUS_WORD = 12;
/** How tokens of well-known services begin: no part of one is shown, however short. */
const TOKEN_BEGINNING =
  /(?:^|[^A-Za-z0-9])(?:gh[pousr]_|github_pat|sk[-_]|xox|AKIA|ASIA|eyJ|npm_|glpat|AIza|SG\.|hf_|gsk_|lin_|hv[sbr]\.|dapi|dckr|figd|tskey|vc[piark]_)/;
const WORD_CHARACTER = new RegExp(String.raw`[A-Za-z0-9_+/=.:@~%&?#!*,\0\u001b\u200b-\u200d\u2060\ufeff-]`);
/** Of an order to a terminal, what is no part of a word else. */
const IN_ESCAPE = new RegExp(String.raw`\u001b\[?[0-9;]{0,32}$`);

export class MaskStream {
  readonly #mask: SecretMask;
  /** The line or key that is open: its first `#sent` characters have been given out. */
  #open = '';
  #sent = 0;
  /** In `#open`, the end of the last secret whose mark was given out. */
  #masked = 0;
  #count = 0;

  constructor(mask: SecretMask) {
    this.#mask = mask;
  }

  /** Secrets masked so far. */
  get count(): number {
    return this.#count;
  }

  /** Takes the next piece; what of the text may be shown now. */
  push(piece: string): string {
    this.#open += piece;
    return this.#give(this.#settled());
  }

  /** What may be shown although its line is open, e.g. a question that waits for its answer: all but what may be a secret's beginning. */
  peek(): string {
    return this.#give(this.#settledForNow());
  }

  /** The rest. */
  end(): string {
    const rest = this.#give(this.#open.length);
    this.#open = '';
    this.#sent = 0;
    this.#masked = 0;
    return rest;
  }

  /** Up to where nothing that follows can change what is a secret. */
  #settled(): number {
    const open = this.#open;
    const wordLength = lastWordLength(open);
    const word = wordLength < LONGEST_WORD ? open.length - wordLength : open.length;
    const key = openKeyStart(open);
    return key === null || open.length - key > LONGEST_KEY ? word : Math.min(word, key);
  }

  #settledForNow(): number {
    const settled = this.#settled();
    const rest = seenOf(this.#open.slice(settled)).text;
    const isSuspicious = rest.length >= SUSPICIOUS_WORD || rest.endsWith('-') || TOKEN_BEGINNING.test(rest);
    return isSuspicious ? settled : this.#open.length;
  }

  #give(settled: number): string {
    const parts: string[] = [];
    let at = Math.max(this.#sent, this.#masked);
    let until = Math.max(settled, this.#sent);
    for (const { start, end, label } of this.#mask.find(this.#open)) {
      if (end <= at) continue;
      if (start >= until) break;
      // of what has been shown nothing can be taken back; the rest of it can be kept
      parts.push(this.#open.slice(at, Math.max(at, start)));
      // one that has only grown has its mark
      if (start >= this.#masked) {
        parts.push(markOf(label));
        this.#count += 1;
      }
      at = end;
      this.#masked = end;
      until = Math.max(until, end);
    }
    if (until > at) parts.push(this.#open.slice(at, until));
    this.#sent = Math.max(until, at);
    this.#forget();
    return parts.join('');
  }

  /** Drops finished lines: they tell nothing about what comes, but those of a key that goes on. */
  #forget(): void {
    const line = Math.max(this.#open.lastIndexOf('\n', this.#sent - 1) + 1, this.#sent - KEPT_CONTEXT);
    const key = openKeyStart(this.#open);
    const keep = key === null || this.#open.length - key > LONGEST_KEY ? line : Math.min(line, key);
    this.#open = this.#open.slice(keep);
    this.#sent -= keep;
    this.#masked = Math.max(0, this.#masked - keep);
  }
}

/** The unfinished word at the end, with the colours in it. */
function lastWordLength(text: string): number {
  let length = 0;
  for (; length < Math.min(text.length, LONGEST_WORD); length += 1) {
    const at = text.length - 1 - length;
    const character = text[at] ?? '';
    if (WORD_CHARACTER.test(character)) continue;
    if (!/[[;]/.test(character) || !IN_ESCAPE.test(text.slice(Math.max(0, at - 36), at))) break;
  }
  return length;
}
