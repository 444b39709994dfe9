// Every state of the chat page worth looking at, by name.
import type { ChatOptions, ChatPage } from './chatPage.ts';
import * as sample from './chatSamples.ts';

export type Scene = { readonly options: ChatOptions; readonly act?: (chat: ChatPage) => Promise<void> };

const ANSWER = `The flaky test came from **two timers sharing one clock**. Here is what I found and changed:

1. \`src/beam/rotate.ts:42\` scheduled a new tick before the old one was cleared.
2. The test waited for *time* instead of the \`turned\` event.

\`\`\`ts
// One owner for the timer, so that stopping leaves nothing behind.
export class Beam {
  #timer: ReturnType<typeof setTimeout> | undefined;

  rotate(degrees: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.emit('turned', { degrees }), 16);
  }
}
\`\`\`

| Suite | Before | After |
| --- | ---: | ---: |
| \`beam\` | 2 of 50 failed | 0 of 500 failed |
| \`lamp\` | passed | passed |

- [x] Reproduced with 50 runs
- [ ] Same pattern in [lamp.ts](src/lamp.ts:17), not touched

> The full log is in \`test-results/beam.log\`. See also [the docs](https://nodejs.org/api/timers.html).`;

const BEAM_DIFF = `@@ -38,9 +38,10 @@ export class Beam {
   rotate(degrees: number): void {
-    this.timer = setInterval(() => this.tick(degrees), 16);
-    this.started = true;
+    clearTimeout(this.#timer);
+    this.#timer = setTimeout(() => this.emit('turned', { degrees }), 16);
   }
 
   stop(): void {
+    clearTimeout(this.#timer);
   }
`;
const TEST_DIFF = `@@ -11,4 +11,3 @@ describe('beam', () => {
-    await sleep(20);
-    assert.equal(beam.angle, 90);
+    assert.equal((await once(beam, 'turned')).degrees, 90);
   });
`;

const TEST_OUTPUT =
  '\u001B[1m> lighthouse@1.4.0 test\u001B[22m\n> mocha "test/**/*.test.ts"\n\n  beam\n    \u001B[32m✔\u001B[0m turns by a quarter (18ms)\n    \u001B[32m✔\u001B[0m stops when it is told to\n    \u001B[31m1) goes round once\u001B[0m\n\n  \u001B[32m2 passing\u001B[0m \u001B[90m(212ms)\u001B[0m\n  \u001B[31m1 failing\u001B[0m\n\n  1) beam goes round once:\n     \u001B[31mAssertionError: expected 359 to equal 360\u001B[0m\n      at test/beam.test.ts:31:12\n';

const patchOfTwo = sample.patch('p1', [
  sample.update('src/beam/rotate.ts', BEAM_DIFF),
  sample.update('test/beam.test.ts', TEST_DIFF),
  { path: `${sample.FOLDER}/src/beam/events.ts`, kind: { type: 'add' }, diff: "export type Turned = { degrees: number };\n" },
]);

const finishedTurn = sample.turn('t1', {
  items: [
    sample.user('u1', 'The beam test fails about one time in twenty. Can you find out why and fix it?'),
    sample.reasoning('r1', ['**Looking for shared state**\n\nThe test fails rarely, so something depends on *timing*. `setInterval` is a suspect.']),
    sample.tool('d1', 'grep', { pattern: 'setInterval|setTimeout', path: 'src' }, 'src/beam/rotate.ts:42: this.timer = setInterval(…)'),
    sample.tool('d2', 'read_file', { path: 'src/beam/rotate.ts' }, 'export class Beam { … }'),
    sample.command('c1', 'for i in $(seq 50); do npm test --silent; done', { exitCode: 1, aggregatedOutput: TEST_OUTPUT, durationMs: 12_400 }),
    patchOfTwo,
    sample.command('c2', 'npm test', { aggregatedOutput: '3 passing (201ms)\n', durationMs: 2310 }),
    sample.agent('a1', ANSWER),
  ],
});

