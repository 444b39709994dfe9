// Follows apply_patch from the first character that the model writes to what it reads back.
import assert from 'node:assert/strict';
import type {
  Action,
  Decision,
  FileEffect,
  ToolCall,
  ToolContext,
  ToolOutput,
  Verdict,
} from '../../../server/core/turn/tool.ts';
import type { Settings } from '../../../server/core/settings.ts';
import type { ServerNotification } from '../../../server/protocol/methods.ts';
import type { FileChangeItem, FileUpdateChange, ThreadItem } from '../../../server/protocol/schema/item.ts';
import { createSecretMasks } from '../../../server/adapters/secrets/secretMasks.ts';
import { NO_PLACES } from '../../../server/core/pathPolicy/places.ts';
import { placeOfRead } from '../../../server/core/pathPolicy/reading.ts';
import { createApplyPatch } from '../../../server/tools/applyPatch.ts';
import { asking } from '../../support/commandContext.ts';
import { MemoryFiles, systemError } from '../../support/memoryFiles.ts';

const wrap = (...lines: string[]): string => ['*** Begin Patch', ...lines, '*** End Patch', ''].join('\n');
const RECORDED = wrap(
  '*** Add File: src/new.txt',
  '+line one',
  '+line two',
  '*** Update File: README.md',
  '@@',
  '-# demo',
  '+# demo changed',
  '+more',
);
const RECORDED_CHANGES: FileUpdateChange[] = [
  {
    path: '/ws/README.md',
    kind: { type: 'update', move_path: null },
    diff: '@@ -1 +1,2 @@\n-# demo\n+# demo changed\n+more\n',
  },
  { path: '/ws/src/new.txt', kind: { type: 'add' }, diff: 'line one\nline two\n' },
];

/** By name alone; and with the masks of the server. */
const SAFE = {
  guard: {
    placeOf: (path: string) => Promise.resolve(placeOfRead(path, NO_PLACES)),
    keptAmong: (paths: readonly string[]) =>
      Promise.resolve(new Set(paths.filter((path) => placeOfRead(path, NO_PLACES).type !== 'free'))),
    hasIgnoreFileAbove: () => false,
  },
  mask: createSecretMasks({ env: {}, hiddenNames: () => [], key: () => null }).load,
};

type Seen =
  | ['started' | 'completed', string, FileUpdateChange[]]
  | ['updated', FileUpdateChange[]]
  | ['asked', string]
  | ['decided', readonly string[]]
  | ['changed', string[]];

/** A turn as far as the tool sees it. */
class FakeTurn {
  readonly seen: Seen[] = [];
  readonly abort = new AbortController();
  decision: Decision = { type: 'run', reason: 'full access' };
  verdict: Verdict = 'accepted';
  onAsk: () => Promise<void> = () => Promise.resolve();
  effects: readonly FileEffect[] = [];
  #now = 1_000;
  readonly context: ToolContext;

