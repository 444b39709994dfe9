// Reads the whole text of a patch.
import { PatchReader, type Patch } from './patchReader.ts';

/** Throws a PatchError, and nothing else, when the text is no complete patch. */
export function parsePatch(text: string): Patch {
  const reader = new PatchReader();
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const line of lines) reader.line(line);
  reader.end();
  return reader.files;
}
