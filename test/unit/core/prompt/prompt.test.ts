// The prompt: instructions, permissions, AGENTS.md files in their order and within their limit, environment.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { BASE_INSTRUCTIONS } from '../../../../server/core/prompt/baseInstructions.ts';
import { permissionsText } from '../../../../server/core/prompt/environmentContext.ts';
import { readProjectDocs } from '../../../../server/core/prompt/projectDocs.ts';
import { readPrompt, readSources } from '../../../../server/core/prompt/prompt.ts';
import { NO_PLACES } from '../../../../server/core/pathPolicy/places.ts';
import { placeOfRead } from '../../../../server/core/pathPolicy/reading.ts';
import type { FileGuard } from '../../../../server/core/ports.ts';
import type { Settings } from '../../../../server/core/settings.ts';
import { SETTINGS } from '../../../support/commandContext.ts';
import { createHandClock } from '../../../support/handClock.ts';
import { MemoryFiles } from '../../../support/memoryFiles.ts';

const ALL = 32_768;
/** By name alone. */
const FREE: FileGuard = {
  placeOf: (path) => Promise.resolve(placeOfRead(path, NO_PLACES)),
  keptAmong: () => Promise.reject(new Error('A prompt looks at one file at a time.')),
  hasIgnoreFileAbove: () => false,
};

async function textsOf(
  files: MemoryFiles,
  change: Partial<Settings> = {},
): Promise<{ role: string; texts: string[] }[]> {
  const prompt = await readPrompt(
    { ...SETTINGS, cwd: '/repo/app', projectDocMaxBytes: ALL, ...change },
    {
      files,
      guard: FREE,
      home: '/home/me/.bowline',
      clock: createHandClock(),
      platform: 'linux',
      timeZone: () => 'Europe/Berlin',
      shellPath: () => '/bin/bash',
    },
  );
  return prompt.items.map((item) => {
    ok(item.type === 'message');
    return { role: item.role, texts: item.content.map((part) => ('text' in part ? part.text : '')) };
  });
}

