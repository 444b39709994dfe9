// The chat page where it is about safety: cards with risks, rules and rehearsals, strips, masked secrets, what the model sees.
import type { ApprovalRequest } from '../../server/protocol/methods.ts';
import type { ContextEntry, Rehearsal, RuleProposal, Safety } from '../../server/protocol/schema/safety.ts';
import type { ChatOptions } from './chatPage.ts';
import * as sample from './chatSamples.ts';
import { scene, type Scene } from './chatScene.ts';
import { BEAM_DIFF, finishedTurn } from './chatStories.ts';

export const SAFE: Safety = { risk: 'medium', tripwire: null, isSandboxed: true, canRehearse: false };

type CommandParams = Extract<ApprovalRequest, { method: 'item/commandExecution/requestApproval' }>['params'];

const about = { threadId: sample.THREAD_ID, turnId: 't2', itemId: 'c9', startedAtMs: 0 };

/** A command that asks; `more` says what is special about it. */
export function commandRequest(command: string, more: Partial<CommandParams>): ApprovalRequest {
  return {
    id: 'ask-1',
    method: 'item/commandExecution/requestApproval',
    params: {
      ...about,
      kind: 'command',
      environmentId: 'local',
      command: `/bin/bash -lc '${command}'`,
      cwd: `${sample.FOLDER}/packages/beam`,
      safety: SAFE,
      ...more,
    },
  };
}

export const permissionRequest: ApprovalRequest = {
  id: 'ask-1',
  method: 'item/permissions/requestApproval',
  params: {
    ...about,
    environmentId: null,
    cwd: sample.FOLDER,
    reason: 'The agent wants to read files that are kept from the model: they usually hold passwords or keys.',
    permissions: {
      network: null,
      fileSystem: { read: [`${sample.FOLDER}/.env.local`, `${sample.FOLDER}/deploy/keys/lamp.pem`], write: null },
    },
    safety: { ...SAFE, isSandboxed: false },
  },
};

export const networkRequest = commandRequest('npm install --save-dev fast-check@4.10.2', {
  kind: 'command',
  reason: 'The command reaches for packages.example.org on port 443, which no rule allows.',
  networkApprovalContext: { host: 'packages.example.org', protocol: 'https' },
  proposedNetworkPolicyAmendments: [
    { host: 'packages.example.org', action: 'allow' },
    { host: 'packages.example.org', action: 'deny' },
  ],
});

export const rememberRequest = commandRequest('npm run test -- --grep beam', {
  reason: 'The sandbox stopped it: it opens a port that others can reach. It would run OUTSIDE of the sandbox.',
  safety: { ...SAFE, isSandboxed: false, canRehearse: true },
  proposedExecpolicyAmendment: ['npm', 'run', 'test'],
  availableDecisions: [
    'accept',
    'acceptForSession',
    { acceptWithExecpolicyAmendment: { execpolicy_amendment: ['npm', 'run', 'test'] } },
    'decline',
    'cancel',
  ],
});

export const proposal: RuleProposal = {
  pattern: ['npm', 'run', 'test'],
  text: 'prefix_rule(pattern=["npm", "run", "test"], decision="allow")',
  covers: ['npm run test', 'npm run test -- --grep lamp'],
  doesNotCover: ['npm run deploy', 'npm test', 'npm run test && git push'],
  history: { total: 214, covered: 12, declined: ['npm run test -- --update-snapshots'] },
};

export const rehearsal: Rehearsal = {
  rehearsalId: 'r-1',
  exitCode: 0,
  output: '> lighthouse@1.0.0 format\n> oxfmt .\n\nFinished in 212ms on 2 files.\n',
  changes: [
    sample.update('src/lamp.ts', BEAM_DIFF),
    { path: `${sample.FOLDER}/test/lamp.test.ts`, kind: { type: 'add' }, diff: 'it("shines");\n' },
  ],
  limitation: 'What it would do on the network was not rehearsed.',
};

export const contextEntries: ContextEntry[] = [
  { kind: 'instructions', label: 'Base instructions of Bowline', path: null, bytes: 5230, masked: 0, itemId: null },
  {
    kind: 'projectDocument',
    label: 'AGENTS.md',
    path: `${sample.FOLDER}/AGENTS.md`,
    bytes: 1840,
    masked: 0,
    itemId: null,
  },
  { kind: 'environment', label: 'Folder, shell and date', path: null, bytes: 212, masked: 0, itemId: null },
  { kind: 'message', label: 'Your message', path: null, bytes: 64, masked: 0, itemId: 'u1' },
  {
    kind: 'selection',
    label: 'lamp.ts:17-24',
    path: `${sample.FOLDER}/src/lamp.ts`,
    bytes: 310,
    masked: 0,
    itemId: 'u1',
  },
  { kind: 'file', label: 'README.md', path: `${sample.FOLDER}/README.md`, bytes: 9120, masked: 0, itemId: 'u1' },
  { kind: 'image', label: 'Pasted image', path: null, bytes: 418_000, masked: 0, itemId: 'u1' },
  {
    kind: 'toolOutput',
    label: 'npm run deploy:check -- --environment staging --verbose',
    path: null,
    bytes: 1_204_000,
    masked: 2,
    itemId: 'c1',
  },
];

export const running = (itemId = 'c9') =>
  sample.runningTurn('t2', [
    sample.user('u2', 'Add property tests for the beam.'),
    sample.command(itemId, 'npm run test', { ...sample.open, status: 'inProgress', exitCode: null, durationMs: null }),
  ]);

/** A page whose running turn asks. */
export function asking(request: ApprovalRequest, more: Partial<ChatOptions> & Pick<Scene, 'act'> = {}): Scene {
  const state = sample.state([finishedTurn, running()], { pending: [{ id: request.id, request }] });
  return scene(sample.snapshot(state), { onRequest: answers, ...more });
}

