// Every state of the chat page worth looking at, by name.
import * as sample from './chatSamples.ts';
import { scene, type Scene } from './chatScene.ts';
import { BEAM_DIFF, everyKind, finishedTurn, longThread, TEST_OUTPUT } from './chatStories.ts';
import { planScenes } from './planScenes.ts';
import { queueScenes } from './queueScenes.ts';
import { safetyScenes } from './safetyScenes.ts';
import { writerScenes } from './writerScenes.ts';

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
    command: '/bin/bash -lc \'npm install --save-dev fast-check@4.10.2 && npm test -- --grep "beam"\'',
    cwd: `${sample.FOLDER}/packages/beam`,
    commandActions: null,
    proposedExecpolicyAmendment: ['npm', 'install'],
    availableDecisions: [
      'accept',
      { acceptWithExecpolicyAmendment: { execpolicy_amendment: ['npm', 'install'] } },
      'cancel',
    ],
  },
} as const;

const patchRequest = {
  id: 8,
  method: 'item/fileChange/requestApproval',
  params: {
    threadId: sample.THREAD_ID,
    turnId: 't2',
    itemId: 'p9',
    startedAtMs: 0,
    reason: 'The edit is outside of the workspace.',
    grantRoot: null,
  },
} as const;

const pendingOf = (request: typeof commandRequest | typeof patchRequest) => [
  { id: request.id, request: structuredClone(request) as never },
];

const second = (items: Parameters<typeof sample.runningTurn>[1]) => [finishedTurn, sample.runningTurn('t2', items)];
const demoModel = { provider: 'demo', providerName: 'Guided tour', model: 'demo', isDemo: true };
const local = [
  { name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1', models: ['qwen3-coder:30b', 'gpt-oss:20b', 'devstral:24b'] },
  { name: 'LM Studio', baseUrl: 'http://127.0.0.1:1234/v1', models: ['google/gemma-3-27b'] },
];

function failed(message: string, info: string, details: string) {
  const error = { message, codexErrorInfo: info, additionalDetails: details, misalignment: null };
  return sample.turn('t2', { status: 'failed', error, items: [sample.user('u2', 'Now do the same for the lamp.')] });
}

export const gallery: Record<string, Scene> = {
  firstRun: scene(sample.snapshot(null, { firstRun: true, model: demoModel }), {
    services: { findLocalServers: () => local },
  }),
  firstRunNothingFound: scene(sample.snapshot(null, { firstRun: true, model: demoModel })),
  empty: scene(sample.snapshot(null)),
  noFolder: scene(sample.snapshot(null, { workspaceFolders: [] })),
  starting: scene(sample.snapshot(null, { status: { type: 'starting', phase: 'Starting the Bowline server…' } })),
  stopped: scene(
    sample.snapshot(sample.state([finishedTurn]), {
      status: {
        type: 'stopped',
        detail: 'The Bowline server ended 5 times within 3 minutes and is not started again. The log says why.',
      },
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
          sample.tool('d3', ['read_file', { path: 'src/lamp.ts' }, '']),
          sample.command('c3', 'npm test -- --grep lamp', {
            ...sample.open,
            status: 'inProgress',
            exitCode: null,
            durationMs: null,
            aggregatedOutput: TEST_OUTPUT,
          }),
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
          sample.agent(
            'a2',
            'A lighthouse turns its lamp with a *motor*. Our `Beam` is that motor in code:\n\n```ts\nbeam.rotate(90);\nawait once(bea',
            sample.open,
          ),
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
        second([
          sample.user('u2', 'Add property tests.'),
          sample.command('c9', 'npm install', {
            ...sample.open,
            status: 'inProgress',
            exitCode: null,
            durationMs: null,
          }),
        ]),
        { pending: pendingOf(commandRequest) },
      ),
    ),
  ),
  approvalPatch: scene(
    sample.snapshot(
      sample.state(
        second([
          sample.user('u2', 'Add property tests.'),
          sample.patch(
            'p9',
            [
              sample.update('src/lamp.ts', BEAM_DIFF),
              { path: '/etc/lighthouse.conf', kind: { type: 'add' }, diff: 'on\n' },
            ],
            { ...sample.open, status: 'inProgress' },
          ),
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
            retry: {
              message: 'Reconnecting 2/5 in 4 s',
              codexErrorInfo: null,
              additionalDetails: 'connect ECONNREFUSED 127.0.0.1:11434',
              misalignment: null,
            },
          },
        },
      }),
    ),
  ),
  failed: scene(
    sample.snapshot(
      sample.state([
        finishedTurn,
        failed(
          'The connection to the model was lost after 5 tries. Check the network, then try again.',
          'other',
          'connect ECONNREFUSED 127.0.0.1:11434',
        ),
      ]),
    ),
  ),
  unauthorized: scene(
    sample.snapshot(
      sample.state([
        failed(
          'OpenAI refused the API key. Set a valid key.',
          'unauthorized',
          '401 Incorrect API key provided: sk-…9x',
        ),
      ]),
    ),
  ),
  interrupted: scene(
    sample.snapshot(
      sample.state([{ ...finishedTurn, status: 'interrupted', items: finishedTurn.items.slice(0, 5) }], withPlan('t1')),
    ),
  ),
  composer: scene(
    sample.snapshot(sample.state([finishedTurn]), {
      draft: {
        text: 'Look at @src/lamp.ts and tell me\nwhether the second timer is still needed.',
        attachments: [
          {
            type: 'selection',
            path: `${sample.FOLDER}/src/lamp.ts`,
            name: 'lamp.ts',
            startLine: 17,
            endLine: 24,
            text: 'x',
          },
          { type: 'file', path: `${sample.FOLDER}/README.md`, name: 'README.md' },
        ],
      },
    }),
    {
      services: {
        completeFiles: ({ query }) =>
          [
            'src/lamp.ts',
            'src/lampGlass.ts',
            'test/lamp.test.ts',
            'src/very/long/folder/name/for/a/small/panel/lampHolder.ts',
          ]
            .filter((path) => path.includes(query))
            .map((path) => ({
              path: `${sample.FOLDER}/${path}`,
              name: path.split('/').at(-1) ?? '',
              folder: path.split('/').slice(0, -1).join('/'),
            })),
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
      await chat.send({
        kind: 'answerDiscarded',
        requestId: 7,
        reason: 'the command was already declined in another window.',
      });
      await chat.notify({
        method: 'configWarning',
        params: {
          summary: 'config.toml, line 3, column 9: expected a value.',
          details: 'Defaults are used until it is fixed.',
        },
      });
      await chat.page.locator('.meter button').click();
    },
  }),
  longThread: scene(sample.snapshot(sample.state(longThread)), {
    act: async ({ page }) => {
      await page.locator('.transcript-box').hover();
      await page.mouse.wheel(0, -9000);
    },
  }),
  narrow: scene(
    sample.snapshot(
      sample.state(
        second([sample.user('u2', 'Add property tests.'), sample.command('c9', 'npm install', sample.open)]),
        { pending: pendingOf(commandRequest), ...withPlan('t2') },
      ),
    ),
    {
      size: { width: 250, height: 700 },
    },
  ),
  zoomed: scene(sample.snapshot(sample.state([finishedTurn])), { size: { width: 640, height: 1100 }, zoom: 2 }),
  ...safetyScenes,
  ...planScenes,
  ...queueScenes,
  ...writerScenes,
  wide: scene(sample.snapshot(sample.state([finishedTurn])), { size: { width: 1100, height: 760 } }),
};
