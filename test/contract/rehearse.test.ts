// Rehearsals: a command or a patch is tried in a scratch copy while it is asked about, and exactly its result can be accepted.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readlinkSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { answer, command, patch } from '../support/modelScript.ts';
import { outputOf } from '../support/modelRequest.ts';
import { startThread, startTurn, story, type RunningServer, type ServerKind, type Stage } from '../support/story.ts';
import type { Incoming, WireClient } from '../support/wireClient.ts';

const ASK = 'item/commandExecution/requestApproval';
const ASK_PATCH = 'item/fileChange/requestApproval';

interface Asked {
  readonly server: RunningServer;
  readonly client: WireClient;
  readonly threadId: string;
  readonly asked: Incoming;
  /** Rehearses the open request. */
  rehearse(): Promise<{ result?: any; error?: { message: string; data?: any } }>;
  accept(rehearsalId: string): void;
}

async function asking(stage: Stage, kind: ServerKind, script: string, more: object = {}): Promise<Asked> {
  stage.model.script(answer(command(script, { ...more }, { callId: 'c1' })));
  return await opened(stage, kind, ASK);
}

async function opened(stage: Stage, kind: ServerKind, method: string): Promise<Asked> {
  const server = await stage.start(kind);
  const client = await server.connect();
  await client.initialize();
  const threadId = await startThread(client, stage, { approvalPolicy: 'untrusted' });
  await startTurn(client, threadId, 'go');
  const asked = await client.next(method);
  return {
    server,
    client,
    threadId,
    asked,
    rehearse: () => client.ask('approval/rehearse', { threadId, requestId: asked.id }),
    accept: (rehearsalId) => client.answer(asked, { decision: { acceptRehearsal: { rehearsal_id: rehearsalId } } }),
  };
}

/** What lies in the workspace, with contents. */
function listing(stage: Stage): string[] {
  return execFileSync('find', ['.', '-path', './.git', '-prune', '-o', '-type', 'f', '-print'], {
    cwd: stage.workspace,
  })
    .toString()
    .split('\n')
    .filter((path) => path !== '')
    .map((path) => `${path} ${stage.read(path)}`)
    .toSorted();
}

function scratchCopies({ home }: Stage): string[] {
  const folder = join(home, 'rehearsals');
  return existsSync(folder) ? readdirSync(folder) : [];
}

const byPath = (changes: any[]): Record<string, string> =>
  Object.fromEntries(changes.map(({ path, kind }) => [path, kind.type]));

