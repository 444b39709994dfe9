// Works the hunks of a patch into one file.
import { isBinary, joinFile, sameBytes, splitFile, type EditedLine, type FileLine } from './fileText.ts';
import { nameHunk, placeHunks, type HunkPlaces, type PlacedHunk } from './locate.ts';
import { PatchError } from './patchError.ts';
import type { PatchHunk } from './patchReader.ts';

export interface EditedFile {
  readonly bytes: Uint8Array;
  /** What was overlooked to find the hunks, for the model to know. */
  readonly notes: readonly string[];
}

/** Throws a PatchError when a hunk has no place, or several that would give different files. */
export function editFile(before: Uint8Array, hunks: readonly PatchHunk[]): EditedFile {
  if (isBinary(before))
    throw new PatchError('It is not a text file in UTF-8 or a similar encoding; use a command to change it.');
  const file = splitFile(before);
  const places = placeHunks(
    file.lines.map((line) => line.text),
    hunks,
  );
  const bytes = joinFile(file, spliced(file.lines, places.first));
  const isSure = places.first.every((placed, index) => placed.at === places.last[index]?.at);
  if (!isSure && !sameBytes(bytes, joinFile(file, spliced(file.lines, places.last)))) throw ambiguous(places, hunks);
  const notes = places.first.flatMap(({ hunk, fuzz }) =>
    fuzz === null ? [] : [`${nameHunk(hunk, hunks.indexOf(hunk))}: ${fuzz}`],
  );
  return { bytes, notes };
}

/** A file with new content throughout; line ends, byte order mark and final newline stay as they were. */
export function replaceFile(before: Uint8Array, lines: readonly string[]): Uint8Array {
  return joinFile(splitFile(before), lines);
}

function spliced(lines: readonly FileLine[], placed: readonly PlacedHunk[]): EditedLine[] {
  const edited: EditedLine[] = [];
  let taken = 0;
  const take = (until: number): void => {
    for (; taken < until; taken += 1) {
      const line = lines[taken];
      if (line !== undefined) edited.push(line);
    }
  };
  for (const hunk of placed) {
    take(hunk.at);
    for (const line of hunk.lines) {
      if (line.kind === 'added') edited.push(line.text);
      else if (line.kind === 'context') take(taken + 1);
      else taken += 1;
    }
  }
  take(lines.length);
  return edited;
}

function ambiguous(places: HunkPlaces, hunks: readonly PatchHunk[]): PatchError {
  const index = places.first.findIndex((placed, at) => placed.at !== places.last[at]?.at);
  const [first, last] = [places.first[index], places.last[index]];
  if (first === undefined || last === undefined) return new PatchError('A hunk fits at several places.');
  return new PatchError(
    `${nameHunk(first.hunk, hunks.indexOf(first.hunk))} fits at several places, for example at line ${first.at + 1} and at line ${last.at + 1}. ` +
      'Give more lines around the change, or an @@ line that names the function or class it stands in.',
  );
}
