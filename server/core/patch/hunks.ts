// The hunks between two states of a file, worked out once: a patch shows them in its item, and the diff of the turn shows them again.
import { unifiedHunks } from '../../protocol/fileChange.ts';
import { displayText, isBinary } from './fileText.ts';

/** By the bytes after and then before the change, as long as somebody else holds both. */
const KNOWN = new WeakMap<Uint8Array, WeakMap<Uint8Array, string>>();

/** Unified hunks without file headers; null for what is no text. The bytes may not be changed afterwards. */
export function hunksBetween(before: Uint8Array, after: Uint8Array): string | null {
  const known = KNOWN.get(after)?.get(before);
  if (known !== undefined) return known;
  if (isBinary(before) || isBinary(after)) return null;
  const hunks = unifiedHunks(displayText(before), displayText(after));
  const ofAfter = KNOWN.get(after) ?? new WeakMap<Uint8Array, string>();
  KNOWN.set(after, ofAfter.set(before, hunks));
  return hunks;
}