describe('the rehearsal of a command', function () {
  this.timeout(60_000);

  story('shows what it would do, and does nothing', async (stage, kind) => {
    stage.write('a.txt', 'one\n');
    stage.write('gone.txt', 'old\n');
    stage.write('sub/kept.txt', 'kept\n');
    const script =
      'pwd; echo two >> a.txt; rm gone.txt; mkdir new; echo fresh > new/file.txt; cat sub/kept.txt; exit 3';
    const { client, threadId, asked, rehearse } = await asking(stage, kind, script);
    equal(asked.params.safety.canRehearse, true);
    const before = listing(stage);
    const { result } = await rehearse();
    equal(result.exitCode, 3);
    equal(result.output, `${stage.workspace}\nkept\n`);
    const path = (name: string): string => join(stage.workspace, name);
    deepEqual(byPath(result.changes), {
      [path('a.txt')]: 'update',
      [path('gone.txt')]: 'delete',
      [path('new/file.txt')]: 'add',
    });
    const [changed, , added] = result.changes;
    match(changed.diff, /^@@ .*\n one\n\+two\n$/m);
    equal(added.diff, 'fresh\n');
    match(result.limitation, /network was off/);
    deepEqual(listing(stage), before);
    deepEqual(scratchCopies(stage), []);
    client.answer(asked, { decision: 'decline' });
    await client.turnCompleted(threadId);
    deepEqual(listing(stage), before);
  });

  story('accepted, writes exactly that result and runs nothing again', async (stage, kind) => {
    stage.write('a.txt', 'one\n');
    stage.write('gone/deep/file.txt', 'old\n');
    const script = [
      'date +%s%N > stamp.txt',
      'echo two >> a.txt',
      'rm -r gone',
      'printf "#!/bin/sh\\n" > run.sh',
      'chmod 755 run.sh',
      'ln -s a.txt link',
      'mkdir empty',
      'echo said',
    ].join('; ');
    const { client, threadId, rehearse, accept } = await asking(stage, kind, script);
    const { result } = await rehearse();
    const stamp = result.changes.find(({ path }: { path: string }) => path.endsWith('stamp.txt')).diff;
    accept(result.rehearsalId);
    const done = await client.next('item/completed', ({ item }) => item.id === 'c1');
    const { item } = done.params;
    deepEqual([item.status, item.exitCode, item.aggregatedOutput], ['completed', 0, 'said\n']);
    await client.turnCompleted(threadId);
    equal(stage.read('stamp.txt'), stamp, 'it was run again');
    equal(stage.read('a.txt'), 'one\ntwo\n');
    equal(stage.exists('gone'), false);
    equal(statSync(join(stage.workspace, 'run.sh')).mode & 0o777, 0o755);
    equal(readlinkSync(join(stage.workspace, 'link')), 'a.txt');
    ok(lstatSync(join(stage.workspace, 'empty')).isDirectory());
    const diff = client.incoming().findLast(({ method }) => method === 'turn/diff/updated')?.params.diff;
    match(diff, /\+two/);
    match(diff, /deleted file/);
    match(outputOf(await stage.model.request(1), 'c1'), /exited with code 0[\s\S]*said\n[\s\S]*not run again/);
  });

  story('is stale once a file has changed: nothing is written, and it is asked again', async (stage, kind) => {
    stage.write('a.txt', 'one\n');
    stage.write('other.txt', 'other\n');
    const { client, threadId, asked, rehearse, accept } = await asking(stage, kind, 'echo two >> a.txt');
    const { result } = await rehearse();
    stage.write('other.txt', 'changed by the user\n');
    accept(result.rehearsalId);
    const { params } = await client.next('warning');
    match(params.message, /rehearsalStale.*other\.txt/);
    const again = await client.next(ASK);
    equal(again.id, asked.id);
    equal(stage.read('a.txt'), 'one\n');
    accept('none');
    match((await client.next('warning')).params.message, /rehearsalStale/);
    await client.next(ASK);
    const second = await rehearse();
    accept(second.result.rehearsalId);
    await client.turnCompleted(threadId);
    equal(stage.read('a.txt'), 'one\ntwo\n');
  });

  story('has no network and no way out of the workspace', async (stage, kind) => {
    const outside = join(stage.home, '..', 'outside.txt');
    const url = stage.model.url;
    const { rehearse } = await asking(
      stage,
      kind,
      `echo out > ${outside}; curl -s -m 5 ${url}; echo code $?; echo in > in.txt`,
    );
    const { result } = await rehearse();
    match(result.output, /code [1-9]/);
    deepEqual(byPath(result.changes), { [join(stage.workspace, 'in.txt')]: 'add' });
    equal(existsSync(outside), false);
    equal(stage.exists('in.txt'), false);
  });

  story('has the repository: a commit is rehearsed and accepted', async (stage, kind) => {
    const git = (...args: string[]): string =>
      execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.org', ...args], {
        cwd: stage.workspace,
      }).toString();
    git('init', '-q');
    stage.write('a.txt', 'one\n');
    git('add', '.');
    git('commit', '-q', '-m', 'first');
    const script = 'echo two >> a.txt; git -c user.name=T -c user.email=t@example.org commit -qam second';
    const { client, threadId, rehearse, accept } = await asking(stage, kind, script);
    const { result } = await rehearse();
    equal(result.exitCode, 0, result.output);
    deepEqual(byPath(result.changes), { [join(stage.workspace, 'a.txt')]: 'update' });
    match(result.limitation, /\.git/);
    equal(git('log', '--format=%s'), 'first\n');
    accept(result.rehearsalId);
    await client.turnCompleted(threadId);
    equal(git('log', '--format=%s'), 'second\nfirst\n');
    equal(git('status', '--porcelain'), '');
    git('fsck', '--strict');
  });

  story('shows hooks that would run later like any other file', async (stage, kind) => {
    const script = 'git init -q sub; mkdir -p sub/.git/hooks; echo exit > sub/.git/hooks/pre-push';
    const { rehearse } = await asking(stage, kind, script);
    const { result } = await rehearse();
    const hook = join(stage.workspace, 'sub/.git/hooks/pre-push');
    // a repository that is made in the sandbox may get no hooks at all
    const isMade = !/Read-only|denied|Permission/.test(result.output);
    equal(Object.hasOwn(byPath(result.changes), hook), isMade, result.output);
    ok(
      Object.keys(byPath(result.changes)).some((path) => path.endsWith('sub/.git/config')),
      result.output,
    );
  });

  story('names what is no text', async (stage, kind) => {
    const { rehearse } = await asking(stage, kind, 'printf "\\000\\001\\377" > data.bin');
    const { result } = await rehearse();
    match(result.limitation, /not text: .*data\.bin/);
    deepEqual(byPath(result.changes), { [join(stage.workspace, 'data.bin')]: 'add' });
  });

  story('can be repeated, one at a time, and ends with its question', async (stage, kind) => {
    stage.makePipe('pipe');
    const { client, threadId, asked, rehearse } = await asking(stage, kind, 'cat pipe; echo x > x.txt');
    const first = rehearse();
    const second = await rehearse();
    equal(second.error?.data.kind, 'rehearsalRunning');
    client.answer(asked, { decision: 'decline' });
    equal((await first).error?.data.kind, 'rehearsalCancelled');
    await client.turnCompleted(threadId);
    equal((await rehearse()).error?.data.kind, 'requestNotFound');
    deepEqual(scratchCopies(stage), []);
    equal(stage.exists('x.txt'), false);
  });

  story('is not offered for what only reads', async (stage, kind) => {
    const { asked, rehearse } = await asking(stage, kind, 'cat a.txt', { sandbox_permissions: 'require_escalated' });
    equal(asked.params.safety.canRehearse, false);
    equal((await rehearse()).error?.data.kind, 'cannotRehearse');
  });

  story('is refused, in words, when the workspace cannot be copied', async (stage, kind) => {
    mkdirSync(join(stage.workspace, 'many'));
    for (let index = 0; index < 60_001; index += 1)
      symlinkSync('nowhere', join(stage.workspace, 'many', String(index)));
    const { rehearse } = await asking(stage, kind, 'echo x > x.txt');
    const { error } = await rehearse();
    equal(error?.data.kind, 'rehearsalFailed');
    match(error?.message ?? '', /too large/);
  });

  story(
    'of a server that was killed leaves nothing after the next start',
    async (stage, kind) => {
      stage.makePipe('pipe');
      const { server, rehearse } = await asking(
        stage,
        kind,
        'mkdir closed; touch closed/file; chmod 500 closed; touch began; cat pipe',
      );
      const rehearsing = rehearse().catch(() => undefined); // the connection ends with the server
      while (!began(stage)) await new Promise((resolve) => setImmediate(resolve));
      server.process?.kill('SIGKILL');
      await server.stop();
      await rehearsing;
      ok(scratchCopies(stage).length > 0);
      const client = await stage.open(kind);
      // as every editor asks at its start
      await client.request('account/read', {});
      while (scratchCopies(stage).length > 0) await new Promise((resolve) => setImmediate(resolve));
      equal(stage.exists('began'), false);
    },
    { kinds: ['binary'] },
  );
});

