// What holds for every patch and every file; checked on a sample in each run, on many more in the deep run.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { commitPatch } from '../../../../server/core/patch/commit.ts';
import { editFile } from '../../../../server/core/patch/editFile.ts';
import { splitFile, type FileLine } from '../../../../server/core/patch/fileText.ts';
import { parsePatch } from '../../../../server/core/patch/parse.ts';
import { PatchError } from '../../../../server/core/patch/patchError.ts';
import { planPatch, type PatchPlan } from '../../../../server/core/patch/plan.ts';
import { fileUpdateChange, textAfter, textBefore } from '../../../../server/protocol/fileChange.ts';
import type { FileUpdateChange } from '../../../../server/protocol/schema/item.ts';
import { MemoryFiles, systemError } from '../../../support/memoryFiles.ts';
import { fileBytes, fileText, patchLikeText, patchText } from './arbitraries.ts';

/** The same cases in each run. */
export const SAMPLE = { numRuns: 2_000, seed: 20_261_122 };

const CWD = '/ws';
const NAMES = ['/ws/a.txt', '/ws/b.txt', '/ws/dir/c.txt'];

/** No text makes the parser throw anything but a PatchError. */
export const onlyItsOwnError = fc.property(fc.oneof(patchLikeText, fc.string()), (text) => {
  try {
    parsePatch(text);
  } catch (error) {
    assert.ok(error instanceof PatchError, String(error));
  }
});

/** A change applied to the text before gives the text after; taken back, the text before. */
export const thereAndBack = fc.property(fileText, fileText, (before, after) => {
  const change = fileUpdateChange({ path: '/ws/a.txt', before, after, movePath: null });
  assert.deepEqual(textAfter(before, change), { type: 'text', text: after });
  assert.deepEqual(textBefore(after, change), { type: 'text', text: before });
});

const smallText = fc.constantFrom('', 'a\n', 'a\nb\n  a\n', 'def f():\n\ta \n}\nb', 'a\r\nb\r\nc');
const files = fc.array(smallText, { minLength: NAMES.length, maxLength: NAMES.length });

/** A patch gives exactly what its changes show; one that fails, also by the disk, touches no file. */
export const wholeOrNothing = fc.asyncProperty(patchText, files, fc.nat(6), async (patch, texts, faultAt) => {
  const disk = new MemoryFiles(Object.fromEntries(NAMES.map((name, index) => [name, texts[index] ?? ''])));
  const before = disk.texts();
  failOnce(disk, faultAt);
  let plan: PatchPlan;
  try {
    plan = await planPatch(parsePatch(patch), CWD, disk);
    await commitPatch(plan, disk);
  } catch (error) {
    assert.ok(error instanceof PatchError, String(error));
    assert.deepEqual(disk.texts(), before);
    return;
  }
  assert.deepEqual(disk.texts(), textsAfter(before, plan.changes));
});

/** The change number `faultAt` fails; 0 for none. */
function failOnce(disk: MemoryFiles, faultAt: number): void {
  let changes = 0;
  disk.beforeChange = (path) => {
    changes += 1;
    if (changes === faultAt) throw systemError('EACCES', path);
  };
}

function textsAfter(before: Record<string, string>, changes: readonly FileUpdateChange[]): Record<string, string> {
  const after = new Map(Object.entries(before));
  for (const change of changes) after.delete(change.path);
  for (const change of changes) {
    const shown = textAfter(before[change.path] ?? null, change);
    assert.notEqual(shown.type, 'conflict');
    const target = (change.kind.type === 'update' ? change.kind.move_path : null) ?? change.path;
    if (shown.type === 'text') after.set(target, shown.text);
  }
  return Object.fromEntries(after);
}

type Doing = 'keep' | 'remove' | 'replace' | 'insert';
const script = fc.array(fc.constantFrom<Doing>('keep', 'keep', 'keep', 'remove', 'replace', 'insert'), {
  minLength: 1,
  maxLength: 8,
});

/** An edited file has every line that was not removed, byte for byte and with its line end. */
export const untouchedLines = fc.property(fileBytes, script, (bytes, doings) => {
  const { lines, mark } = splitFile(bytes);
  const doing = (index: number): Doing => doings[index % doings.length] ?? 'keep';
  const written = lines.flatMap((line, index) => hunkLines(line, doing(index)));
  if (written.every((line) => line.startsWith(' '))) return;
  const after = splitFile(editFile(bytes, hunksOf(written)).bytes);
  assert.deepEqual(after.mark, mark);
  const rest = [...after.lines];
  for (const line of lines.filter((_, index) => doing(index) === 'keep' || doing(index) === 'insert')) {
    const at = rest.findIndex((other) => isSameLine(line, other));
    assert.notEqual(at, -1, `lost ${JSON.stringify(line.text)}`);
    rest.splice(0, at + 1);
  }
  const count = written.filter((line) => line === '+new').length;
  assert.equal(after.lines.filter((line) => line.text === 'new').length, count);
  if (after.lines.at(-1)?.text === 'new') assert.equal(after.lines.at(-1)?.end === '', lines.at(-1)?.end === '');
});

function hunkLines({ text }: FileLine, doing: Doing): string[] {
  switch (doing) {
    case 'keep':
      return [` ${text}`];
    case 'remove':
      return [`-${text}`];
    case 'replace':
      return [`-${text}`, '+new'];
    case 'insert':
      return [` ${text}`, '+new'];
    default:
      return doing satisfies never;
  }
}

function hunksOf(lines: readonly string[]) {
  const [file] = parsePatch(['*** Begin Patch', '*** Update File: a', '@@', ...lines, '*** End Patch'].join('\n'));
  assert.ok(file?.type === 'update');
  return file.hunks;
}

/** A last line without newline gets one when something follows it. */
function isSameLine(before: FileLine, after: FileLine): boolean {
  return Buffer.compare(before.bytes, after.bytes) === 0 && (before.end === after.end || before.end === '');
}