const plan = {
  explanation: 'Three steps, smallest first.',
  steps: [
    { step: 'Reproduce the failure with many runs', status: 'completed' },
    { step: 'Give the timer one owner', status: 'inProgress' },
    { step: 'Wait for the event in the test', status: 'pending' },
  ],
} as const;

const withPlan = (turnId: string) => ({ extras: { [turnId]: { diff: null, plan, retry: null } } });

const commandRequest = {
  id: 7,
  method: 'item/commandExecution/requestApproval',
  params: {
    kind: 'command',
    threadId: sample.THREAD_ID,
    turnId: 't2',
    itemId: 'c9',
    startedAtMs: 0,
    environmentId: 'local',
    reason: 'Installing packages needs the network, which the sandbox does not allow.',
    command: "/bin/bash -lc 'npm install --save-dev fast-check@4.10.2 && npm test -- --grep \"beam\"'",
    cwd: `${sample.FOLDER}/packages/beam`,
    commandActions: null,
    proposedExecpolicyAmendment: ['npm', 'install'],
    availableDecisions: ['accept', { acceptWithExecpolicyAmendment: { execpolicy_amendment: ['npm', 'install'] } }, 'cancel'],
  },
} as const;

const patchRequest = {
  id: 8,
  method: 'item/fileChange/requestApproval',
  params: { threadId: sample.THREAD_ID, turnId: 't2', itemId: 'p9', startedAtMs: 0, reason: 'The edit is outside of the workspace.', grantRoot: null },
} as const;

const pendingOf = (request: typeof commandRequest | typeof patchRequest) => [
  { id: request.id, request: structuredClone(request) as never },
];

const second = (items: Parameters<typeof sample.runningTurn>[1]) => [finishedTurn, sample.runningTurn('t2', items)];
const scene = (snapshot: ChatOptions['snapshot'], more: Partial<ChatOptions> & Pick<Scene, 'act'> = {}): Scene => {
  const { act, ...options } = more;
  return { options: { snapshot, ...options }, ...(act !== undefined && { act }) };
};

