// A home of the reference server with real conversations in it, made by driving the real program against the scripted model.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { UserInput } from '../../server/protocol/schema/item.ts';
import { jsonlTransport } from '../../server/rpc/jsonlTransport.ts';
import { answer, apiError, call, command, customCall, reasoning, text, type Reply } from './modelScript.ts';
import type { ModelServer } from './modelServer.ts';
import { referenceServer } from './referenceServer.ts';
import { providerConfig } from './story.ts';
import { WireClient } from './wireClient.ts';

const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

export interface ReferencePlace {
  readonly home: string;
  readonly workspace: string;
  readonly model: ModelServer;
}

/** A folder below `base` with a configuration, and a workspace under git. */
export function referencePlace(base: string, model: ModelServer): ReferencePlace {
  const home = join(base, 'codex');
  const workspace = join(base, 'project');
  mkdirSync(home, { recursive: true });
  mkdirSync(workspace, { recursive: true });
  const config = providerConfig(model.url).replace('scripted-model', 'gpt-5.5');
  writeFileSync(
    join(home, 'config.toml'),
    config.replace('[model_providers', '[tools.update_plan]\nenabled = true\n[model_providers'),
  );
  writeFileSync(join(workspace, 'README.md'), 'hello\n');
  const git = (...args: string[]): void =>
    void execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: workspace });
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-q', '-m', 'start');
  return { home, workspace, model };
}

/** Runs the program on the place while `work` uses it. Whatever it asks is accepted. */
export async function withReference<T>(place: ReferencePlace, work: (client: WireClient) => Promise<T>): Promise<T> {
  const program = await referenceServer();
  const child = spawn(program, ['app-server'], {
    // the user's own shell files have no part in it
    env: { ...process.env, CODEX_HOME: place.home, HOME: place.home },
    stdio: ['pipe', 'pipe', 'ignore'],
    cwd: place.workspace,
  });
  const client = new WireClient(jsonlTransport(child.stdout, child.stdin));
  try {
    await client.initialize('reference_driver');
    return await work(client);
  } finally {
    const exited = once(child, 'exit');
    client.close();
    child.stdin.end();
    await exited;
  }
}

export async function referenceTurn(
  place: ReferencePlace,
  client: WireClient,
  turn: {
    readonly threadId: string;
    readonly input: string | readonly UserInput[];
    readonly replies: readonly Reply[];
  },
): Promise<string> {
  place.model.script(...turn.replies);
  const input = typeof turn.input === 'string' ? [{ type: 'text' as const, text: turn.input }] : [...turn.input];
  const { turn: begun } = await client.request('turn/start', { threadId: turn.threadId, input });
  await client.turnCompleted(turn.threadId);
  return begun.id;
}

/** Every kind of conversation once; the ids by what is in them. */
export async function playConversations(place: ReferencePlace, client: WireClient): Promise<Record<string, string>> {
  client.whenAsked(() => ({ decision: 'accept' }));
  const start = async (params: object = {}): Promise<string> =>
    (
      await client.request('thread/start', {
        cwd: place.workspace,
        approvalPolicy: 'never',
        sandbox: 'danger-full-access',
        ...params,
      })
    ).thread.id;
  const turn = (threadId: string, input: string | readonly UserInput[], ...replies: Reply[]): Promise<string> =>
    referenceTurn(place, client, { threadId, input, replies });

  const main = await start();
  const thought = reasoning({ summary: ['thinking hard'], content: ['raw'], encrypted: 'ENC', id: 'rs_1' });
  const listing = command('echo hello; ls', { yield_time_ms: 30_000 }, { callId: 'c1' });
  await turn(main, 'first prompt', answer([thought, listing]), answer(text('Done one.', { id: 'msg_1' })));
  const patch =
    '*** Begin Patch\n*** Add File: new.txt\n+new\n*** Update File: README.md\n@@\n-hello\n+hello there\n*** End Patch\n';
  const plan = {
    explanation: 'why',
    plan: [
      { step: 'a', status: 'completed' },
      { step: 'b', status: 'in_progress' },
    ],
  };
  const second = await turn(
    main,
    [
      { type: 'text', text: 'second, patch', text_elements: [] },
      { type: 'image', url: PIXEL },
    ],
    answer(customCall('apply_patch', patch, { callId: 'c2' })),
    answer(call('update_plan', plan, { callId: 'c3' })),
    answer(text('Patched.', { id: 'msg_2', phase: 'final_answer' })),
  );
  await turn(main, 'fails', apiError(400, { message: 'bad' }));
  const failing = command('exit 3', { yield_time_ms: 30_000 }, { callId: 'c4' });
  await turn(main, 'fourth', answer(failing), answer(text('Four.', { id: 'msg_4' })));
  await client.request('thread/name/set', { threadId: main, name: 'Main thread' });

  const { thread: fork } = await client.request('thread/fork', {
    threadId: main,
    lastTurnId: second,
    excludeTurns: true,
  });
  await turn(fork.id, 'in the fork', answer(text('Fork says.', { id: 'msg_f' })));

  const compacted = await start();
  await turn(compacted, 'before', answer(text('b', { id: 'msg_b' })));
  place.model.script(answer(text('SUMMARY of before')));
  await client.request('thread/compact/start', { threadId: compacted });
  await client.turnCompleted(compacted);
  await turn(compacted, 'after', answer(text('a', { id: 'msg_a' })));

  const reverted = await start();
  await turn(reverted, 'keep', answer(text('kept', { id: 'msg_k' })));
  const beforeTurnId = await turn(reverted, 'drop', answer(text('dropped', { id: 'msg_d' })));
  await client.request('thread/revert', { threadId: reverted, beforeTurnId });
  await turn(reverted, 'instead', answer(text('instead!', { id: 'msg_i' })));

  const archived = await start();
  await turn(archived, 'archive me', answer(text('ok', { id: 'msg_ar' })));
  await client.request('thread/archive', { threadId: archived });

  const legacy = await start({ historyMode: 'legacy' });
  const oldThought = reasoning({ summary: ['old thought'], encrypted: 'E2', id: 'rs_l' });
  await turn(legacy, 'legacy prompt', answer([oldThought, text('Legacy done.', { id: 'msg_l' })]));
  const oldPatch = '*** Begin Patch\n*** Add File: l.txt\n+l\n*** End Patch\n';
  await turn(
    legacy,
    'legacy patch',
    answer(customCall('apply_patch', oldPatch, { callId: 'lc2' })),
    answer(text('Legacy patched.', { id: 'msg_l2' })),
  );

  const review = await start();
  const verdict = {
    findings: [],
    overall_correctness: 'patch is correct',
    overall_explanation: 'fine',
    overall_confidence_score: 1,
  };
  place.model.script(answer(text(JSON.stringify(verdict))));
  await client.request('review/start', { threadId: review, target: { type: 'uncommittedChanges' } });
  await client.turnCompleted(review);
  return { main, fork: fork.id, compacted, reverted, archived, legacy, review };
}
