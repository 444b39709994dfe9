// The tools that read and the context guard: what is kept from the model asks, is skipped and told, and secrets are masked.
import assert from 'node:assert/strict';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createBowlineIgnore } from '../../../server/adapters/fs/bowlineIgnore.ts';
import { createFileGuard } from '../../../server/adapters/fs/fileGuard.ts';
import { createFiles } from '../../../server/adapters/fs/files.ts';
import { hardLinkProblem } from '../../../server/adapters/fs/hardLinks.ts';
import { ripgrep } from '../../../server/adapters/search.ts';
import { BUNDLED_RIPGREP } from '../../support/bundledRipgrep.ts';
import { createSecretMasks } from '../../../server/adapters/secrets/secretMasks.ts';
import { NO_PLACES } from '../../../server/core/pathPolicy/places.ts';
import type { Tool } from '../../../server/core/turn/tool.ts';
import { createApplyPatch } from '../../../server/tools/applyPatch.ts';
import { grepTool } from '../../../server/tools/grep.ts';
import { listDirTool } from '../../../server/tools/listDir.ts';
import { readFileTool } from '../../../server/tools/readFile.ts';
import { viewImageTool } from '../../../server/tools/viewImage.ts';
import { asking, CommandContext, type CommandContextOptions } from '../../support/commandContext.ts';
import { githubToken, privateKey } from '../core/secrets/secretTable.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=',
  'base64',
);

