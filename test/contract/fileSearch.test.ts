// Finding files over the wire: once and as the user types, without what is ignored, and with the newest query winning.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { story, type Stage } from '../support/story.ts';
import type { WireClient } from '../support/wireClient.ts';

// the server in this process has no ripgrep beside it
const LINKED = { kinds: ['linked'] } as const;

const paths = ({ files }: any): string[] => files.map(({ path }: any) => path);

function fill(stage: Stage): void {
  const files = [
    'src/main.ts',
    'docs/main/help.md',
    'ignored/main.js',
    '.github/main.yml',
    '.git/main.txt',
    'sub/.git',
  ];
  for (const file of files) stage.write(file, '');
  stage.write('.gitignore', 'ignored/\n');
}

/** What a session tells next, and that it has told all of it. */
async function told(client: WireClient, sessionId: string): Promise<any> {
  const updated = await client.next('fuzzyFileSearch/sessionUpdated', (params) => params.sessionId === sessionId);
  deepEqual((await client.next('fuzzyFileSearch/sessionCompleted')).params, { sessionId });
  return updated.params;
}

describe('fuzzyFileSearch', () => {
  story('finds files and folders, hidden ones too, but nothing that is ignored or inside .git', async (stage, kind) => {
    fill(stage);
    symlinkSync('src', join(stage.workspace, 'link'));
    const client = await stage.open(kind);
    const roots = [stage.workspace];
    const found = await client.request('fuzzyFileSearch', { query: 'MAIN', roots, cancellationToken: null });
    deepEqual(paths(found), ['docs/main', 'src/main.ts', 'link/main.ts', '.github/main.yml', 'docs/main/help.md']);
    deepEqual(found.files[0], {
      root: stage.workspace,
      path: 'docs/main',
      match_type: 'directory',
      file_name: 'main',
      score: found.files[0].score,
      indices: [5, 6, 7, 8],
    });
    equal(found.files[1].match_type, 'file');
    deepEqual(
      paths(await client.request('fuzzyFileSearch', { query: '.git', roots: [join(stage.workspace, 'sub')] })),
      [],
    );
    deepEqual(paths(await client.request('fuzzyFileSearch', { query: '', roots })), []);
    for (const other of [[], ['/nowhere'], ['relative'], [join(stage.workspace, 'src/main.ts')]])
      deepEqual(paths(await client.request('fuzzyFileSearch', { query: 'main', roots: other })), []);
  });

  story(
    'answers an older search with nothing when a newer one has its token',
    async (stage, kind) => {
      fill(stage);
      const client = await stage.open(kind);
      const ask = (query: string, cancellationToken: string): Promise<any> =>
        client.request('fuzzyFileSearch', { query, roots: [stage.workspace], cancellationToken });
      const [older, newer, other] = await Promise.all([ask('m', 'token'), ask('ma', 'token'), ask('m', 'another')]);
      deepEqual(paths(older), []);
      ok(paths(newer).includes('src/main.ts') && paths(other).includes('src/main.ts'));
      ok(paths(await ask('mai', 'token')).includes('src/main.ts'));
    },
    LINKED,
  );

  story('follows what the user types in a session', async (stage, kind) => {
    fill(stage);
    const client = await stage.open(kind);
    const roots = [stage.workspace];
    await client.request('fuzzyFileSearch/sessionStart', { sessionId: 's', roots });
    deepEqual(await told(client, 's'), { sessionId: 's', query: '', files: [] });
    for (const query of ['m', 'ma', 'main.t', 'help']) {
      await client.request('fuzzyFileSearch/sessionUpdate', { sessionId: 's', query });
      const update = await told(client, 's');
      equal(update.query, query);
      const once = await client.request('fuzzyFileSearch', { query, roots });
      deepEqual(update.files, once.files);
    }
    await client.request('fuzzyFileSearch/sessionStop', { sessionId: 's' });
    await client.request('fuzzyFileSearch/sessionStop', { sessionId: 's' });
    const gone = await client.ask('fuzzyFileSearch/sessionUpdate', { sessionId: 's', query: 'x' });
    match(gone.error?.message ?? '', /fuzzy file search session not found: s/);
  });

  story(
    'tells of queries that come at once at least the last one, and starts a session anew',
    async (stage, kind) => {
      fill(stage);
      const client = await stage.open(kind);
      for (const params of [
        { sessionId: '', roots: [stage.workspace] },
        { sessionId: 's', roots: [] },
      ])
        equal((await client.ask('fuzzyFileSearch/sessionStart', params)).error?.code, -32600);
      const start = { sessionId: 's', roots: [stage.workspace] };
      const asked = [
        client.request('fuzzyFileSearch/sessionStart', start),
        client.request('fuzzyFileSearch/sessionUpdate', { sessionId: 's', query: 'h' }),
        client.request('fuzzyFileSearch/sessionUpdate', { sessionId: 's', query: 'help' }),
      ];
      await Promise.all(asked);
      const last = await client.next('fuzzyFileSearch/sessionUpdated', ({ query }) => query === 'help');
      deepEqual(paths(last.params), ['docs/main/help.md']);
      stage.write('fresh/help.txt', '');
      await client.request('fuzzyFileSearch/sessionStart', { ...start, roots: [join(stage.workspace, 'fresh')] });
      await client.request('fuzzyFileSearch/sessionUpdate', { sessionId: 's', query: 'help' });
      const anew = await client.next('fuzzyFileSearch/sessionUpdated', ({ query }) => query === 'help');
      deepEqual(paths(anew.params), ['help.txt']);
    },
    LINKED,
  );

  story(
    'says what is missing where there is no ripgrep, and keeps sessions from clients that did not ask for them',
    async (stage, kind) => {
      const server = await stage.start(kind, { env: { BOWLINE_RG: '', PATH: stage.workspace } });
      const client = await server.connect();
      await client.initialize('plain_client', null);
      const { error } = await client.ask('fuzzyFileSearch', { query: 'x', roots: [stage.workspace] });
      deepEqual([error?.code, error?.data.kind], [-32603, 'ripgrepMissing']);
      for (const method of ['sessionStart', 'sessionUpdate', 'sessionStop']) {
        const params = { sessionId: 's', roots: [], query: '' };
        const refused = await client.ask(`fuzzyFileSearch/${method}`, params);
        match(refused.error?.message ?? '', /requires experimentalApi capability/);
      }
    },
    LINKED,
  );

  story(
    'honours ignore files of a repository around the folder',
    async (stage, kind) => {
      execFileSync('git', ['init', '-q', stage.workspace]);
      stage.write('.gitignore', '*.log\n');
      stage.write('inner/error.log', '');
      stage.write('inner/error.ts', '');
      const client = await stage.open(kind);
      const inner = join(stage.workspace, 'inner');
      deepEqual(paths(await client.request('fuzzyFileSearch', { query: 'error', roots: [inner] })), ['error.ts']);
    },
    LINKED,
  );
});
