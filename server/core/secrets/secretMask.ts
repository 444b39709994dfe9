// Masks secrets in text on its way to the model and into storage.
import type { FoundSecret, SecretDetector } from './foundSecret.ts';
import { ownSecrets } from './patterns.ts';
import { blanked, isAllSeen, seenOf } from './unseen.ts';

export interface Masked {
  readonly text: string;
  readonly count: number;
}

export interface SecretMaskOptions {
  readonly detector: SecretDetector;
  /** Values that are secret wherever they appear, e.g. the keys that commands are not given. */
  readonly known: () => readonly KnownSecret[];
}

export interface KnownSecret {
  readonly value: string;
  readonly label: string;
}

/** Shorter values would be found in words that have nothing to do with them. */
const SHORTEST_KNOWN = 8;
const MARK = /\[secret masked: [^\]\n]{1,80}\]/g;

export function markOf(label: string): string {
  return `[secret masked: ${label}]`;
}

/** How many marks stand in a text. */
export function countMarks(text: string): number {
  return text.includes('[secret masked: ') ? Array.from(text.matchAll(MARK)).length : 0;
}

/** Told at the end of an output in which something was masked. */
export function maskedNote(count: number): string {
  return count === 1 ? '[1 secret was masked.]' : `[${count} secrets were masked.]`;
}

export class SecretMask {
  readonly #options: SecretMaskOptions;

  constructor(options: SecretMaskOptions) {
    this.#options = options;
  }

  /** Sorted, without overlaps. */
  find(text: string): FoundSecret[] {
    const found = isAllSeen(text) ? this.#look(text) : [...this.#lookThrough(text), ...this.#look(blanked(text))];
    const marks = text.includes('[secret masked: ') ? Array.from(text.matchAll(MARK), spanOf) : [];
    const merged: FoundSecret[] = [];
    for (const secret of found.toSorted((left, right) => left.start - right.start || right.end - left.end)) {
      // what is a mark already says so
      if (marks.some((mark) => secret.start >= mark.start && secret.end <= mark.end)) continue;
      const last = merged.at(-1);
      if (last === undefined || secret.start >= last.end) merged.push(secret);
      else if (secret.end > last.end) merged[merged.length - 1] = { ...last, end: secret.end };
    }
    return merged;
  }

  /** `keepsLines`: as many lines as before, so that their numbers stay true. */
  mask(text: string, { keepsLines = false }: { readonly keepsLines?: boolean } = {}): Masked {
    const found = this.find(text);
    if (found.length === 0) return { text, count: 0 };
    const parts: string[] = [];
    let at = 0;
    for (const { start, end, label } of found) {
      const lines = keepsLines ? text.slice(start, end).replace(/[^\n]+/g, '') : '';
      parts.push(text.slice(at, start), markOf(label), lines);
      at = end;
    }
    parts.push(text.slice(at));
    return { text: parts.join(''), count: found.length };
  }

  #look(text: string): FoundSecret[] {
    return [...this.#options.detector(text), ...ownSecrets(text), ...this.#known(text)];
  }

  /** As if colours and the like were not there, in the middle of a secret or right before it. */
  #lookThrough(whole: string): FoundSecret[] {
    const { text, place } = seenOf(whole);
    return this.#look(text).map(({ start, end, label }) => ({ start: place(start), end: place(end - 1) + 1, label }));
  }

  #known(text: string): FoundSecret[] {
    const found: FoundSecret[] = [];
    for (const { value, label } of this.#options.known()) {
      if (value.length < SHORTEST_KNOWN) continue;
      for (let start = text.indexOf(value); start >= 0; start = text.indexOf(value, start + value.length))
        found.push({ start, end: start + value.length, label });
    }
    return found;
  }
}

function spanOf(match: RegExpExecArray): { readonly start: number; readonly end: number } {
  return { start: match.index, end: match.index + match[0].length };
}
