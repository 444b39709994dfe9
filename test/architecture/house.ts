// Where the architecture tests find the house, and how they run its tools.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../../scripts/folders.mjs';

export { ROOT };

export type Outcome = { readonly exitCode: number; readonly output: string };

/** Runs a program of node_modules/.bin in `folder`; a failure is an answer, not an exception. */
export function runTool(folder: string, name: string, args: readonly string[]): Promise<Outcome> {
  const program = join(ROOT, 'node_modules/.bin', name);
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { cwd: folder, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ exitCode, output: `${stdout}${stderr}` });
    });
  });
}

/** A scratch folder with the given files and the repository's packages; remove it with {@link removeScratch}. */
export function makeScratch(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'bowline-architecture-'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

export function removeScratch(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