const answers: NonNullable<ChatOptions['onRequest']> = ({ method }) =>
  ({ 'rule/propose': proposal, 'approval/rehearse': rehearsal, 'turn/context/read': { data: contextEntries } })[
    method as string
  ] ?? {};

const deletion = commandRequest('rm -rf ~/old-projects ../archive', {
  reason: 'It deletes /home/ada/old-projects and /home/ada/archive with everything in them, outside of the workspace.',
  safety: { ...SAFE, risk: 'high', tripwire: 'recursive_deletion', isSandboxed: false, canRehearse: false },
  availableDecisions: ['accept', 'acceptForSession', 'decline', 'cancel'],
});

const unsandboxed = {
  isAvailable: false,
  backend: null,
  reason: 'bubblewrap (bwrap) and socat are not installed, and nothing else can contain commands here.',
  remedy: 'sudo apt-get install bubblewrap socat',
};

const click =
  (name: string, seen: string): Scene['act'] =>
  async ({ page }) => {
    await page.getByRole('button', { name, exact: true }).click();
    await page.locator(seen).first().waitFor();
  };

const limits = (safety: Partial<ChatOptions['snapshot']['safety']>) =>
  sample.snapshot(sample.state([finishedTurn]), {
    safety: { sandbox: sample.SANDBOX, trust: 'trusted', hasFullAccess: false, ...safety },
  });

const secretsRead = sample.turn('t2', {
  items: [
    sample.user('u2', 'Why does the deployment fail?'),
    sample.command('c1', 'npm run deploy:check', {
      exitCode: 1,
      aggregatedOutput:
        'region   eu-west-1\naccess   [secret masked: AWS access key]\ntoken    [secret masked: GitHub token]\nerror: no lamp found\n',
    }),
    sample.tool('d1', ['read_file', { path: 'deploy.yaml' }, 'key: [secret masked: private key]\nlamp: off\n']),
  ],
});

/** All scenes, by name. */
export const safetyScenes: Record<string, Scene> = {
  cardNetwork: asking(networkRequest),
  cardPermission: asking(permissionRequest),
  cardTripwire: asking(deletion),
  cardTripwirePatch: scene(
    sample.snapshot(
      sample.state(
        [
          sample.runningTurn('t2', [
            sample.user('u2', 'Tidy up.'),
            sample.patch(
              'c9',
              ['lamp', 'beam', 'lens', 'motor'].map((name) => ({
                path: `${sample.FOLDER}/src/${name}.ts`,
                kind: { type: 'delete' as const },
                diff: 'a\nb\nc\n',
              })),
              { ...sample.open, status: 'inProgress' },
            ),
          ]),
        ],
        {
          pending: [
            {
              id: 'p1',
              request: {
                id: 'p1',
                method: 'item/fileChange/requestApproval',
                params: {
                  ...about,
                  reason: 'The edit deletes 4 of the 5 files in src.',
                  grantRoot: null,
                  safety: { risk: 'high', tripwire: 'mass_deletion', isSandboxed: false, canRehearse: true },
                },
              },
            },
          ],
        },
      ),
    ),
  ),
  cardOutside: asking(rememberRequest),
  cardRule: asking(rememberRequest, { act: click('Run and Remember…', '.examples') }),
  cardRuleFailed: asking(rememberRequest, {
    onRequest: () => Promise.reject(new Error('the server does not know “rule/propose”.')),
    act: click('Run and Remember…', '.remember .codicon-warning'),
  }),
  cardRehearsing: asking(rememberRequest, {
    onRequest: () => new Promise(() => undefined),
    act: click('Rehearse', '.rehearsal'),
  }),
  cardRehearsed: asking(rememberRequest, { act: click('Rehearse', '.rehearsal .file-line') }),
  cardRehearsedNarrow: asking(rememberRequest, {
    size: { width: 260, height: 760 },
    act: click('Rehearse', '.rehearsal .file-line'),
  }),
  cardRuleNarrow: asking(rememberRequest, {
    size: { width: 260, height: 760 },
    act: click('Run and Remember…', '.examples'),
  }),
  stripNoSandbox: scene(limits({ sandbox: unsandboxed })),
  stripNoSandboxWhy: scene(limits({ sandbox: unsandboxed }), { act: click('Why?', '.remedy') }),
  stripRestricted: scene(limits({ trust: 'restricted', sandbox: unsandboxed })),
  stripLifting: scene(limits({ trust: 'lifting' })),
  stripFullAccess: scene(limits({ hasFullAccess: true })),
  secretsMasked: scene(sample.snapshot(sample.state([secretsRead])), {
    act: async ({ page }) => {
      await page.getByRole('button', { name: /deploy\.yaml/ }).click();
      await page.locator('.section-text .masked').waitFor();
    },
  }),
  contextPanel: scene(sample.snapshot(sample.state([finishedTurn])), {
    onRequest: answers,
    act: click('What the model saw', '.context-line'),
  }),
  contextPanelNarrow: scene(sample.snapshot(sample.state([finishedTurn])), {
    size: { width: 260, height: 640 },
    onRequest: answers,
    act: click('What the model saw', '.context-line'),
  }),
  keptAttachment: scene(
    sample.snapshot(sample.state([finishedTurn]), {
      draft: {
        text: 'Which of these values is wrong?',
        attachments: [
          { type: 'file', path: `${sample.FOLDER}/.env.local`, name: '.env.local', keptBy: 'name' },
          { type: 'file', path: `${sample.FOLDER}/README.md`, name: 'README.md' },
        ],
      },
    }),
  ),
};
