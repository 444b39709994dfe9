// The reference writes its files in the words of its own core; these turn them into the words of the wire.
import { isRecord, listOf, recordOf, stringOf, type JsonRecord } from '../openai/json.ts';

/** `context_window_exceeded` and `ContextWindowExceeded` become `contextWindowExceeded`. */
export function camelWord(word: string): string {
  const joined = word.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return joined.charAt(0).toLowerCase() + joined.slice(1);
}

/** The names of all members, at every depth; values stay. */
export function camelKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelKeys);
  return isRecord(value) ? camelMembers(value) : value;
}

export function camelMembers(value: JsonRecord): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [camelWord(name), camelKeys(member)]));
}

/** Whole milliseconds of `{secs, nanos}`; null for anything else. */
export function durationOf(value: unknown): number | null {
  const { secs, nanos } = recordOf(value);
  if (typeof secs !== 'number') return null;
  return secs * 1000 + Math.floor((typeof nanos === 'number' ? nanos : 0) / 1_000_000);
}

export function wholeOrNull(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
}

export function textsOf(value: unknown): string[] {
  return listOf(value).flatMap((entry) => stringOf(entry) ?? []);
}

/** The path of a `file:` address, or the text as it is. */
export function pathOf(value: unknown): string {
  const text = stringOf(value) ?? '';
  if (!text.startsWith('file://')) return text;
  try {
    const path = decodeURIComponent(new URL(text).pathname);
    // a drive of Windows stands behind a slash in an address
    return /^\/[A-Za-z]:/.test(path) ? path.slice(1) : path;
  } catch {
    // no address after all
    return text;
  }
}
