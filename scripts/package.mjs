// Packs two VSIX files into dist/vsix: one for this platform (binary, ripgrep and fallback) and a universal one (fallback only).
import { build as bundle } from 'esbuild';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extensionBundle, manifest, serverBundle, webviewBundle } from './bundles.mjs';
import { ROOT } from './folders.mjs';
import { thirdPartyNotices } from './notices.mjs';
import { runMain, say, step, UserError } from './progress.mjs';
import { CommandFailed, run, runVisibly } from './run.mjs';
import { sizeOf } from './sizes.mjs';

await runMain(async () => {
  const built = await runVisibly(process.execPath, [join(ROOT, 'scripts/build.mjs')], { cwd: ROOT });
  if (built !== 0) return built;
  const scratch = mkdtempSync(join(tmpdir(), 'bowline-package-'));
  try {
    writeFileSync(join(ROOT, 'dist/ThirdPartyNotices.txt'), thirdPartyNotices(await bundledFiles()));
    // what is named again after a "!" stays in, so the programs must not be named at all
    const named = readFileSync(join(ROOT, '.vscodeignore'), 'utf8').split('\n');
    const universalIgnore = join(scratch, 'vscodeignore');
    writeFileSync(universalIgnore, named.filter((line) => !line.startsWith('!dist/bin/')).join('\n'));
    const target = `${platformName()}-${process.arch}`;
    await pack(target, ['--target', target]);
    await pack('universal', ['--ignoreFile', universalIgnore]);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return 0;
});

/**
 * @param {string} name of the variant
 * @param {string[]} flags for vsce
 */
async function pack(name, flags) {
  const folder = join(ROOT, 'dist/vsix');
  mkdirSync(folder, { recursive: true });
  const vsix = join(folder, `bowline-${name}-${manifest.version}.vsix`);
  const vsce = [
    join(ROOT, 'node_modules/@vscode/vsce/vsce'),
    'package',
    '--no-dependencies',
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
  ];
  await step(`Packing ${name}`, () => run(process.execPath, [...vsce, ...flags, '--out', vsix], { cwd: ROOT })).catch(
    (error) => {
      if (!(error instanceof CommandFailed)) throw error;
      throw new UserError(`The ${name} package could not be made.`, error.output, error);
    },
  );
  say(`packed ${vsix.slice(ROOT.length + 1).padEnd(44)} ${sizeOf(vsix)}`);
}

/** The files that end up in any bundle. */
async function bundledFiles() {
  const files = new Set();
  for (const options of [serverBundle, extensionBundle, webviewBundle]) {
    const { metafile } = await bundle({ ...options, write: false });
    for (const { inputs } of Object.values(metafile.outputs)) {
      for (const input of Object.keys(inputs)) files.add(input);
    }
  }
  return files;
}

/** The name that extension targets have for this system. */
function platformName() {
  if (process.platform !== 'linux') return process.platform;
  const report = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  return report.header.glibcVersionRuntime === undefined ? 'alpine' : 'linux';
}
