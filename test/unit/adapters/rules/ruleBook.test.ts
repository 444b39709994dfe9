// Rule files on disk: read again when they change, changed by several at once, and left whole whatever happens.
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../../../../server/adapters/clock.ts';
import { RuleFiles } from '../../../../server/adapters/rules/ruleBook.ts';
import { SETTINGS } from '../../../support/commandContext.ts';

const FOLDERS = join(import.meta.dirname, '../../../../server/adapters');

describe('the rule files of a home', () => {
  let home = '';
  let work = '';
  let isTrusted = true;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'bowline-rules-'));
    work = mkdtempSync(join(tmpdir(), 'bowline-work-'));
    isTrusted = true;
  });
  afterEach(() => {
    for (const folder of [home, work]) rmSync(folder, { recursive: true, force: true });
  });

  const open = (): RuleFiles =>
    new RuleFiles({
      home,
      clock: systemClock,
      workspaceFolders: (cwd) => ({ folders: [join(cwd, '.bowline')], isTrusted }),
    });
  const write = (name: string, text: string, folder = home): string => {
    mkdirSync(join(folder, 'rules'), { recursive: true });
    const path = join(folder, 'rules', name);
    writeFileSync(path, text);
    return path;
  };
  const decisionOn = async (book: RuleFiles, ...words: string[]): Promise<string | undefined> =>
    (await book.rules({ ...SETTINGS, cwd: work })).match(words)?.decision;

  it('need not be there', async () => {
    const book = open();
    equal(await decisionOn(book, 'git'), undefined);
    deepEqual(await book.list(work), { data: [], problems: [] });
  });

  it('are all that end in .rules, and nothing else', async () => {
    write('a.rules', 'prefix_rule(["a"])');
    write('b.rules', 'prefix_rule(["b"])');
    write('c.rules.bak', 'prefix_rule(["c"])');
    write('.d.rules', 'prefix_rule(["d"])');
    const book = open();
    deepEqual(await Promise.all(['a', 'b', 'c', 'd'].map((word) => decisionOn(book, word))), [
      'allow',
      'allow',
      undefined,
      undefined,
    ]);
  });

  it('count anew when they change, and that is told once; a reading that finds nothing new tells nothing', async () => {
    const path = write('a.rules', 'prefix_rule(["a"])');
    const book = open();
    let changes = 0;
    book.onDidChange(() => (changes += 1));
    equal(await decisionOn(book, 'a'), 'allow');
    equal(await decisionOn(book, 'a'), 'allow');
    equal(changes, 0);
    writeFileSync(path, 'prefix_rule(["a"], "forbidden")');
    deepEqual(await Promise.all([decisionOn(book, 'a'), decisionOn(book, 'a')]), ['forbidden', 'forbidden']);
    equal(changes, 1);
    rmSync(path);
    equal(await decisionOn(book, 'a'), undefined);
    equal(changes, 2);
  });

  it('of a workspace count while it is trusted', async () => {
    write('w.rules', 'prefix_rule(["w"])', join(work, '.bowline'));
    const book = open();
    equal(await decisionOn(book, 'w'), 'allow');
    isTrusted = false;
    equal(await decisionOn(book, 'w'), undefined);
    const { data, problems } = await book.list(work);
    deepEqual(data, []);
    match(problems[0]?.message ?? '', /not trusted/);
    isTrusted = true;
    const [rule] = (await book.list(work)).data;
    isTrusted = false;
    await rejects(book.remove(rule?.id ?? '', work), /no such rule/);
  });

  it('that are no files, too large, or closed to us, keep the whole folder from allowing', async function () {
    write('a.rules', 'prefix_rule(["a"])\nprefix_rule(["b"], "forbidden")');
    const faults: [string, () => void][] = [
      ['It is no file', () => mkdirSync(join(home, 'rules/z.rules'))],
      ['larger than', () => write('z.rules', '#'.repeat(300_000))],
      ['cannot be read', () => symlinkSync('nowhere', join(home, 'rules/z.rules'))],
    ];
    if (process.platform !== 'win32')
      faults.push(['It is no file', () => execFileSync('mkfifo', [join(home, 'rules/z.rules')])]);
    for (const [words, make] of faults) {
      make();
      const book = open();
      deepEqual([await decisionOn(book, 'a'), await decisionOn(book, 'b')], [undefined, 'forbidden']);
      match((await book.list(null)).problems[0]?.message ?? '', new RegExp(words));
      await rejects(book.allowCommand(['x']), new RegExp(words));
      rmSync(join(home, 'rules/z.rules'), { recursive: true });
    }
  });

  it('keep an id while the rule stands there', async () => {
    const path = write('a.rules', 'prefix_rule(["a"])\nprefix_rule(["a"])\nprefix_rule(["b"])');
    const book = open();
    const before = (await book.list(null)).data.map(({ id }) => id);
    equal(new Set(before).size, 3);
    writeFileSync(path, `# more\n${readFileSync(path, 'utf8')}\nprefix_rule(["c"])`);
    deepEqual(
      (await book.list(null)).data.slice(0, 3).map(({ id }) => id),
      before,
    );
    await book.setEnabled(before[2] ?? '', false, null);
    deepEqual(
      (await open().list(null)).data.slice(0, 3).map(({ id }) => id),
      before,
    );
  });

  it('are not changed where two rules share a line', async () => {
    const path = write('a.rules', 'prefix_rule(["a"]); prefix_rule(["b"])');
    const book = open();
    const [rule] = (await book.list(null)).data;
    await rejects(book.remove(rule?.id ?? '', null), /shares its line/);
    equal(readFileSync(path, 'utf8'), 'prefix_rule(["a"]); prefix_rule(["b"])');
  });

  it('keep their mode and their links; a new one is its user’s alone', async function () {
    if (process.platform === 'win32') return this.skip();
    const book = open();
    await book.allowCommand(['a']);
    const path = join(home, 'rules/default.rules');
    equal(statSync(path).mode & 0o777, 0o600);
    rmSync(path);
    writeFileSync(join(work, 'real'), '');
    chmodSync(join(work, 'real'), 0o640);
    symlinkSync(join(work, 'real'), path);
    await book.allowCommand(['b']);
    equal(lstatSync(path).isSymbolicLink(), true);
    equal(statSync(path).mode & 0o777, 0o640);
    match(readFileSync(join(work, 'real'), 'utf8'), /"b"/);
  });

  it('hold a rule once, however often it is remembered', async () => {
    const book = open();
    for (const words of [['a'], ['a'], ['b'], ['a']]) await book.allowCommand(words);
    equal(readFileSync(join(home, 'rules/default.rules'), 'utf8').trim().split('\n').length, 2);
  });

  it('lose nothing that two windows write at once', async function () {
    this.timeout(30_000);
    const program = `
      const { RuleFiles } = await import(${JSON.stringify(join(FOLDERS, 'rules/ruleBook.ts'))});
      const { systemClock } = await import(${JSON.stringify(join(FOLDERS, 'clock.ts'))});
      const book = new RuleFiles({ home: process.argv[1], clock: systemClock, workspaceFolders: () => ({ folders: [], isTrusted: false }) });
      for (let i = 0; i < 10; i += 1) {
        await book.allowCommand([process.argv[2], String(i)]);
        const { data } = await book.list(null);
        const own = data.find((rule) => rule.kind === 'command' && rule.pattern[0] === process.argv[2] && rule.isEnabled);
        if (i % 2 === 1) await book.setEnabled(own.id, false, null);
      }`;
    const run = (name: string): Promise<unknown> =>
      promisify(execFile)(process.execPath, ['--input-type=module', '-e', program, home, name]);
    await Promise.all(['one', 'two', 'three'].map(run));
    const { data } = await open().list(null);
    equal(data.length, 30);
    equal(data.filter(({ isEnabled }) => !isEnabled).length, 15);
    deepEqual(readdirSync(join(home, 'rules')), ['default.rules']);
  });

  it('are free again when the process that changed them has died', async () => {
    const path = write('default.rules', '');
    const dead = execFileSync(process.execPath, ['-e', 'console.log(process.pid)'], { encoding: 'utf8' });
    writeFileSync(`${path}.lock`, dead.trim());
    await open().allowCommand(['a']);
    ok(readFileSync(path, 'utf8').includes('"a"'));
    equal(existsSync(`${path}.lock`), false);
  });
});
