// Plan mode between the chat's host and a real server: a question outlives the server, and the plan is implemented in default mode.
import { deepEqual, equal, match } from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../../scripts/folders.mjs';
import type { ServerNotification } from '../../../server/protocol/methods.ts';
import { AgentServer } from '../../../src/agentServer/client.ts';
import { PlanMode } from '../../../src/plan/planMode.ts';
import { AnswerMemory } from '../../../src/questions/answerMemory.ts';
import { ThreadStore } from '../../../src/threads/threadStore.ts';
import { answer, call, text } from '../../support/modelScript.ts';
import { startModelServer } from '../../support/modelServer.ts';
import { providerConfig } from '../../support/story.ts';
import { QUIET } from './fakePort.ts';

const QUESTION = {
  id: 'colour',
  header: 'Colour',
  question: 'Which colour?',
  options: [{ label: 'Red', description: 'It is seen from afar.' }],
};
const RED = { answers: { colour: { answers: ['Red'] } } };

describe('plan mode with a real server', function () {
  this.timeout(120_000);

  it('asks again after the server was started anew, remembers the answer, and acts when the plan is implemented', async () => {
    await using stage = await setUp();
    const { store, plan, server, model, memory, heard } = stage;
    model.script(
      answer(call('request_user_input', { questions: [QUESTION] }, { callId: 'call_1' })),
      answer(text('So:\n<proposed_plan>\n- paint it\n</proposed_plan>\n')),
      answer(text('Painted.')),
    );
    const threadId = (await store.start({ cwd: stage.folder })).thread.id;
    await plan.set(threadId, 'plan');
    deepEqual(plan.overridesFor(threadId), {}, 'the server has taken it');

    const asked = new Promise<void>((resolve) => store.onDidOpenQuestion(() => resolve()));
    const input = (words: string) => ({ threadId, input: [{ type: 'text' as const, text: words }] });
    await server.request('turn/start', input('Paint the lamp.'));
    await asked;
    const [first] = store.openQuestions();
    const again = new Promise<void>((resolve) => store.onDidOpenQuestion(() => resolve()));
    await server.restart();
    await again;
    const [question] = store.openQuestions();
    equal(question?.params.itemId, 'call_1');
    equal(question?.params.questions[0]?.isOther, true);
    deepEqual([store.openQuestions().length, question?.id === first?.id], [1, false]);
    equal(plan.modeOf(threadId), 'plan');

    const planned = heard('turn/completed');
    equal(memory.answer(threadId, question?.id ?? '', RED), 'accepted');
    await planned;
    match(JSON.stringify(model.requests.at(-1)?.input.at(-1)), /Red/);
    deepEqual(memory.ofThread(threadId)[0]?.questions[0]?.answer, { text: 'Red' });
    const items = store.get(threadId)?.turns.at(-1)?.items ?? [];
    deepEqual(items.find(({ type }) => type === 'plan')?.type, 'plan');

    await plan.set(threadId, 'default');
    const acted = heard('turn/completed');
    await server.request('turn/start', input('Implement the plan.'));
    await acted;
    equal(plan.modeOf(threadId), 'default');
    equal(JSON.stringify(model.requests.at(-1)?.input).includes('# Plan mode'), false);
  });
});

async function setUp() {
  const folder = await mkdtemp(join(tmpdir(), 'bowline-plan-'));
  const model = await startModelServer();
  await writeFile(join(folder, 'config.toml'), providerConfig(model.url));
  const server = new AgentServer({
    commands: () => [
      { source: 'bundle', command: process.execPath, args: [join(ROOT, 'server', 'main.ts'), 'app-server'], env: {} },
    ],
    cwd: () => Promise.resolve(folder),
    env: { ...process.env, BOWLINE_HOME: folder },
    clientVersion: '1.2.3',
    log: QUIET,
    trace: { level: () => 'off', write: () => undefined },
    nowMs: () => 0,
    pause: () => Promise.resolve(),
    prepare: () => Promise.resolve(),
  });
  const store = new ThreadStore(server, QUIET);
  const plan = new PlanMode({ server, store, models: { overridesFor: () => undefined }, log: QUIET });
  const values = new Map<string, unknown>();
  const memento = {
    get: (key: string) => values.get(key),
    update: (key: string, value: unknown) => Promise.resolve(void values.set(key, value)),
  };
  server.start();
  return {
    folder,
    model,
    server,
    store,
    plan,
    memory: new AnswerMemory(memento, store, QUIET),
    heard: (method: ServerNotification['method']) =>
      new Promise<void>((resolve) =>
        server.onDidNotify((notification) => {
          if (notification.method === method) resolve();
        }),
      ),
    [Symbol.asyncDispose]: async () => {
      plan.dispose();
      store.dispose();
      await server.dispose();
      await model.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