const demoModel = { provider: 'demo', providerName: 'Guided tour', model: 'demo', isDemo: true };
const local = [
  { name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1', models: ['qwen3-coder:30b', 'gpt-oss:20b', 'devstral:24b'] },
  { name: 'LM Studio', baseUrl: 'http://127.0.0.1:1234/v1', models: ['google/gemma-3-27b'] },
];

function failed(message: string, info: string, details: string) {
  const error = { message, codexErrorInfo: info, additionalDetails: details, misalignment: null };
  return sample.turn('t2', { status: 'failed', error, items: [sample.user('u2', 'Now do the same for the lamp.')] });
}

const everyKind = sample.turn('t1', {
  items: [
    sample.user('u1', 'What is this picture, and what does the issue say?', {
      content: [
        { type: 'text', text: 'What is this picture, and what does the issue say?', text_elements: [] },
        { type: 'text', text: `Selected lines of ${sample.FOLDER}/src/lamp.ts:17-24\n\`\`\`\nconst lamp = 1;\n\`\`\``, text_elements: [] },
        { type: 'mention', name: 'README.md', path: `${sample.FOLDER}/README.md` },
      ],
    }),
    { type: 'imageView', id: 'i1', path: `${sample.FOLDER}/docs/tower.png`, startedAtMs: 0, completedAtMs: 1 },
    { type: 'mcpToolCall', id: 'm1', server: 'github', tool: 'get_issue', status: 'completed', arguments: { number: 17 }, result: { content: [{ type: 'text', text: 'Open' }] }, error: null, durationMs: 1400 },
    { type: 'mcpToolCall', id: 'm2', server: 'github', tool: 'get_issue', status: 'failed', arguments: { number: 0 }, result: null, error: { message: 'not found' }, durationMs: 300 },
    { type: 'webSearch', id: 'w1', query: 'lighthouse keeper duties', action: null, startedAtMs: 0, completedAtMs: 1 },
    sample.command('c1', 'npm run dev', { status: 'inProgress', exitCode: null, durationMs: null, aggregatedOutput: 'listening on :3000\n', completedAtMs: null }),
    sample.command('c2', 'rm -rf build', { status: 'declined', exitCode: null, durationMs: null, cwd: `${sample.FOLDER}/packages/beam` }),
    sample.patch('p2', [sample.update('src/lamp.ts', BEAM_DIFF)], { status: 'failed' }),
    sample.patch('p3', [{ path: `${sample.FOLDER}/src/very/deep/folder/structure/with/a/long/name/oldLampImplementation.ts`, kind: { type: 'delete' }, diff: 'a\nb\nc\n' }]),
    { type: 'contextCompaction', id: 'k1', startedAtMs: 0, completedAtMs: 1 },
    { type: 'enteredReviewMode', id: 'e1', review: 'uncommitted changes', startedAtMs: 0, completedAtMs: 1 },
    { type: 'unknown', id: 'x1', startedAtMs: 0, completedAtMs: 1, raw: { type: 'hologram', id: 'x1', depth: 3 } },
    sample.agent('a1', 'All of that, in one turn.'),
  ],
});

const longThread = Array.from({ length: 400 }, (_, index) =>
  sample.turn(`t${index}`, {
    items: [
      sample.user(`u${index}`, `Question ${index}: what does step ${index} do?`),
      sample.tool(`d${index}`, 'read_file', { path: `src/step${index}.ts` }, 'x'),
      sample.agent(`a${index}`, `Step ${index} does this:\n\n\`\`\`ts\nexport const step = ${index};\n\`\`\`\n\n${'It is careful about order. '.repeat((index % 7) + 1)}`),
    ],
  }),
);

export const gallery: Record<string, Scene> = {
  firstRun: scene(sample.snapshot(null, { firstRun: true, model: demoModel }), { services: { findLocalServers: () => local } }),
  firstRunNothingFound: scene(sample.snapshot(null, { firstRun: true, model: demoModel })),
  empty: scene(sample.snapshot(null)),
  noFolder: scene(sample.snapshot(null, { workspaceFolders: [] })),
  starting: scene(sample.snapshot(null, { status: { type: 'starting', phase: 'Starting the Bowline server…' } })),
  stopped: scene(
    sample.snapshot(sample.state([finishedTurn]), {
      status: { type: 'stopped', detail: 'The Bowline server ended 5 times within 3 minutes and is not started again. The log says why.' },
    }),
  ),
  finished: scene(sample.snapshot(sample.state([finishedTurn]))),
  finishedTop: scene(sample.snapshot(sample.state([finishedTurn])), {
    act: async ({ page }) => {
      await page.locator('.transcript-box').hover();
      await page.mouse.wheel(0, -4000);
    },
  }),
  kinds: scene(sample.snapshot(sample.state([everyKind])), { size: { width: 420, height: 860 } }),
  streaming: scene(
    sample.snapshot(
      sample.state(
        second([
          sample.user('u2', 'Now do the same for the lamp.'),
          sample.reasoning('r2', ['**Comparing lamp and beam**\n\nBoth use timers.'], {}),
          sample.tool('d3', 'read_file', { path: 'src/lamp.ts' }, ''),
          sample.command('c3', 'npm test -- --grep lamp', { ...sample.open, status: 'inProgress', exitCode: null, durationMs: null, aggregatedOutput: TEST_OUTPUT }),
        ]),
        withPlan('t2'),
      ),
    ),
  ),
  writing: scene(
    sample.snapshot(
      sample.state(
        second([
          sample.user('u2', 'Explain the change to a newcomer.'),
          sample.agent('a2', 'A lighthouse turns its lamp with a *motor*. Our `Beam` is that motor in code:\n\n```ts\nbeam.rotate(90);\nawait once(bea', sample.open),
        ]),
      ),
    ),
  ),
  patching: scene(
    sample.snapshot(
      sample.state(
        second([
          sample.user('u2', 'Now do the same for the lamp.'),
          sample.patch('p2', [sample.update('src/lamp.ts', BEAM_DIFF)], { ...sample.open, status: 'inProgress' }),
        ]),
      ),
    ),
  ),
  approvalCommand: scene(
    sample.snapshot(
      sample.state(
        second([sample.user('u2', 'Add property tests.'), sample.command('c9', 'npm install', { ...sample.open, status: 'inProgress', exitCode: null, durationMs: null })]),
        { pending: pendingOf(commandRequest) },
      ),
    ),
  ),
  approvalPatch: scene(
    sample.snapshot(
      sample.state(
        second([
          sample.user('u2', 'Add property tests.'),
          sample.patch('p9', [sample.update('src/lamp.ts', BEAM_DIFF), { path: '/etc/lighthouse.conf', kind: { type: 'add' }, diff: 'on\n' }], { ...sample.open, status: 'inProgress' }),
        ]),
        { pending: pendingOf(patchRequest) },
      ),
    ),
  ),
  retrying: scene(
    sample.snapshot(
      sample.state(second([sample.user('u2', 'Now do the same for the lamp.')]), {
        extras: {
          t2: {
            diff: null,
            plan: null,
            retry: { message: 'Reconnecting 2/5 in 4 s', codexErrorInfo: null, additionalDetails: 'connect ECONNREFUSED 127.0.0.1:11434', misalignment: null },
          },
        },
      }),
    ),
  ),
  failed: scene(sample.snapshot(sample.state([finishedTurn, failed('The connection to the model was lost after 5 tries. Check the network, then try again.', 'other', 'connect ECONNREFUSED 127.0.0.1:11434')]))),
  unauthorized: scene(sample.snapshot(sample.state([failed('OpenAI refused the API key. Set a valid key.', 'unauthorized', '401 Incorrect API key provided: sk-…9x')]))),
  interrupted: scene(sample.snapshot(sample.state([{ ...finishedTurn, status: 'interrupted', items: finishedTurn.items.slice(0, 5) }], withPlan('t1')))),
  composer: scene(
    sample.snapshot(sample.state([finishedTurn]), {
      draft: {
        text: 'Look at @src/lamp.ts and tell me\nwhether the second timer is still needed.',
        attachments: [
          { type: 'selection', path: `${sample.FOLDER}/src/lamp.ts`, name: 'lamp.ts', startLine: 17, endLine: 24, text: 'x' },
          { type: 'file', path: `${sample.FOLDER}/README.md`, name: 'README.md' },
        ],
      },
    }),
    {
      services: {
        completeFiles: ({ query }) =>
          ['src/lamp.ts', 'src/lampGlass.ts', 'test/lamp.test.ts', 'src/very/long/folder/name/for/a/small/panel/lampHolder.ts']
            .filter((path) => path.includes(query))
            .map((path) => ({ path: `${sample.FOLDER}/${path}`, name: path.split('/').at(-1) ?? '', folder: path.split('/').slice(0, -1).join('/') })),
      },
      act: async ({ page }) => {
        await page.locator('.composer-field').press('End');
        await page.keyboard.type(' See @la');
        await page.locator('.file-option').first().waitFor();
      },
    },
  ),
  notices: scene(sample.snapshot(sample.state([finishedTurn])), {
    act: async (chat) => {
      await chat.send({ kind: 'answerDiscarded', requestId: 7, reason: 'the command was already declined in another window.' });
      await chat.notify({ method: 'configWarning', params: { summary: 'config.toml, line 3, column 9: expected a value.', details: 'Defaults are used until it is fixed.' } });
      await chat.page.locator('.meter button').click();
    },
  }),
  longThread: scene(sample.snapshot(sample.state(longThread)), {
    act: async ({ page }) => {
      await page.locator('.transcript-box').hover();
      await page.mouse.wheel(0, -9000);
    },
  }),
  narrow: scene(sample.snapshot(sample.state(second([sample.user('u2', 'Add property tests.'), sample.command('c9', 'npm install', sample.open)]), { pending: pendingOf(commandRequest), ...withPlan('t2') })), {
    size: { width: 250, height: 700 },
  }),
  zoomed: scene(sample.snapshot(sample.state([finishedTurn])), { size: { width: 640, height: 1100 }, zoom: 2 }),
  wide: scene(sample.snapshot(sample.state([finishedTurn])), { size: { width: 1100, height: 760 } }),
};
