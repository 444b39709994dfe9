// `read_file`, `list_dir`, `grep` and `view_image` on a real disk: what they answer, what they show, what they refuse.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createBowlineIgnore } from '../../../server/adapters/fs/bowlineIgnore.ts';
import { createFileGuard, machinePlaces } from '../../../server/adapters/fs/fileGuard.ts';
import { createFiles } from '../../../server/adapters/fs/files.ts';
import { ripgrep } from '../../../server/adapters/search.ts';
import { BUNDLED_RIPGREP } from '../../support/bundledRipgrep.ts';
import { createSecretMasks } from '../../../server/adapters/secrets/secretMasks.ts';
import type { TextSearch } from '../../../server/core/ports.ts';
import type { Tool } from '../../../server/core/turn/tool.ts';
import type { DynamicToolCallItem } from '../../../server/protocol/schema/item.ts';
import { grepTool } from '../../../server/tools/grep.ts';
import { listDirTool } from '../../../server/tools/listDir.ts';
import { readFileTool } from '../../../server/tools/readFile.ts';
import { viewImageTool } from '../../../server/tools/viewImage.ts';
import { CommandContext } from '../../support/commandContext.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=',
  'base64',
);
const files = createFiles();
const places = machinePlaces({ home: '/nowhere/home', env: {} });
const guard = createFileGuard(places, createBowlineIgnore());
const mask = createSecretMasks({ env: {}, hiddenNames: () => [], key: () => null }).load;