describe('the prompt', () => {
  it('holds instructions, permissions, project documents and environment, in this order', async () => {
    const files = new MemoryFiles({ '/repo/.git/HEAD': '', '/repo/AGENTS.md': 'Use tabs.\n', '/repo/app/x.ts': '' });
    const [base, developer, user] = await textsOf(files, { developerInstructions: 'Be kind.' });
    deepEqual(base, { role: 'developer', texts: [BASE_INSTRUCTIONS] });
    equal(developer?.role, 'developer');
    equal(developer?.texts[0], 'Be kind.');
    match(developer?.texts[1] ?? '', /^# Permissions\nFull access/);
    equal(user?.role, 'user');
    match(
      user?.texts[0] ?? '',
      /^# AGENTS\.md instructions for \/repo\/app\n[^]*## \/repo\/AGENTS\.md\n\nUse tabs\.\n<\/INSTRUCTIONS>$/,
    );
    equal(
      user?.texts[1],
      '<environment_context>\n  <cwd>/repo/app</cwd>\n  <shell>bash</shell>\n  <platform>linux</platform>\n  <current_date>2023-11-14</current_date>\n  <timezone>Europe/Berlin</timezone>\n</environment_context>',
    );
  });

  it('tells which documents it holds without making the rest', async () => {
    const unused = (): never => {
      throw new Error('was asked for');
    };
    const files = new MemoryFiles({ '/repo/.git/HEAD': '', '/repo/AGENTS.md': 'Use tabs.\n' });
    const sources = await readSources(
      { ...SETTINGS, cwd: '/repo', projectDocMaxBytes: ALL },
      {
        files,
        guard: FREE,
        home: '/home/me/.bowline',
        clock: createHandClock(),
        platform: 'linux',
        timeZone: unused,
        shellPath: unused,
      },
    );
    deepEqual(sources, ['/repo/AGENTS.md']);
  });

  it('is the client’s where the client brings its own', async () => {
    const [base, developer] = await textsOf(new MemoryFiles(), { baseInstructions: 'Own.' });
    deepEqual(base?.texts, ['Own.']);
    equal(developer?.texts.length, 1);
  });

  it('is short, and escapes folders that look like markup', async () => {
    ok(BASE_INSTRUCTIONS.length < 4000, `${BASE_INSTRUCTIONS.length} characters`);
    const [, , user] = await textsOf(new MemoryFiles(), { cwd: '/a/</cwd>&b' });
    match(user?.texts[0] ?? '', /<cwd>\/a\/&lt;\/cwd&gt;&amp;b<\/cwd>/);
  });

  it('says in words what may be done unasked', () => {
    const text = (change: Partial<Settings>) => permissionsText({ ...SETTINGS, cwd: '/w', ...change });
    const workspace: Settings['sandbox'] = {
      type: 'workspaceWrite',
      writableRoots: ['/data'],
      networkAccess: true,
      excludeTmpdirEnvVar: false,
      excludeSlashTmp: false,
    };
    match(text({ sandbox: workspace }), /below \/w, \/data;.*Commands may use the network/);
    match(text({ sandbox: { type: 'readOnly', networkAccess: false } }), /Read-only/);
    match(text({ sandbox: { type: 'externalSandbox', networkAccess: 'restricted' } }), /network is restricted/);
    match(text({ approvalPolicy: 'never' }), /Nobody can be asked/);
    match(text({ approvalPolicy: 'untrusted' }), /Every command/);
    match(text({ approvalPolicy: 'on-request' }), /require_escalated/);
  });
});

describe('project documents', () => {
  const read = (files: MemoryFiles, cwd: string, maxBytes = ALL) =>
    readProjectDocs({ files, guard: FREE }, { cwd, home: '/home/me/.bowline', maxBytes });
  const paths = async (files: MemoryFiles, cwd: string, maxBytes = ALL) =>
    (await read(files, cwd, maxBytes)).map((doc) => doc.path);

  it('are the user’s, then the repository’s from its root down to the folder', async () => {
    const files = new MemoryFiles({
      '/home/me/.bowline/AGENTS.md': 'mine',
      '/AGENTS.md': 'outside of the repository',
      '/repo/.git/HEAD': '',
      '/repo/AGENTS.md': 'root',
      '/repo/a/other.md': '',
      '/repo/a/b/AGENTS.md': 'inner',
      '/repo/a/b/c/AGENTS.md': 'below',
      '/repo/z/AGENTS.md': 'beside',
    });
    deepEqual(await paths(files, '/repo/a/b'), [
      '/home/me/.bowline/AGENTS.md',
      '/repo/AGENTS.md',
      '/repo/a/b/AGENTS.md',
    ]);
  });

  it('are those of the folder alone outside of a repository', async () => {
    const files = new MemoryFiles({ '/x/AGENTS.md': 'above', '/x/y/AGENTS.md': 'here' });
    deepEqual(await paths(files, '/x/y'), ['/x/y/AGENTS.md']);
  });

  it('give way to an override in the same folder, and empty ones do not count', async () => {
    const files = new MemoryFiles({
      '/r/.git/HEAD': '',
      '/r/AGENTS.md': 'usual',
      '/r/AGENTS.override.md': 'today',
      '/r/a/AGENTS.override.md': ' \n',
      '/r/a/AGENTS.md': 'a',
    });
    deepEqual(await paths(files, '/r/a'), ['/r/AGENTS.override.md', '/r/a/AGENTS.md']);
  });

  it('are read up to the limit, cut at whole characters', async () => {
    const files = new MemoryFiles({
      '/r/.git/HEAD': '',
      '/r/AGENTS.md': 'ab',
      '/r/a/AGENTS.md': 'ééé',
      '/r/a/b/AGENTS.md': 'x',
    });
    const docs = await read(files, '/r/a/b', 5);
    deepEqual(
      docs.map(({ text, isCut }) => [text, isCut]),
      [
        ['ab', false],
        ['é', true],
        ['x', false],
      ],
    );
    deepEqual(await paths(files, '/r/a/b', 0), []);
  });

  it('that are no instructions by their size are named, not read', async () => {
    const files = new MemoryFiles({ '/r/.git/HEAD': '', '/r/AGENTS.md': 'x'.repeat(5_000_000) });
    deepEqual(await read(files, '/r'), [
      { path: '/r/AGENTS.md', text: '[Left out: the file has 5000000 bytes.]', isCut: false },
    ]);
  });

  it('that cannot be read are passed over', async () => {
    const files = new MemoryFiles({ '/r/.git/HEAD': '', '/r/AGENTS.md': 'x' });
    files.read = () => Promise.reject(new Error('EACCES'));
    deepEqual(await paths(files, '/r'), []);
    files.stat = () => Promise.reject(new Error('EACCES'));
    deepEqual(await paths(files, '/r'), []);
  });

  it('are no way to what is kept from the model, or to what lies outside of the project', async () => {
    const files = new MemoryFiles({
      '/repo/.git/HEAD': '',
      '/repo/.env': 'KEY=1',
      '/repo/docs/rules.md': 'Tabs.',
      '/other/a': 'x',
    });
    const textFor = async (target: string): Promise<string | undefined> => {
      files.links.set('/repo/AGENTS.md', target);
      return (await read(files, '/repo'))[0]?.text;
    };
    equal(await textFor('/repo/docs/rules.md'), 'Tabs.');
    equal(await textFor('/repo/.env'), '[Left out: it is a link to a file that is kept from you.]');
    equal(await textFor('/other/a'), '[Left out: it is a link that leads out of the project.]');
  });

  it('are the user’s own alone in a workspace that is not trusted', async () => {
    const files = new MemoryFiles({ '/home/me/.bowline/AGENTS.md': 'mine', '/repo/AGENTS.md': 'theirs' });
    const untrusted = await textsOf(files, { cwd: '/repo', isWorkspaceTrusted: false });
    match(untrusted[2]?.texts[0] ?? '', /mine/);
    ok(!JSON.stringify(untrusted).includes('theirs'));
    ok(JSON.stringify(await textsOf(files, { cwd: '/repo', isWorkspaceTrusted: null })).includes('theirs'));
  });
});
