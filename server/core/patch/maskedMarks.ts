// Keeps the marks of masked secrets out of files: a model that copies one knows nothing of what stands there.
import { countMarks } from '../secrets/secretMask.ts';
import { displayText } from './fileText.ts';
import { PatchError } from './patchError.ts';
import type { PatchFile } from './patchReader.ts';

/** Throws a PatchError when the patch has a mark that is not in the file itself. */
export function refuseMarks(file: PatchFile, now: Uint8Array | null): void {
  const marked = linesOf(file).filter((line) => countMarks(line) > 0);
  if (marked.length === 0) return;
  const text = now === null ? '' : displayText(now);
  if (marked.every((line) => text.includes(line))) return;
  throw new PatchError(
    'The patch has the mark of a masked secret in it ("[secret masked: …]"). Something else stands in the file there. Leave such lines out: choose other lines as context, and change the file around them.',
  );
}

function linesOf(file: PatchFile): string[] {
  switch (file.type) {
    case 'add':
      return [...file.lines];
    case 'delete':
      return [];
    case 'update':
      return file.hunks.flatMap((hunk) => [...hunk.anchors, ...hunk.lines.map((line) => line.text)]);
  }
}