describe('file tools', () => {
  let folder: string;
  let turn: CommandContext;

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'bowline-tools-')));
    turn = new CommandContext({ cwd: folder });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const put = (path: string, text: string | Uint8Array) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const call = async (tool: Tool, input: unknown) => {
    const text = typeof input === 'string' ? input : JSON.stringify(input);
    return (await tool.run({ callId: 'c1', name: tool.spec.name, form: 'function', input: text }, turn.context)).output;
  };
  const told = async (tool: Tool, input: unknown) => {
    const output = await call(tool, input);
    ok(typeof output === 'string');
    return output;
  };
  const ended = (): DynamicToolCallItem => {
    const event = turn.events.at(-1);
    ok(event?.method === 'item/completed' && event.params.item.type === 'dynamicToolCall');
    return event.params.item;
  };
  const refused = async (tool: Tool, input: unknown) => {
    const output = await told(tool, input);
    equal(ended().status, 'failed');
    equal(ended().success, false);
    return output;
  };

  describe('read_file', () => {
    const tool = readFileTool({ files, mask });

    it('numbers the lines, and shows the call as an item', async () => {
      put('src/a.ts', 'one\ntwo\r\nthree\n');
      equal(await call(tool, { path: 'src/a.ts' }), '1\tone\n2\ttwo\n3\tthree');
      deepEqual(turn.methods, ['item/started', 'item/completed']);
      const item = ended();
      deepEqual(
        [item.id, item.namespace, item.tool, item.arguments, item.status, item.success],
        ['c1', 'bowline', 'read_file', { path: 'src/a.ts' }, 'completed', true],
      );
      deepEqual(item.contentItems, [{ type: 'inputText', text: '1\tone\n2\ttwo\n3\tthree' }]);
    });

    it('reads a part, and says how to read on', async () => {
      put('a', Array.from({ length: 5000 }, (_, index) => `line ${index + 1}`).join('\n'));
      match(
        await told(tool, { path: 'a', offset: 3, limit: 2 }),
        /^3\tline 3\n4\tline 4\n\[Lines 3 to 4 of 5000\. Read on with offset 5\.\]$/,
      );
      match(await told(tool, { path: join(folder, 'a'), offset: null, limit: null }), /\[Lines 1 to 2000 of 5000\./);
      equal(await call(tool, { path: 'a', offset: 5000 }), '5000\tline 5000');
      match(await refused(tool, { path: 'a', offset: 5001 }), /has only 5000 lines/);
    });

    it('cuts long lines at whole characters, and long answers at whole lines', async () => {
      put('a', `${'x'.repeat(1999)}😀${'y'.repeat(10)}\nnext`);
      match(await told(tool, { path: 'a' }), /^1\tx{1999} \[12 more characters in this line\]\n2\tnext$/);
      put('b', Array.from({ length: 1000 }, () => 'z'.repeat(1000)).join('\n'));
      const text = await told(tool, { path: 'b' });
      ok(text.length < 70_000);
      match(text, /\[Lines 1 to \d+ of 1000\. Read on with offset \d+\.\]$/);
    });

    it('reads other encodings, and no binary files', async () => {
      put('utf16', Buffer.from('\uFEFFgrün', 'utf16le'));
      equal(await call(tool, { path: 'utf16' }), '1\tgrün');
      put('latin', Buffer.from('gr\xfcn', 'latin1'));
      equal(await call(tool, { path: 'latin' }), '1\tgr\uFFFDn');
      put('empty', '');
      equal(await call(tool, { path: 'empty' }), '[The file is empty.]');
      put('binary', Buffer.from([1, 2, 0, 3]));
      match(await refused(tool, { path: 'binary' }), /binary file of 4 bytes/);
    });

    it('refuses folders, devices, pipes and what is not there', async function () {
      if (process.platform === 'win32') this.skip();
      execFileSync('mkfifo', [join(folder, 'pipe')]);
      symlinkSync('/dev/zero', join(folder, 'link'));
      match(await refused(tool, { path: '.' }), /is a folder; list_dir/);
      match(await refused(tool, { path: 'nope' }), /There is nothing at .*nope/);
      match(await refused(tool, { path: 'pipe' }), /device, pipe or socket/);
      match(await refused(tool, { path: 'link' }), /device, pipe or socket/);
      match(await refused(tool, { path: '/dev/stdin' }), /device, pipe or socket/);
    });

    it('explains arguments that make no sense, without an item', async () => {
      match(await told(tool, '{"path": 5}'), /arguments of read_file are wrong/);
      match(await told(tool, '{'), /not valid JSON/);
      match(await told(tool, { path: 'a', offset: 0 }), /offset/);
      deepEqual(turn.events, []);
    });
  });

  describe('list_dir', () => {
    const tool = listDirTool(files);

    it('lists folders first, in an order that never changes', async () => {
      for (const path of ['b.ts', 'a.ts', 'Z.ts', 'src/x.ts', 'docs/y.md']) put(path, '');
      symlinkSync('a.ts', join(folder, 'link'));
      equal(await call(tool, {}), `${folder}\ndocs/\nsrc/\nZ.ts\na.ts\nb.ts\nlink@`);
    });

    it('goes as deep as asked, but not into what would fill the answer', async () => {
      for (const path of ['src/deep/x.ts', 'src/a.ts', 'node_modules/p/i.js', '.git/HEAD']) put(path, '');
      equal(
        await call(tool, { path: folder, depth: 3 }),
        `${folder}\n.git/\nnode_modules/\nsrc/\n  deep/\n    x.ts\n  a.ts`,
      );
      equal(await call(tool, { path: 'node_modules' }), `${join(folder, 'node_modules')}\np/`);
    });

    it('says what it left out', async () => {
      for (let index = 0; index < 20; index += 1) put(`f${String(index).padStart(2, '0')}`, '');
      match(await told(tool, { limit: 3 }), /\nf02\n\[17 or more entries were left out\./);
      mkdirSync(join(folder, 'none'));
      match(await told(tool, { path: 'none' }), /\[The folder is empty\.\]/);
      match(await refused(tool, { path: 'f00' }), /is a file; read_file/);
    });

    it('goes on behind a folder that cannot be read', async () => {
      put('a/x', '');
      put('b/y', '');
      const isClosed = (path: string) => path === join(folder, 'a');
      const list = (path: string) => (isClosed(path) ? Promise.reject(new Error('EACCES')) : files.list(path));
      const text = await told(listDirTool({ ...files, list }), { depth: 2 });
      equal(text, `${folder}\na/\n  [EACCES]\nb/\n  y`);
    });
  });

  describe('grep', () => {
    const tool = grepTool({
      search: ripgrep({ env: BUNDLED_RIPGREP, executable: process.execPath }),
      files,
      guard,
      mask,
    });

    it('finds lines, sorted by path', async () => {
      put('src/b.ts', 'let knot = 1;\nlet other = 2;\n');
      put('src/a.ts', 'KNOT\nknot\n');
      put('.hidden', 'knot\n');
      put('.git/x', 'knot\n');
      equal(await call(tool, { pattern: 'knot' }), '.hidden:1:knot\nsrc/a.ts:2:knot\nsrc/b.ts:1:let knot = 1;');
      equal(
        await call(tool, { pattern: 'KNOT', ignore_case: true, path: 'src', files_only: true }),
        'src/a.ts\nsrc/b.ts',
      );
      equal(await call(tool, { pattern: 'knot', glob: '*.ts', path: join(folder, 'src', 'a.ts') }), 'src/a.ts:2:knot');
      equal(await call(tool, { pattern: 'k(n', fixed: true }), 'No matches.');
      match(
        await told(tool, { pattern: 'knot = 1', context: 1 }),
        /src\/b\.ts:1:let knot = 1;\nsrc\/b\.ts-2-let other = 2;/,
      );
    });

    it('takes a pattern that looks like an option as a pattern', async () => {
      put('a', '--pre=sh\n');
      equal(await call(tool, { pattern: '--pre=sh' }), 'a:1:--pre=sh');
    });

    it('bounds what it returns', async () => {
      put('a', 'x\n'.repeat(1000));
      match(await told(tool, { pattern: 'x', limit: 5 }), /a:5:x\n\[The first 5 of 1000 lines\./);
      const small = ripgrep({ env: BUNDLED_RIPGREP, executable: process.execPath, maxOutputBytes: 100 });
      match(await told(grepTool({ search: small, files, guard, mask }), { pattern: 'x' }), /of more than \d+ lines/);
    });

    it('tells of bad patterns, missing folders and a missing rg', async () => {
      match(await refused(tool, { pattern: '(' }), /The search failed: .*regex parse error/s);
      match(await refused(tool, { pattern: 'x', path: 'nope' }), /There is nothing at/);
      const none: TextSearch = ripgrep({ env: { PATH: '/nowhere:.' }, executable: '/nowhere/at/all/bowline' });
      match(
        await refused(grepTool({ search: none, files, guard, mask }), { pattern: 'x' }),
        /Install it \(for example/,
      );
    });

    it('ends when the turn is interrupted', async () => {
      put('a', 'x');
      turn.interrupt();
      await refused(tool, { pattern: 'x' });
    });

    it('takes rg from BOWLINE_RG, or from beside the server, before PATH', async function () {
      if (process.platform === 'win32') this.skip();
      for (const [path, name] of [
        ['named/rg', 'named'],
        ['bin/rg', 'beside'],
      ] as const) {
        put(path, `#!/bin/sh\necho ${name}\n`);
        chmodSync(join(folder, path), 0o755);
      }
      const beside = ripgrep({ env: { PATH: process.env['PATH'] }, executable: join(folder, 'bin', 'bowline') });
      const bundle = ripgrep({ env: { PATH: process.env['PATH'] }, executable: join(folder, 'server', 'bowline.mjs') });
      const named = ripgrep({
        env: { BOWLINE_RG: join(folder, 'named/rg') },
        executable: join(folder, 'bin', 'bowline'),
      });
      const printed = async (search: TextSearch) => {
        const result = await search.run([], folder, new AbortController().signal);
        return result.type === 'done' ? result.stdout : result.message;
      };
      equal(await printed(beside), 'beside\n');
      equal(await printed(bundle), 'beside\n');
      equal(await printed(named), 'named\n');
    });
  });

  describe('view_image', () => {
    const tool = viewImageTool(files);

    it('shows the picture to the model and its path to the user', async () => {
      put('p.dat', PNG);
      deepEqual(await call(tool, { path: 'p.dat' }), [
        { type: 'input_image', image_url: `data:image/png;base64,${PNG.toString('base64')}` },
      ]);
      deepEqual(turn.methods, ['item/started', 'item/completed']);
      const event = turn.events.at(-1);
      ok(event?.method === 'item/completed' && event.params.item.type === 'imageView');
      equal(event.params.item.path, join(folder, 'p.dat'));
    });

    it('refuses what is no picture, without an item', async () => {
      put('a.png', 'text');
      match(await told(tool, { path: 'a.png' }), /is no PNG, JPEG, GIF or WebP picture/);
      match(await told(tool, { path: 'nope.png' }), /There is nothing/);
      match(await told(tool, { path: '.' }), /is a folder/);
      match(await told(tool, {}), /arguments of view_image are wrong/);
      deepEqual(turn.events, []);
    });
  });
});
