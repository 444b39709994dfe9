// The reference server, from the npm registry into the cache folder: what benches are measured against and schemas are checked with.
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CACHE } from '../../scripts/folders.mjs';
import { installOnce } from '../../scripts/installOnce.mjs';
import { runNpm } from '../../scripts/packages.mjs';
import { step } from '../../scripts/progress.mjs';

export const REFERENCE_VERSION = '0.169.0';

/**
 * Installs the reference if it is not there (some 10 seconds, 400 MB).
 * @returns the path of its native program, without the Node launcher around it
 * @throws UserError if it cannot be installed
 */
export async function referenceServer(): Promise<string> {
  const folder = join(CACHE, `codex-${REFERENCE_VERSION}`);
  if (!existsSync(folder)) {
    await step('Installing the reference server', (detail) =>
      installOnce(folder, (partial) => fill(partial, detail), detail),
    );
  }
  const platformPackage = `codex-${process.platform}-${process.arch}`;
  const vendor = join(folder, 'node_modules', '@openai', platformPackage, 'vendor');
  const [triple] = await readdir(vendor);
  return join(vendor, triple!, 'bin', process.platform === 'win32' ? 'codex.exe' : 'codex');
}

async function fill(folder: string, detail: (text: string) => void): Promise<void> {
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', `@openai/codex@${REFERENCE_VERSION}`];
  await runNpm(install, { cwd: folder, onLine: detail });
}
