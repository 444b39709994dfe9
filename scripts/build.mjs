// Builds the product into dist/: the Bun binary of this machine, the plain server bundle, the extension and the webview.
// Usage: node scripts/build.mjs [binary] [server] [extension] [webview]   (all of them, if none is named)
import { build as bundle } from 'esbuild';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { noteBytecodeOrder } from './bytecodeOrder.mjs';
import { defines, extensionBundle, serverBundle, webviewBundle } from './bundles.mjs';
import { ROOT } from './folders.mjs';
import { sizeOf } from './sizes.mjs';
import { runMain, say, step, UserError } from './progress.mjs';
import { CommandFailed, run } from './run.mjs';

const require = createRequire(import.meta.url);
const EXE = process.platform === 'win32' ? '.exe' : '';
const BUN_FLAGS = [
  '--compile',
  '--minify',
  '--bytecode',
  '--splitting',
  '--format=esm',
  // without these two the server would read .env and bunfig.toml of the user's workspace
  '--no-compile-autoload-dotenv',
  '--no-compile-autoload-bunfig',
  // code is optimised a little later: a start then runs, and maps, less of the compiler
  '--compile-jit-policy=64',
];

/** @type {Record<string, () => Promise<string>>} */
const parts = { server: buildServer, extension: buildExtension, webview: buildWebview, binary: buildBinary };

await runMain(async () => {
  const wanted = process.argv.slice(2);
  const unknown = wanted.find((name) => !(name in parts));
  if (unknown !== undefined) {
    throw new UserError(`There is no part "${unknown}".`, `Name any of: ${Object.keys(parts).join(', ')}.`);
  }
  for (const [name, build] of Object.entries(parts)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const made = await step(`Building the ${name}`, build);
    say(`built ${made.padEnd(28)} ${sizeOf(join(ROOT, made))}`);
  }
  return 0;
});

/** @returns {Promise<string>} */
async function buildServer() {
  await bundleInto(serverBundle);
  // the bundle is the same everywhere, so it has the helper for every Linux it may run on
  for (const arch of ['x64', 'arm64']) {
    const folder = join(ROOT, 'dist/server/bin', `linux-${arch}`);
    mkdirSync(folder, { recursive: true });
    copyProgram(seccompHelper(arch), join(folder, 'apply-seccomp'));
  }
  return 'dist/server/bowline.mjs';
}

/** @returns {Promise<string>} */
async function buildExtension() {
  await bundleInto(extensionBundle);
  return 'dist/extension.cjs';
}

/** @returns {Promise<string>} */
async function buildWebview() {
  await bundleInto(webviewBundle);
  const codicons = join(ROOT, 'node_modules/@vscode/codicons/dist');
  for (const file of ['codicon.css', 'codicon.ttf'])
    copyFileSync(join(codicons, file), join(ROOT, 'dist/webview', file));
  return 'dist/webview/chat.js';
}

/**
 * What closes unix sockets to sandboxed commands; a static program for each kind of processor.
 * @param {string} arch
 */
function seccompHelper(arch) {
  const library = dirname(require.resolve('@anthropic-ai/sandbox-runtime'));
  return join(library, '..', 'vendor', 'seccomp', arch, 'apply-seccomp');
}

/** The server as one program, with its helpers beside it: ripgrep, and what the sandbox needs. @returns {Promise<string>} */
async function buildBinary() {
  const folder = join(ROOT, 'dist/bin');
  const made = `dist/bin/bowline${EXE}`;
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(join(tmpdir(), 'bowline-build-'));
  // made under another name and moved: the program that stands there may be running
  const fresh = join(folder, `.bowline-${process.pid}${EXE}`);
  try {
    await compile(fresh);
    const orders = await noteBytecodeOrder(fresh, scratch);
    if (orders.length === 0)
      say('the binary did not answer a handshake: its bytecode stays in the order of the source');
    else await compile(fresh, ...orders.map((order) => `--bytecode-order=${order}`));
    renameSync(fresh, join(ROOT, made));
  } finally {
    rmSync(fresh, { force: true });
    rmSync(scratch, { recursive: true, force: true });
  }
  const { rgPath } = await import(require.resolve('@vscode/ripgrep'));
  copyProgram(rgPath, join(folder, `rg${EXE}`));
  if (process.platform === 'linux') copyProgram(seccompHelper(process.arch), join(folder, 'apply-seccomp'));
  return made;
}

/**
 * @param {string} outfile
 * @param {string[]} flags more of them
 */
async function compile(outfile, ...flags) {
  // the package calls its program so on every system
  const bun = join(ROOT, 'node_modules/bun/bin/bun.exe');
  const named = Object.entries(defines).map(([name, value]) => `--define=${name}=${value}`);
  try {
    await run(bun, ['build', ...BUN_FLAGS, ...named, ...flags, `--outfile=${outfile}`, 'server/main.ts'], {
      cwd: ROOT,
    });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    throw new UserError('The binary could not be built.', error.output, error);
  }
}

/**
 * Bundles and then removes the chunks that earlier builds left behind.
 * @param {import('./bundles.mjs').Bundle} options
 */
async function bundleInto(options) {
  const { metafile } = await bundle(options).catch((/** @type {import('esbuild').BuildFailure} */ failure) => {
    const faults = failure.errors.map(({ location, text }) => `${location?.file}:${location?.line} ${text}`);
    throw new UserError(`The bundle in ${options.outdir} could not be made.`, faults.join('\n'), failure);
  });
  const chunks = join(ROOT, options.outdir, 'chunks');
  if (!existsSync(chunks)) return;
  const made = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
  for (const file of readdirSync(chunks)) if (!made.has(file)) rmSync(join(chunks, file));
}

/** @param {string} from @param {string} to */
function copyProgram(from, to) {
  const fresh = `${to}.${process.pid}`;
  copyFileSync(from, fresh);
  chmodSync(fresh, 0o755);
  renameSync(fresh, to);
}
