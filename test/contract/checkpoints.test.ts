// Checkpoints: what a turn changed, by a patch or by a command, is listed, put back, and brought again.
import { deepEqual, equal, match, notDeepEqual, ok } from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answer, patch, text } from '../support/modelScript.ts';
import { playTurn, ROOT_MAY_SANDBOX, startThread, story } from '../support/story.ts';
import { fill, FULL_ACCESS, SCRIPT, turn } from '../support/checkpointStory.ts';
import { treeState } from '../support/treeState.ts';
import type { WireClient } from '../support/wireClient.ts';

const lastDiff = (client: WireClient): string =>
  client.incoming().findLast(({ method }) => method === 'turn/diff/updated')?.params.diff ?? '';

describe('a checkpoint', () => {
  story('brings all back that a command did, and all again with a redo', async (stage, kind) => {
    fill(stage);
    const before = treeState(stage.workspace);
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, FULL_ACCESS);
    const turnId = await turn(client, threadId, stage, SCRIPT);
    const after = treeState(stage.workspace);
    notDeepEqual(after, before);

    const diff = lastDiff(client);
    match(diff, /diff --git a\/run\.sh b\/run\.sh\nold mode 100644\nnew mode 100755\n/);
    match(diff, /similarity index 100%\nrename from renamed\.txt\nrename to sub\/moved\.txt\n/);
    match(diff, /deleted file mode 100644\nindex \w+\.\.0{40}\nBinary files a\/deleted\.bin and \/dev\/null differ\n/);
    match(diff, /diff --git a\/link b\/link\nindex [^]*-run\.sh\n[^]*\+edited\.txt\n/);
    match(diff, /b\/build\/out\.txt\n@@ -0,0 \+1 @@\n\+made\n/);

    const preview = await client.request('checkpoint/preview', { threadId, turnId });
    const listed = preview.files.map((file: any) => [
      file.path.slice(stage.workspace.length + 1),
      file.change,
      file.kind,
      file.isIgnored,
    ]);
    deepEqual(listed, [
      ['build/out.txt', 'add', 'file', true],
      ['build/small.txt', 'update', 'file', true],
      ['deleted.bin', 'delete', 'file', false],
      ['edited.txt', 'update', 'file', false],
      ['empty', 'delete', 'folder', false],
      ['kind', 'update', 'folder', false],
      ['kind/x', 'add', 'file', false],
      ['link', 'update', 'link', false],
      ['new', 'add', 'folder', false],
      ['new/deep', 'add', 'folder', false],
      ['new/deep/file', 'add', 'file', false],
      ['old', 'delete', 'folder', false],
      ['old/a', 'delete', 'file', false],
      ['other', 'add', 'link', false],
      ['renamed.txt', 'delete', 'file', false],
      ['run.sh', 'chmod', 'file', false],
      ['sub/moved.txt', 'add', 'file', false],
    ]);
    ok(preview.files.every(({ status }: any) => status === 'restorable'));
    match(preview.files.find(({ path }: any) => path.endsWith('edited.txt')).diff, /\n one\n two\n-more\n$/);
    deepEqual(preview.limitations, []);
    deepEqual(treeState(stage.workspace), after, 'a preview changes nothing');

    const restored = await client.request('checkpoint/restore', { threadId, turnId });
    deepEqual([restored.conflicts, restored.notRestorable, restored.restored.length], [[], [], listed.length]);
    // the repository's own data is compared too
    deepEqual(treeState(stage.workspace), before);
    const again = await client.request('checkpoint/restore', { threadId, turnId });
    deepEqual([again.restoreId, again.restored], [null, []]);

    const redone = await client.request('checkpoint/redo', { threadId });
    deepEqual([redone.restoreId, redone.restored.length], [restored.restoreId, listed.length]);
    deepEqual(treeState(stage.workspace), after);
    equal((await client.ask('checkpoint/redo', { threadId })).error?.data.kind, 'noRestore');
    await client.request('checkpoint/restore', { threadId, turnId });
    deepEqual(treeState(stage.workspace), before);
  });

  story(
    'leaves alone what the user changed since, says so, and offers a merge',
    async (stage, kind) => {
      stage.write('a.txt', 'one\ntwo\nthree\nfour\nfive\nsix\n');
      stage.write('b.txt', 'b\n');
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage, FULL_ACCESS);
      const turnId = await turn(
        client,
        threadId,
        stage,
        `sed -i s/two/TWO/ a.txt; echo more >> b.txt; echo n > new.txt`,
      );
      stage.write('a.txt', stage.read('a.txt').replace('six', 'six, mine'));
      stage.write('new.txt', 'mine now\n');
      const [a, b, made] = ['a.txt', 'b.txt', 'new.txt'].map((name) => join(stage.workspace, name));
      const { files } = await client.request('checkpoint/preview', { threadId, turnId });
      deepEqual(
        files.map(({ path, status }: any) => [path, status]),
        [
          [a, 'conflict'],
          [b, 'restorable'],
          [made, 'conflict'],
        ],
      );
      const result = await client.request('checkpoint/restore', { threadId, turnId });
      deepEqual(result.restored, [b]);
      deepEqual(
        result.conflicts.map(({ path }: any) => path),
        [a, made],
      );
      match(result.conflicts[0].reason, /changed since/);
      equal(stage.read('a.txt'), 'one\nTWO\nthree\nfour\nfive\nsix, mine\n');
      equal(stage.read('new.txt'), 'mine now\n');
      equal(stage.read('b.txt'), 'b\n');

      const merged = await client.request('checkpoint/merge', { threadId, turnId, path: a! });
      deepEqual([merged.merged, merged.conflicts], ['one\ntwo\nthree\nfour\nfive\nsix, mine\n', 0]);
      equal(merged.base, 'one\nTWO\nthree\nfour\nfive\nsix\n');
      equal(merged.theirs, 'one\ntwo\nthree\nfour\nfive\nsix\n');
      stage.write('a.txt', 'one\nTWO, mine\nthree\nfour\nfive\nsix\n');
      const marked = await client.request('checkpoint/merge', { threadId, turnId, path: a! });
      equal(marked.conflicts, 1);
      match(marked.merged, /<<<<<<< [^\n]*\nTWO, mine\n\|{7} [^\n]*\nTWO\n=======\ntwo\n>>>>>>> /);
      equal(stage.read('a.txt'), 'one\nTWO, mine\nthree\nfour\nfive\nsix\n', 'a merge is offered, not written');
      equal((await client.ask('checkpoint/merge', { threadId, turnId, path: made! })).error?.data.kind, 'notMergeable');

      await client.request('checkpoint/redo', { threadId });
      equal(stage.read('b.txt'), 'b\nmore\n');
      equal(stage.read('new.txt'), 'mine now\n');
    },
    { kinds: ['linked'] },
  );

  story(
    'goes back over several turns, patches and commands, in a fork and after a restart',
    async (stage, kind) => {
      stage.write('a.txt', 'one\n');
      const before = treeState(stage.workspace);
      const server = await stage.start(kind);
      const client = await server.connect();
      await client.initialize();
      const threadId = await startThread(client, stage, FULL_ACCESS);
      stage.model.script(
        answer(
          patch(
            '*** Begin Patch\n*** Update File: a.txt\n@@\n-one\n+ONE\n*** Add File: made/deep/b.txt\n+b\n*** End Patch',
          ),
        ),
        answer(text('done')),
      );
      const first = (await playTurn(client, threadId, 'patch')).params.turn.id;
      const between = treeState(stage.workspace);
      const second = await turn(client, threadId, stage, 'echo two >> a.txt; mv made/deep/b.txt c.txt');
      const { thread } = await client.request('thread/fork', { threadId });
      await server.stop();

      const later = await stage.open(kind);
      await later.request('checkpoint/restore', { threadId: thread.id, turnId: second });
      deepEqual(treeState(stage.workspace), between);
      await later.request('checkpoint/redo', { threadId: thread.id });
      equal(stage.read('a.txt'), 'ONE\ntwo\n');
      await later.request('checkpoint/restore', { threadId, turnId: first });
      deepEqual(treeState(stage.workspace), before);
      equal((await later.ask('checkpoint/preview', { threadId, turnId: 'bogus' })).error?.data.kind, 'turnNotFound');
    },
    { kinds: ['linked'] },
  );

  story(
    'names what it cannot restore: too large, and lost from the store',
    async (stage, kind) => {
      stage.write('big.txt', 'x'.repeat(3_000_000));
      stage.write('a.txt', 'one\n');
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage, FULL_ACCESS);
      const turnId = await turn(client, threadId, stage, 'echo y >> big.txt; chmod 700 a.txt; echo two >> a.txt');
      const objects = join(stage.home, 'checkpoints', 'objects');
      ok(existsSync(objects));
      equal(statSync(objects).mode & 0o777, 0o700);
      for (const folder of readdirSync(objects)) {
        for (const name of readdirSync(join(objects, folder))) {
          equal(statSync(join(objects, folder, name)).mode & 0o777, 0o600);
          writeFileSync(join(objects, folder, name), 'damaged');
        }
      }
      const result = await client.request('checkpoint/restore', { threadId, turnId });
      deepEqual(result.restored, []);
      deepEqual(
        result.notRestorable.map(({ path }: any) => path),
        [join(stage.workspace, 'a.txt'), join(stage.workspace, 'big.txt')],
      );
      match(result.notRestorable[0].reason, /not in the store any more, or damaged/);
      match(result.notRestorable[1].reason, /too large/);
      equal(stage.read('a.txt'), 'one\ntwo\n');
    },
    { kinds: ['linked'] },
  );

  story(
    'covers further folders that the thread may write to, and never a link out of them',
    async (stage, kind) => {
      const other = join(stage.home, '..', 'other');
      mkdirSync(other);
      writeFileSync(join(other, 'o.txt'), 'o\n');
      stage.write('dir/a.txt', 'a\n');
      const client = await stage.open(kind);
      const config = { 'sandbox_workspace_write.writable_roots': [other] };
      const threadId = await startThread(client, stage, {
        approvalPolicy: 'never',
        sandbox: 'workspace-write',
        config,
      });
      const turnId = await turn(client, threadId, stage, `echo more >> '${other}/o.txt'; echo more >> dir/a.txt`);
      match(lastDiff(client), /o\.txt\n@@ -1 \+1,2 @@\n o\n\+more\n/);
      // the folder becomes a link to a place where a file of the same name and content lies
      const outside = join(stage.home, '..', 'outside');
      mkdirSync(outside);
      writeFileSync(join(outside, 'a.txt'), 'a\nmore\n');
      rmSync(join(stage.workspace, 'dir'), { recursive: true });
      symlinkSync(outside, join(stage.workspace, 'dir'));
      const result = await client.request('checkpoint/restore', { threadId, turnId });
      deepEqual(treeState(other), { 'o.txt': '644 "o\\n"' });
      deepEqual(treeState(outside), { 'a.txt': '644 "a\\nmore\\n"' });
      equal(result.conflicts.length, 1);
    },
    { kinds: ['linked'], config: `sandbox_mode = "workspace-write"\n${ROOT_MAY_SANDBOX}` },
  );

  story(
    'is used by a revert that restores files too; a redo brings them back',
    async (stage, kind) => {
      fill(stage);
      const before = treeState(stage.workspace);
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage, FULL_ACCESS);
      const first = await turn(client, threadId, stage, 'true');
      const second = await turn(client, threadId, stage, SCRIPT);
      await turn(client, threadId, stage, 'echo again >> edited.txt; echo theirs > sub/stays.txt');
      const after = treeState(stage.workspace);
      stage.write('sub/stays.txt', 'mine\n');
      const params = { threadId, beforeTurnId: second, restoreFiles: true };
      const { restoredFiles, thread } = await client.request('thread/revert', params);
      equal(thread.id, threadId);
      ok(restoredFiles.restored.length > 10);
      deepEqual(restoredFiles.notRestorable, []);
      deepEqual(
        restoredFiles.conflicts.map(({ path }: any) => path),
        [join(stage.workspace, 'sub/stays.txt')],
      );
      equal(stage.read('sub/stays.txt'), 'mine\n');
      const expected = { ...before, 'sub/stays.txt': treeState(stage.workspace)['sub/stays.txt'] };
      deepEqual(treeState(stage.workspace), expected);
      const { data } = await client.request('thread/turns/list', { threadId });
      deepEqual(
        data.map(({ id }: any) => id),
        [first],
      );
      await client.request('checkpoint/redo', { threadId });
      deepEqual(treeState(stage.workspace), { ...after, 'sub/stays.txt': expected['sub/stays.txt'] });
      const plain = await client.request('thread/revert', { threadId, beforeTurnId: first });
      equal('restoredFiles' in plain, false);
    },
    { kinds: ['linked'] },
  );

  story(
    'is for clients that ask for it: a revert of others restores no files',
    async (stage, kind) => {
      const client = await (await stage.start(kind)).connect();
      await client.initialize('plain', null);
      const threadId = await startThread(client, stage, FULL_ACCESS);
      const turnId = await turn(client, threadId, stage, 'echo n > new.txt');
      const refused = await client.ask('thread/revert', { threadId, beforeTurnId: turnId, restoreFiles: true });
      equal(refused.error?.message, 'thread/revert.restoreFiles requires experimentalApi capability');
      const rollback = await client.ask('thread/rollback', { threadId, numTurns: 1, restoreFiles: true });
      equal(rollback.error?.message, 'thread/rollback.restoreFiles requires experimentalApi capability');
      await client.request('thread/revert', { threadId, beforeTurnId: turnId });
      equal(stage.read('new.txt'), 'n\n');
    },
    { kinds: ['linked'] },
  );

  story(
    'comes with a rollback of some turns too',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage, FULL_ACCESS);
      const first = await turn(client, threadId, stage, 'echo 1 > kept.txt');
      for (const script of ['echo 2 > kept.txt', 'echo n > new.txt']) await turn(client, threadId, stage, script);
      const { thread, restoredFiles } = await client.request('thread/rollback', {
        threadId,
        numTurns: 2,
        restoreFiles: true,
      });
      deepEqual([thread.turns.map(({ id }: any) => id), restoredFiles.conflicts], [[first], []]);
      deepEqual([stage.read('kept.txt'), stage.exists('new.txt')], ['1\n', false]);
    },
    { kinds: ['linked'] },
  );

  story(
    'is completed by another server when one is killed in the middle of a restore',
    async (stage, kind) => {
      const names = Array.from({ length: 150 }, (_, index) => `f${index}`);
      for (const name of names) stage.write(name, 'before\n'.repeat(200));
      const before = treeState(stage.workspace);
      const server = await stage.start(kind);
      const client = await server.connect();
      await client.initialize();
      const threadId = await startThread(client, stage, FULL_ACCESS);
      const turnId = await turn(client, threadId, stage, 'for f in f*; do echo after > $f; done');
      const after = treeState(stage.workspace);
      const changed = Promise.withResolvers<void>();
      const watcher = watch(stage.workspace, () => changed.resolve());
      const asked = client.ask('checkpoint/restore', { threadId, turnId });
      await changed.promise;
      watcher.close();
      server.process?.kill('SIGKILL');
      await client.closed;
      equal((await asked).error?.message, 'The connection ended.');
      const cut = Object.entries(treeState(stage.workspace)).filter(([name]) => names.includes(name));
      ok(
        cut.some(([name, state]) => state === after[name]),
        'it was killed in its middle',
      );
      ok(
        cut.every(([name, state]) => state === after[name] || state === before[name]),
        'nothing is half-written',
      );

      const later = await stage.open(kind);
      const result = await later.request('checkpoint/restore', { threadId, turnId });
      deepEqual([result.conflicts, result.notRestorable], [[], []]);
      deepEqual(treeState(stage.workspace), before);
      await later.request('checkpoint/redo', { threadId });
      deepEqual(treeState(stage.workspace), after);
    },
    { kinds: ['binary'] },
  );

  story(
    'is not kept when it is switched off, nor for an ephemeral thread',
    async (stage, kind) => {
      stage.write('a.txt', 'one\n');
      const client = await stage.open(kind, { overrides: ['checkpoints.enabled=false'] });
      const threadId = await startThread(client, stage, FULL_ACCESS);
      const turnId = await turn(client, threadId, stage, 'echo two >> a.txt');
      deepEqual((await client.request('checkpoint/preview', { threadId, turnId })).files, []);
      equal(existsSync(join(stage.home, 'checkpoints')), false);
      const ephemeral = await startThread(client, stage, { ...FULL_ACCESS, ephemeral: true });
      const of = { threadId: ephemeral, turnId: await turn(client, ephemeral, stage, 'echo three >> a.txt') };
      equal((await client.ask('checkpoint/preview', of)).error?.data.kind, 'noCheckpoints');
    },
    { kinds: ['linked'] },
  );

  story(
    'goes with its thread',
    async (stage, kind) => {
      stage.write('a.txt', 'one\n');
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage, FULL_ACCESS);
      const turnId = await turn(client, threadId, stage, 'echo two >> a.txt');
      const turns = join(stage.home, 'checkpoints', 'turns');
      deepEqual(readdirSync(turns), [`${turnId}.json`]);
      await client.request('checkpoint/restore', { threadId, turnId });
      await client.request('thread/delete', { threadId });
      deepEqual([readdirSync(turns), readdirSync(join(stage.home, 'checkpoints', 'restores'))], [[], []]);
    },
    { kinds: ['linked'] },
  );
});
