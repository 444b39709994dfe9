// What package.json promises to editors, to npm and to readers.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './house.ts';

type Command = { command: string; title: string; category?: string };
type Setting = { description?: string; markdownDescription?: string };
type Manifest = {
  main: string;
  icon?: string;
  engines: { vscode: string };
  activationEvents?: string[];
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  capabilities?: { untrustedWorkspaces?: { supported: unknown } };
  contributes?: {
    commands?: Command[];
    configuration?: { properties?: Record<string, Setting> } | { properties?: Record<string, Setting> }[];
  };
};

const text = readFileSync(join(ROOT, 'package.json'), 'utf8');
const manifest = JSON.parse(text) as Manifest;
const packages = { ...manifest.dependencies, ...manifest.devDependencies };

/** The newest VS Code that a current code-server carries; a newer demand would shut its users out. */
const NEWEST_ENGINE = [1, 139];

describe('the manifest', () => {
  it('asks for no proposed API', () => {
    ok(!text.includes('enabledApiProposals'));
  });

  it('asks for an editor that people have, and compiles against no newer one', () => {
    const [major = 0, minor = 0] = versionOf(manifest.engines.vscode.replace('^', ''));
    ok(major === NEWEST_ENGINE[0] && minor <= NEWEST_ENGINE[1]!);
    const [typesMajor, typesMinor = 0] = versionOf(packages['@types/vscode'] ?? '');
    ok(typesMajor === major && typesMinor <= minor);
  });

  it('names exact versions', () => {
    for (const [name, version] of Object.entries(packages)) match(version, /^(?:npm:[\w/@-]+@)?\d+\.\d+\.\d+$/, name);
  });

  it('is what the lockfile was made from, and the lockfile names no place to download from', () => {
    const lock = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
    const { packages: locked } = JSON.parse(lock) as { packages: Record<string, Partial<Manifest>> };
    deepEqual(locked['']?.dependencies, manifest.dependencies);
    deepEqual(locked['']?.devDependencies, manifest.devDependencies);
    ok(!/"resolved": "https?:/.test(lock));
  });

  it('keeps the commands that people and machines rely on', () => {
    for (const name of [
      'start',
      'test',
      'check',
      'build',
      'package',
      'bench',
      'test:unit',
      'test:contract',
      'test:deep',
    ]) {
      ok(name in manifest.scripts, name);
    }
  });

  it('does not activate for every editor window', () => {
    ok(!(manifest.activationEvents ?? []).includes('*'));
  });

  it('gives every command a title and the category Bowline', () => {
    for (const { command, title, category } of manifest.contributes?.commands ?? []) {
      match(command, /^bowline\./);
      ok(title.length > 0, command);
      equal(category, 'Bowline', command);
    }
  });

  it('describes every setting', () => {
    const sections = [manifest.contributes?.configuration ?? []].flat();
    for (const [name, setting] of sections.flatMap(({ properties = {} }) => Object.entries(properties))) {
      match(name, /^bowline\./);
      ok((setting.description ?? setting.markdownDescription ?? '').length > 0, name);
    }
  });

  it('points only at files that exist or are built', () => {
    for (const [, path = ''] of text.matchAll(/"(?:\.\/)?((?:media|l10n)\/[^"]+)"/g))
      ok(existsSync(join(ROOT, path)), path);
    equal(manifest.main, './dist/extension.cjs');
  });
});

describe('the repository', () => {
  // written so that this file does not hold them itself
  const forbidden = [
    {
      what: 'a fixed place in the file system',
      pattern: /(?<![\w.*$}~-])\/(?:[w]ork|[r]oot|[t]mp\/(?:plan|ref|bash_jobs))\//,
    },
    { what: 'a folder beside the repository', pattern: /\.\.\/[s]hared\b/ },
    { what: 'a package registry', pattern: /[r]egistry\.(?:npmjs\.org|yarnpkg\.com)|[n]pmmirror/ },
    { what: 'a machine', pattern: /\b[f]arm-\w/ },
    { what: 'a secret', pattern: /\bsk-(?:proj-)?[A-Za-z0-9_]{32,}|-----BEGIN [A-Z ]*PRIVATE KEY/ },
  ];

  it('names no place, machine or secret of those who built it', () => {
    const paths = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' }).split('\0').filter(Boolean);
    const faults = paths
      .filter((path) => !/\.(?:png|ttf|ico|woff2?)$/.test(path) && existsSync(join(ROOT, path)))
      .flatMap((path) => {
        const content = readFileSync(join(ROOT, path), 'utf8');
        return forbidden.flatMap(({ what, pattern }) => (pattern.test(content) ? [`${path} names ${what}`] : []));
      });
    deepEqual(faults, []);
  });
});

function versionOf(version: string): number[] {
  return version.split('.').map(Number);
}
