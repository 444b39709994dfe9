// A package holds what the product needs and nothing else.
import { deepEqual, equal } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeScratch, removeScratch, ROOT, runTool } from './house.ts';

const shipped = [
  'CHANGELOG.md',
  'LICENSE',
  'NOTICE',
  'README.md',
  'dist/ThirdPartyNotices.txt',
  'dist/bin/apply-seccomp',
  'dist/bin/bowline',
  'dist/bin/rg',
  'dist/extension.cjs',
  'dist/server/bin/linux-arm64/apply-seccomp',
  'dist/server/bin/linux-x64/apply-seccomp',
  'dist/server/bowline.mjs',
  'dist/server/chunks/chunk-ABC.mjs',
  'dist/webview/chat.css',
  'dist/webview/chat.js',
  'dist/webview/chunks/chunk-ABC.js',
  'dist/webview/codicon.css',
  'dist/webview/codicon.ttf',
  'media/icon.png',
];

const keptHome = [
  '.ci/run',
  '.env',
  '.oxlintrc.json',
  'SECURITY.md',
  'dist/bin/.bowline-123',
  'dist/extension.cjs.map',
  'dist/server/bowline.mjs.map',
  'dist/test/host.cjs',
  'dist/vsix/bowline-universal-0.1.0.vsix',
  'docs/development.md',
  'package-lock.json',
  'scripts/build.mjs',
  'server/main.ts',
  'src/extension.ts',
  'test/unit/x.test.ts',
  'tsconfig.json',
  'webview-ui/main.tsx',
];

describe('the package', () => {
  it('holds what the product needs and nothing else', async () => {
    const real = ['package.json', '.vscodeignore'].map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]);
    const fake = [...shipped, ...keptHome].map((path) => [path, 'x\n']);
    const scratch = makeScratch(Object.fromEntries([...real, ...fake]) as Record<string, string>);
    try {
      const { exitCode, output } = await runTool(scratch, 'vsce', ['ls', '--no-dependencies']);
      equal(exitCode, 0, output);
      const listed = output.trim().split('\n').toSorted();
      deepEqual(listed, [...shipped, 'package.json'].toSorted());
    } finally {
      removeScratch(scratch);
    }
  });
});