  constructor() {
    const record =
      (what: 'started' | 'completed') =>
      <T extends ThreadItem>(item: T): T => {
        assert.ok(item.type === 'fileChange');
        this.seen.push([what, item.status, item.changes]);
        return { ...item, startedAtMs: item.startedAtMs ?? 1, completedAtMs: what === 'completed' ? 2 : null };
      };
    this.context = {
      threadId: 'thread',
      turnId: 'turn',
      settings: { cwd: '/ws', sandbox: { type: 'dangerFullAccess' } } as Settings,
      clock: { nowMs: () => (this.#now += 150), after: () => () => undefined },
      ids: { next: () => 'id' },
      signal: this.abort.signal,
      startItem: record('started'),
      completeItem: record('completed'),
      record: (event: ServerNotification) => {
        assert.ok(event.method === 'item/fileChange/patchUpdated');
        assert.equal(event.params.itemId, 'call');
        this.seen.push(['updated', event.params.changes]);
      },
      decide: (action: Action) => {
        assert.ok(action.kind === 'patch');
        this.seen.push(['decided', action.paths]);
        return Promise.resolve(this.decision);
      },
      askCommand: () => assert.fail('no command'),
      askFileChange: async (item: FileChangeItem, { ask }) => {
        assert.equal(item.status, 'inProgress');
        this.seen.push(['asked', ask.reason]);
        await this.onAsk();
        return this.verdict;
      },
      askRead: () => assert.fail('nothing to read'),
      askUser: () => assert.fail('no question'),
      askNetwork: () => assert.fail('no network'),
      filesChanged: (changes) => {
        this.effects = changes;
        this.seen.push(['changed', changes.map((change) => change.path)]);
      },
      whileWatched: () => assert.fail('a patch tells what it changed'),
    };
  }

  steps(): string[] {
    return this.seen.map((step) =>
      step[0] === 'started' || step[0] === 'completed' ? `${step[0]} ${step[1]}` : step[0],
    );
  }
}

const custom = (input: string): ToolCall => ({ callId: 'call', name: 'apply_patch', form: 'custom', input });
const output = (result: ToolOutput): string =>
  typeof result.output === 'string' ? result.output : assert.fail('it is a text');
const readme = (): MemoryFiles => new MemoryFiles({ '/ws/README.md': '# demo\n' });

describe('apply_patch', () => {
  it('applies a patch, shows it as the wire does, and tells the model', async () => {
    const [turn, files] = [new FakeTurn(), readme()];
    const result = await createApplyPatch({ files, ...SAFE, form: 'custom' }).tool.run(custom(RECORDED), turn.context);
    assert.deepEqual(turn.seen, [
      ['started', 'inProgress', RECORDED_CHANGES],
      ['decided', ['/ws/README.md', '/ws/src/new.txt']],
      ['completed', 'completed', RECORDED_CHANGES],
      ['changed', ['/ws/README.md', '/ws/src/new.txt']],
    ]);
    assert.deepEqual(files.texts(), {
      '/ws/README.md': '# demo changed\nmore\n',
      '/ws/src/new.txt': 'line one\nline two\n',
    });
    assert.equal(
      output(result),
      'Exit code: 0\nWall time: 0.1 seconds\nOutput:\nSuccess. Updated the following files:\nA src/new.txt\nM README.md\n',
    );
    assert.deepEqual(
      turn.effects.map((effect) => Object.keys(effect)),
      [
        ['path', 'realPath', 'before', 'after', 'modes'],
        ['path', 'realPath', 'before', 'after', 'modes'],
      ],
    );
  });

  it('tells the policy where a patch really writes, by the name that the workspace has', async () => {
    const [turn, files] = [new FakeTurn(), new MemoryFiles({ '/real/ws/a': 'a\n', '/outside/b': 'b\n' })];
    files.links.set('/ws/out', '/outside');
    files.links.set('/ws', '/real/ws');
    const patch = wrap(
      '*** Update File: a',
      '-a',
      '+A',
      '*** Update File: out/b',
      '-b',
      '+B',
      '*** Add File: /etc/c',
      '+c',
    );
    await createApplyPatch({ files, ...SAFE, form: 'custom' }).tool.run(custom(patch), turn.context);
    assert.deepEqual(turn.seen[1], ['decided', ['/etc/c', '/ws/a', '/outside/b']]);
  });

  it('tells the model what it had to overlook', async () => {
    const files = new MemoryFiles({ '/ws/a': 'a  \nb\n' });
    const result = await createApplyPatch({ files, ...SAFE, form: 'custom' }).tool.run(
      custom(wrap('*** Update File: a', '@@', ' a', '-b', '+c')),
      new FakeTurn().context,
    );
    assert.match(output(result), /Note: a: Hunk 1 \(line 3 of the patch\): compared without trailing whitespace\n$/);
  });

  const refusals: [Partial<FakeTurn>, string, RegExp][] = [
    [{ decision: asking('r'), verdict: 'declined' }, 'completed declined', /^patch rejected by user$/],
    [{ decision: asking('r'), verdict: 'cancelled' }, 'completed declined', /stopped the turn/],
    [{ decision: asking('r'), verdict: 'failed' }, 'completed failed', /could not be asked/],
    [{ decision: { type: 'refuse', reason: 'read-only' } }, 'completed failed', /^patch rejected: read-only$/],
  ];
  for (const [given, end, text] of refusals)
    it(`changes nothing when the answer is ${JSON.stringify(given.verdict ?? 'no by policy')}`, async () => {
      const [turn, files] = [Object.assign(new FakeTurn(), given), readme()];
      const result = await createApplyPatch({ files, ...SAFE, form: 'custom' }).tool.run(
        custom(RECORDED),
        turn.context,
      );
      assert.equal(turn.steps().at(-1), end);
      assert.match(output(result), text);
      assert.deepEqual(files.texts(), { '/ws/README.md': '# demo\n' });
      assert.deepEqual(turn.effects, []);
    });

  it('asks with the reason, and applies when the user accepts', async () => {
    const [turn, files] = [new FakeTurn(), readme()];
    turn.decision = asking('outside of the workspace');
    await createApplyPatch({ files, ...SAFE, form: 'custom' }).tool.run(custom(RECORDED), turn.context);
    assert.deepEqual(
      turn.seen.find(([what]) => what === 'asked'),
      ['asked', 'outside of the workspace'],
    );
    assert.deepEqual(turn.steps(), ['started inProgress', 'decided', 'asked', 'completed completed', 'changed']);
  });

  it('changes nothing when the turn was interrupted while the user was asked', async () => {
    const [turn, files] = [new FakeTurn(), readme()];
    turn.decision = asking('r');
    turn.onAsk = async () => turn.abort.abort();
    await createApplyPatch({ files, ...SAFE, form: 'custom' }).tool.run(custom(RECORDED), turn.context);
    assert.equal(turn.steps().at(-1), 'completed failed');
    assert.deepEqual(files.texts(), { '/ws/README.md': '# demo\n' });
  });

  it('fails when the user edits the file while being asked', async () => {
    const [turn, files] = [new FakeTurn(), readme()];
    turn.decision = asking('r');
    turn.onAsk = async () => files.put('/ws/README.md', '# mine\n');
    const result = await createApplyPatch({ files, ...SAFE, form: 'custom' }).tool.run(custom(RECORDED), turn.context);
    assert.match(output(result), /README\.md could not be written: it changed after the patch was planned/);
    assert.deepEqual(files.texts(), { '/ws/README.md': '# mine\n' });
    assert.equal(turn.steps().at(-1), 'completed failed');
  });

  it('shows a patch that cannot be read or applied as a failed item', async () => {
    const unreadable = '*** Begin Patch\n*** Add File: a\n+text\nwrong\n*** End Patch\n';
    const misfit = wrap('*** Update File: README.md', '@@', '-nothing like it', '+x');
    for (const [patch, changes, text] of [
      [
        unreadable,
        [{ path: '/ws/a', kind: { type: 'add' }, diff: 'text\n' }],
        /^apply_patch failed\. No file was changed\.\nLine 4/,
      ],
      ['hello', [], /must start with/],
      [
        misfit,
        [{ path: '/ws/README.md', kind: { type: 'update', move_path: null }, diff: '@@\n-nothing like it\n+x\n' }],
        /README\.md: Hunk 1 .* is not found/,
      ],
    ] as const) {
      const [turn, files] = [new FakeTurn(), readme()];
      const result = await createApplyPatch({ files, ...SAFE, form: 'custom' }).tool.run(custom(patch), turn.context);
      assert.deepEqual(turn.seen, [
        ['started', 'inProgress', changes],
        ['completed', 'failed', changes],
      ]);
      assert.match(output(result), text);
    }
  });

  it('says when the disk is full, and puts everything back', async () => {
    const [turn, files] = [new FakeTurn(), readme()];
    files.beforeChange = (path) => {
      if (path.endsWith('new.txt')) throw systemError('ENOSPC', path);
    };
    const result = await createApplyPatch({ files, ...SAFE, form: 'custom' }).tool.run(custom(RECORDED), turn.context);
    assert.match(output(result), /ENOSPC.*put back/s);
    assert.deepEqual(files.texts(), { '/ws/README.md': '# demo\n' });
    assert.deepEqual(turn.steps(), ['started inProgress', 'decided', 'completed failed']);
  });

  it('plans each of several patches of a thread on what the one before it left', async () => {
    const [turn, files] = [new FakeTurn(), new MemoryFiles({ '/ws/a': 'one\n' })];
    const { tool } = createApplyPatch({ files, ...SAFE, form: 'custom' });
    const patch = (from: string, to: string): ToolCall =>
      custom(wrap('*** Update File: a', '@@', `-${from}`, `+${to}`));
    await Promise.all([tool.run(patch('one', 'two'), turn.context), tool.run(patch('two', 'three'), turn.context)]);
    assert.deepEqual(files.texts(), { '/ws/a': 'three\n' });
    // one that was watched while it was written takes its place as well
    const [watched, next] = [patch('three', 'four'), { ...patch('four', 'five'), callId: 'next' }];
    tool.watchInput?.('call', turn.context).delta(watched.input);
    await Promise.all([tool.run(watched, turn.context), tool.run(next, turn.context)]);
    assert.deepEqual(files.texts(), { '/ws/a': 'five\n' });
  });

  it('applies patches that come through the shell, relative to their folder', async () => {
    const [turn, files] = [new FakeTurn(), new MemoryFiles()];
    const { applyPatchText } = createApplyPatch({ files, ...SAFE, form: 'function' });
    await applyPatchText('call', { patch: wrap('*** Add File: a', '+x'), cwd: '/ws/sub' }, turn.context);
    assert.deepEqual(files.texts(), { '/ws/sub/a': 'x\n' });
  });

  it('takes the function form as JSON, with either name, or as the patch itself', async () => {
    for (const input of [JSON.stringify({ input: RECORDED }), JSON.stringify({ patch: RECORDED }), RECORDED]) {
      const [turn, files] = [new FakeTurn(), readme()];
      const call: ToolCall = { callId: 'call', name: 'apply_patch', form: 'function', input };
      await createApplyPatch({ files, ...SAFE, form: 'function' }).tool.run(call, turn.context);
      assert.equal(turn.steps().at(-1), 'changed');
    }
  });

  it('describes itself in both forms', () => {
    const spec = (form: 'custom' | 'function') => createApplyPatch({ files: readme(), ...SAFE, form }).tool.spec;
    const [free, json] = [spec('custom'), spec('function')];
    assert.ok(free.type === 'custom' && free.format.definition.includes('%import common.LF'));
    assert.ok(json.type === 'function' && JSON.stringify(json.parameters).includes('"required":["input"]'));
  });
});

describe('apply_patch, while the model writes', () => {
  /** Lets everything that is ready happen. */
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('starts the item at the first header, shows hunks as they complete, and starts it only once', async () => {
    for (const form of ['custom', 'function'] as const) {
      const [turn, files] = [new FakeTurn(), readme()];
      const { tool } = createApplyPatch({ files, ...SAFE, form });
      const watcher = tool.watchInput?.('call', turn.context);
      assert.ok(watcher);
      const input = form === 'custom' ? RECORDED : JSON.stringify({ input: RECORDED });
      for (let at = 0; at < input.length; at += 7) {
        watcher.delta(input.slice(at, at + 7));
        await settled();
      }
      await tool.run({ callId: 'call', name: 'apply_patch', form, input }, turn.context);
      assert.deepEqual(turn.steps(), [
        'started inProgress',
        'updated',
        'updated',
        'decided',
        'completed completed',
        'changed',
      ]);
      assert.deepEqual(turn.seen[0], [
        'started',
        'inProgress',
        [{ path: '/ws/src/new.txt', kind: { type: 'add' }, diff: '' }],
      ]);
      assert.deepEqual(turn.seen[1], [
        'updated',
        [{ path: '/ws/README.md', kind: { type: 'update', move_path: null }, diff: '' }, RECORDED_CHANGES[1]],
      ]);
      assert.deepEqual(turn.seen[2], ['updated', RECORDED_CHANGES]);
      assert.deepEqual(turn.seen[4], ['completed', 'completed', RECORDED_CHANGES]);
    }
  });

  it('closes the item as failed, with what was there, when the call is given up', async () => {
    const [turn, files] = [new FakeTurn(), readme()];
    const watcher = createApplyPatch({ files, ...SAFE, form: 'custom' }).tool.watchInput?.('call', turn.context);
    watcher?.delta('*** Begin Patch\n*** Add File: a\n+x\n+y');
    watcher?.abandoned();
    watcher?.delta('\n*** End Patch\n');
    watcher?.abandoned();
    await settled();
    assert.deepEqual(turn.seen.at(-1), [
      'completed',
      'failed',
      [{ path: '/ws/a', kind: { type: 'add' }, diff: 'x\n' }],
    ]);
    assert.deepEqual(turn.steps(), ['started inProgress', 'completed failed']);
  });

  it('shows nothing of a call that is given up before its first header', () => {
    const turn = new FakeTurn();
    const watcher = createApplyPatch({ files: readme(), ...SAFE, form: 'custom' }).tool.watchInput?.(
      'call',
      turn.context,
    );
    watcher?.delta('*** Begin Patch\n*** Add');
    watcher?.abandoned();
    assert.deepEqual(turn.seen, []);
  });

  it('records nothing after the item was completed, however slow the disk is', async () => {
    const [turn, files] = [new FakeTurn(), readme()];
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const slow = Object.assign(Object.create(files) as MemoryFiles, {
      stat: async (path: string) => gate.then(() => files.stat(path)),
      read: (path: string) => files.read(path),
      realPath: (path: string) => files.realPath(path),
      write: (path: string, bytes: Uint8Array) => files.write(path, bytes),
    });
    const { tool } = createApplyPatch({ files: slow, ...SAFE, form: 'custom' });
    tool.watchInput?.('call', turn.context).delta(RECORDED);
    const running = tool.run(custom(RECORDED), turn.context);
    release();
    await running;
    await settled();
    assert.deepEqual(turn.steps(), ['started inProgress', 'updated', 'decided', 'completed completed', 'changed']);
  });
});