function began(stage: Stage): boolean {
  return scratchCopies(stage).some((name) => existsSync(join(stage.home, 'rehearsals', name, 'began')));
}

describe('the rehearsal of a patch', () => {
  const CHANGE = '*** Begin Patch\n*** Update File: a.txt\n@@\n-two\n+2\n*** Add File: b.txt\n+new\n*** End Patch\n';

  async function askedToPatch(stage: Stage, kind: ServerKind): Promise<Asked> {
    stage.write('a.txt', 'one\ntwo\n');
    stage.write('b.txt', 'there already\n');
    stage.model.script(answer(patch(CHANGE, { callId: 'p1' })));
    return await opened(stage, kind, ASK_PATCH);
  }

  story('shows the diff, and what it would overwrite', async (stage, kind) => {
    const { asked, rehearse } = await askedToPatch(stage, kind);
    equal(asked.params.safety.canRehearse, true);
    const { result } = await rehearse();
    equal(result.exitCode, null);
    deepEqual(byPath(result.changes), {
      [join(stage.workspace, 'a.txt')]: 'update',
      [join(stage.workspace, 'b.txt')]: 'update',
    });
    match(result.changes[1].diff, /-there already\n\+new/);
    equal(stage.read('b.txt'), 'there already\n');
  });

  story('accepted, is written; stale, it is not', async (stage, kind) => {
    const { client, threadId, rehearse, accept } = await askedToPatch(stage, kind);
    const { result } = await rehearse();
    stage.write('a.txt', 'zero\none\ntwo\n');
    accept(result.rehearsalId);
    match((await client.next('warning')).params.message, /rehearsalStale.*a\.txt/);
    await client.next(ASK_PATCH);
    deepEqual([stage.read('a.txt'), stage.read('b.txt')], ['zero\none\ntwo\n', 'there already\n']);
    accept((await rehearse()).result.rehearsalId);
    await client.turnCompleted(threadId);
    deepEqual([stage.read('a.txt'), stage.read('b.txt')], ['zero\none\n2\n', 'new\n']);
    const done = client.incoming().find(({ method, params }) => method === 'item/completed' && params.item.id === 'p1');
    match(done?.params.item.changes[0].diff, /zero/);
  });
});