describe('context guard of the tools', () => {
  let root = '';
  let workspace = '';
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'bowline-guarded-')));
    workspace = join(root, 'ws');
    mkdirSync(workspace);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const put = (path: string, text: string | Uint8Array): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const places = () => ({ ...NO_PLACES, userHomes: [join(root, 'home')] });
  const tools = () => {
    const files = createFiles({ hardLinkProblem: hardLinkProblem(places()) });
    const guard = createFileGuard(places(), createBowlineIgnore());
    const mask = createSecretMasks({ env: {}, hiddenNames: () => [], key: () => null }).load;
    const search = ripgrep({ env: BUNDLED_RIPGREP, executable: process.execPath });
    return {
      read: readFileTool({ files, mask }),
      list: listDirTool(files),
      grep: grepTool({ files, mask, guard, search }),
      view: viewImageTool(files),
    };
  };
  const run = async (tool: Tool, input: unknown, options: Partial<CommandContextOptions> = {}) => {
    const turn = new CommandContext({ cwd: workspace, ...options });
    const call = { callId: 'c1', name: tool.spec.name, form: 'function', input: JSON.stringify(input) } as const;
    const { output } = await tool.run(call, turn.context);
    return { turn, output: typeof output === 'string' ? output : JSON.stringify(output) };
  };
  const kept = asking('It is kept.');

  it('reads what is kept only when the user allows it, and asks for the real path', async () => {
    put('ws/.env', 'PLAIN=value\n');
    symlinkSync('.env', join(workspace, 'notes.txt'));
    const { turn, output } = await run(tools().read, { path: 'notes.txt' }, { decision: kept });
    assert.deepEqual(turn.actions, [{ kind: 'read', paths: [join(workspace, '.env')] }]);
    assert.deepEqual(turn.readQuestions, [join(workspace, '.env')]);
    assert.match(output, /was not read: the user did not allow it/);
    assert.ok(!output.includes('value'));
    const allowed = await run(tools().read, { path: 'notes.txt' }, { decision: kept, readAnswer: 'accepted' });
    assert.equal(allowed.output, '1\tPLAIN=value');
    const never = await run(
      tools().read,
      { path: '.env' },
      { decision: { type: 'refuse', reason: 'Nobody can be asked.' } },
    );
    assert.match(never.output, /was not read: Nobody can be asked/);
  });

  it('puts no kept picture before the model unasked', async () => {
    put('ws/private.png', PNG);
    const refused = await run(tools().view, { path: 'private.png' }, { decision: kept });
    assert.match(refused.output, /did not allow it/);
    assert.deepEqual(refused.turn.methods, ['item/started', 'item/completed']);
    const allowed = await run(tools().view, { path: 'private.png' }, { decision: kept, readAnswer: 'accepted' });
    assert.match(allowed.output, /data:image\/png/);
  });

  it('does not read a credential by another name', async () => {
    put('home/.ssh/id_ed25519', 'the key');
    linkSync(join(root, 'home/.ssh/id_ed25519'), join(workspace, 'readme.md'));
    const { output } = await run(tools().read, { path: 'readme.md' });
    assert.match(output, /another name of .*id_ed25519, which holds credentials/);
    const found = await run(tools().grep, { pattern: 'key' });
    assert.equal(found.output, 'No matches.');
  });

  it('masks secrets in a file, keeps the numbers of its lines, and says so', async () => {
    put('ws/config.ts', `one\nconst token = '${githubToken()}';\n${privateKey()}\nlast\n`);
    const { output, turn } = await run(tools().read, { path: 'config.ts' });
    assert.ok(!output.includes(githubToken()));
    const lines = output.split('\n');
    assert.equal(lines[1], "2\tconst token = '[secret masked: GitHub token]';");
    assert.equal(lines[2], '3\t[secret masked: private key]');
    assert.ok(lines.includes('18\tlast'), output);
    assert.equal(lines.at(-1), '[2 secrets were masked.]');
    assert.ok(!JSON.stringify(turn.events).includes(githubToken()));
  });

  it('masks a key that begins before the lines that are read', async () => {
    put('ws/a.txt', `${'x\n'.repeat(50)}${privateKey()}\n`);
    const { output } = await run(tools().read, { path: 'a.txt', offset: 55, limit: 3 });
    assert.equal(output.split('\n').slice(0, 3).join('\n'), '55\t\n56\t\n57\t');
  });

  it('searches around what is kept, and names it whether it matches or not', async () => {
    put('ws/.env', 'NEEDLE=1\n');
    put('ws/sub/server.pem', 'nothing of the kind\n');
    put('ws/src/a.ts', 'needle here\n');
    const { output } = await run(tools().grep, { pattern: 'needle', ignore_case: true });
    assert.equal(output, 'src/a.ts:1:needle here\n[2 files are kept from you and not searched: .env, sub/server.pem.]');
    const files = await run(tools().grep, { pattern: 'NEEDLE', ignore_case: true, files_only: true });
    assert.equal(files.output.split('\n')[0], 'src/a.ts');
    assert.ok(!files.output.split('\n')[0]?.includes('.env'));
  });

  it('searches around what a .bowlineignore keeps', async () => {
    put('ws/.bowlineignore', 'customers/\n');
    put('ws/customers/list.csv', 'needle\n');
    put('ws/a.csv', 'needle\n');
    const { output } = await run(tools().grep, { pattern: 'needle' });
    assert.equal(output, 'a.csv:1:needle\n[1 file is kept from you and not searched: customers/list.csv.]');
  });

  it('searches a kept file that the user allows', async () => {
    put('ws/.env', 'NEEDLE=1\n');
    const asked = await run(tools().grep, { pattern: 'NEEDLE', path: '.env' }, { decision: kept });
    assert.match(asked.output, /did not allow it/);
    const allowed = await run(
      tools().grep,
      { pattern: 'NEEDLE', path: '.env' },
      { decision: kept, readAnswer: 'accepted' },
    );
    assert.equal(allowed.output, '.env:1:NEEDLE=1');
  });

  it('masks what it finds, by all of the file', async () => {
    put('ws/a.txt', `${privateKey()}\ntoken ${githubToken()}\n`);
    const line = privateKey().split('\n')[4] ?? '';
    const found = await run(tools().grep, { pattern: line, fixed: true });
    assert.ok(!found.output.includes(line), found.output);
    const token = await run(tools().grep, { pattern: 'token' });
    assert.equal(token.output, 'a.txt:16:token [secret masked: GitHub token]\n[1 secret was masked.]');
  });

  it('lists names, also those of files that are kept', async () => {
    put('ws/.env', '');
    const { output } = await run(tools().list, {});
    assert.ok(output.includes('.env'));
  });

  describe('apply_patch', () => {
    const patch = (options: Partial<CommandContextOptions>, ...lines: string[]) => {
      const files = createFiles();
      const guard = createFileGuard(places(), createBowlineIgnore());
      const mask = createSecretMasks({ env: {}, hiddenNames: () => [], key: () => null }).load;
      const { tool } = createApplyPatch({ files, guard, mask, form: 'function' });
      return run(tool, { input: ['*** Begin Patch', ...lines, '*** End Patch', ''].join('\n') }, options);
    };
    const text = (path: string): string => readFileSync(join(workspace, path), 'utf8');

    it('tells nothing of a kept file by the way in which a patch does not fit', async () => {
      put('ws/.env', 'A=1\nHIDDEN=value\nB=2\n');
      const guess = ['*** Update File: .env', '@@', ' A=1', '-HIDDEN=guess', ' B=2'];
      const { output, turn } = await patch({ decision: kept }, ...guess);
      assert.match(output, /patch rejected: .*\.env was not read: the user did not allow it/);
      assert.ok(!output.includes('value'));
      assert.deepEqual(turn.actions, [{ kind: 'read', paths: [join(workspace, '.env')] }]);
      const allowed = await patch({ decision: kept, readAnswer: 'accepted' }, ...guess);
      assert.match(allowed.output, /HIDDEN=value/);
    });

    it('masks the lines that it quotes', async () => {
      put('ws/a.ts', `one\nconst t = '${githubToken()}';\nthree\n`);
      const { output } = await patch({}, '*** Update File: a.ts', '@@', ' one', "-const t = '';", ' three');
      assert.match(output, /The nearest lines of the file are:/);
      assert.match(output, /\[secret masked: GitHub token\]/);
      assert.ok(!output.includes(githubToken()));
    });

    it('puts no mark into a file, and says what to do instead', async () => {
      put('ws/a.ts', `one\nconst t = '${githubToken()}';\nthree\n`);
      const marked = "const t = '[secret masked: GitHub token]';";
      const update = await patch({}, '*** Update File: a.ts', '@@', ` ${marked}`, '-three', '+four');
      assert.match(update.output, /the mark of a masked secret/);
      const add = await patch({}, '*** Add File: b.ts', `+${marked}`);
      assert.match(add.output, /the mark of a masked secret/);
      assert.ok(text('a.ts').includes('three'));
      put('ws/doc.md', `${marked}\nold\n`);
      const same = await patch({}, '*** Update File: doc.md', '@@', ` ${marked}`, '-old', '+new');
      assert.match(same.output, /^Exit code: 0/);
      assert.equal(text('doc.md'), `${marked}\nnew\n`);
    });

    it('says that another name of the file keeps the old content', async () => {
      put('ws/a.txt', 'old\n');
      linkSync(join(workspace, 'a.txt'), join(root, 'other.txt'));
      const { output } = await patch({}, '*** Update File: a.txt', '@@', '-old', '+new');
      assert.match(output, /a\.txt: the file has another name elsewhere/);
      assert.equal(text('a.txt'), 'new\n');
      assert.equal(readFileSync(join(root, 'other.txt'), 'utf8'), 'old\n');
    });

    it('says which files are gone afterwards, and counts no move among them', async () => {
      put('ws/a.txt', 'a\n');
      put('ws/b.txt', 'b\n');
      const { turn } = await patch({}, '*** Delete File: a.txt', '*** Update File: b.txt', '*** Move to: c.txt');
      const at = (name: string): string => join(workspace, name);
      assert.deepEqual(turn.actions, [
        { kind: 'patch', paths: ['a.txt', 'b.txt', 'c.txt'].map(at), deleted: [at('a.txt')] },
      ]);
    });
  });
});
