// How each part of the product is bundled: entry points, targets, and what is compiled in.
import { readFileSync } from 'node:fs';
import { ROOT } from './folders.mjs';

/** @type {{ name: string, version: string }} */
export const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** Compiled into every bundle in place of the identifier; see server/version.ts. */
export const defines = { BOWLINE_VERSION: JSON.stringify(manifest.version) };

// Libraries in CommonJS call `require` for Node's own modules; an ES module has none until it makes one.
const REQUIRE_BANNER =
  "import { createRequire as __bowlineRequire } from 'node:module'; const require = __bowlineRequire(import.meta.url);";

/** @typedef {import('esbuild').BuildOptions & { outdir: string, metafile: true }} Bundle */

/** @satisfies {import('esbuild').BuildOptions} */
const common = /** @type {const} */ ({
  absWorkingDir: ROOT,
  bundle: true,
  define: defines,
  legalComments: 'none',
  logLevel: 'silent',
  metafile: true,
  minifySyntax: true,
  minifyWhitespace: true,
});

/** The plain server: split where the source imports lazily, so that a start loads only what it needs. @type {Bundle} */
export const serverBundle = {
  ...common,
  entryPoints: { bowline: 'server/main.ts' },
  outdir: 'dist/server',
  platform: 'node',
  target: 'node22',
  format: 'esm',
  splitting: true,
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/[name]-[hash]',
  banner: { js: REQUIRE_BANNER },
};

/** The extension: CommonJS, because that is what an extension host loads fastest. @type {Bundle} */
export const extensionBundle = {
  ...common,
  entryPoints: { extension: 'src/extension.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  external: ['vscode'],
};

/** The chat: an ES module (`<script type="module">`), Preact standing in for React in the libraries that ask for it. @type {Bundle} */
export const webviewBundle = {
  ...common,
  entryPoints: { chat: 'webview-ui/main.tsx' },
  outdir: 'dist/webview',
  platform: 'browser',
  target: 'es2023',
  format: 'esm',
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  minifyIdentifiers: true,
  jsx: 'automatic',
  jsxImportSource: 'preact',
  alias: {
    react: 'preact/compat',
    'react-dom': 'preact/compat',
    'react/jsx-runtime': 'preact/jsx-runtime',
  },
  loader: { '.ttf': 'file', '.svg': 'dataurl' },
};
