// What each bundle contains, and what a start of the server loads.
import { deepEqual, ok } from 'node:assert/strict';
import { build, type Metafile } from 'esbuild';
import { extensionBundle, serverBundle, webviewBundle, type Bundle } from '../../scripts/bundles.mjs';

/** The webview's first paint waits for this much script. */
const WEBVIEW_ENTRY_LIMIT = 500_000;

/** What is loaded for the handshake and the first page of threads. */
const LISTING = [
  'server/main.ts',
  'server/adapters/notices.ts',
  'server/adapters/store/openThreadStore.ts',
  'server/app/handlers/threadRead.ts',
  'server/app/openThreads.ts',
  'server/doors/localDoor.ts',
];
/** What is loaded beside it when the first thread is to run something. */
const RUNNING = ['server/app/liveThreads.ts', 'server/turnAdapters.ts'];
/** What only threads that run something need. */
const OF_TURNS =
  /^server\/(?:tools|core\/(?:approval\/shell|turn))\/|\/liveThread\.ts$|^node_modules\/(?:unbash|diff)\//;
/** Each takes Bun as long to load as several of our own rooms; where they are used they are asked for by `process.getBuiltinModule`. */
const HEAVY = /^(?:node:)?(?:child_process|crypto|http|https|net|readline|stream|tls|tty|util|zlib)(?:\/|$)/;

describe('bundles', () => {
  it('no bundle carries the translations of zod', async () => {
    // `import * as z` leaves out what is not used, `import { z }` brings fifty languages
    for (const options of [extensionBundle, serverBundle]) {
      const { outputs } = await bundle(options);
      const used = Object.values(outputs).flatMap(inputsOf);
      deepEqual(
        used.filter((path) => /zod\/v4\/locales\/(?!en\.|index\.)/.test(path)),
        [],
      );
    }
  });

  it('the webview carries no zod, no React, no server room but the protocol', async () => {
    const inputs = Object.keys((await bundle(webviewBundle)).inputs);
    deepEqual(
      inputs.filter((path) => /node_modules\/(?:zod|react|react-dom|openai)\//.test(path)),
      [],
    );
    deepEqual(
      inputs.filter((path) => /^(?:server|src)\//.test(path) && !path.startsWith('server/protocol/')),
      [],
    );
  });

  it('the webview loads quickly', async () => {
    const { outputs } = await bundle(webviewBundle);
    const bytes = staticClosure(outputs, 'dist/webview/chat.js').reduce(
      (sum, path) => sum + (outputs[path]?.bytes ?? 0),
      0,
    );
    ok(bytes <= WEBVIEW_ENTRY_LIMIT, `${bytes} bytes of script before the first paint`);
  });

  it('the extension carries the client alone', async () => {
    const inputs = Object.keys((await bundle(extensionBundle)).inputs);
    deepEqual(
      inputs.filter((path) => /^(?:server|webview-ui)\//.test(path) && !/^server\/(?:protocol|rpc)\//.test(path)),
      [],
    );
    deepEqual(
      inputs.filter((path) => /node_modules\/(?:openai|preact|commander)\//.test(path)),
      [],
    );
  });

  it('the server loads the model client, the store, the tools and what knows threads only when it needs them', async () => {
    const { outputs } = await bundle(serverBundle);
    const eager = staticClosure(outputs, 'dist/server/bowline.mjs').map((path) => outputs[path]);
    const packages = eager.flatMap(inputsOf);
    deepEqual(
      packages.filter((path) => /node_modules\/(?:openai|ignore|unbash)\//.test(path)),
      [],
    );
    const builtins = eager.flatMap((output) => output?.imports.map((entry) => entry.path) ?? []);
    deepEqual(
      builtins.filter((path) => /sqlite/.test(path)),
      [],
    );
  });

  it('neither the first list of threads nor the first turn waits for Node’s heavy modules', async () => {
    const { outputs } = await bundle(serverBundle);
    const heavy = loadedWith(outputs, [...LISTING, ...RUNNING]).flatMap((path) =>
      (outputs[path]?.imports ?? [])
        .filter(({ path: name, kind }) => kind === 'import-statement' && HEAVY.test(name))
        .map(({ path: name }) => `${name} of ${inputsOf(outputs[path]).join(', ')}`),
    );
    deepEqual(heavy, []);
  });

  it('the first list of threads waits for nothing that only turns need', async () => {
    const { outputs } = await bundle(serverBundle);
    const inputs = (entries: readonly string[]): string[] =>
      loadedWith(outputs, entries).flatMap((path) => inputsOf(outputs[path]));
    deepEqual(
      inputs(LISTING).filter((path) => OF_TURNS.test(path)),
      [],
    );
    ok(inputs(RUNNING).some((path) => OF_TURNS.test(path)));
  });
});

/** The outputs that are loaded for these sources. */
function loadedWith(outputs: Metafile['outputs'], sources: readonly string[]): string[] {
  const entries = Object.keys(outputs).filter((path) => sources.includes(outputs[path]?.entryPoint ?? ''));
  deepEqual(new Set(entries.map((path) => outputs[path]?.entryPoint)), new Set(sources));
  return [...new Set(entries.flatMap((entry) => staticClosure(outputs, entry)))];
}

async function bundle(options: Bundle): Promise<Metafile> {
  return (await build({ ...options, write: false })).metafile;
}

/** The files that an output holds anything of. */
function inputsOf(output: Metafile['outputs'][string] | undefined): string[] {
  const inputs = Object.entries(output?.inputs ?? {});
  return inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path);
}

/** The outputs that are loaded with `entry`, leaving out what is imported lazily. */
function staticClosure(outputs: Metafile['outputs'], entry: string): string[] {
  const loaded = new Set([entry]);
  for (const path of loaded) {
    for (const { path: next, kind } of outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && next in outputs) loaded.add(next);
    }
  }
  return [...loaded];
}
