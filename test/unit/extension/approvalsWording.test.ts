// The words of approvals: what is shown must be what runs, and the choices must be the request's own.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { threadStateOf, type ThreadState } from '../../../server/protocol/state/threadState.ts';
import type { FileChangeItem, FileUpdateChange } from '../../../server/protocol/schema/item.ts';
import type { ApprovalRequest, ServerRequestParams } from '../../../server/protocol/methods.ts';
import type { Safety, TripwireName } from '../../../server/protocol/schema/safety.ts';
import { choiceOf, choicesOf, isHarmless, mustBeRead, type ApprovalWording } from '../../../src/approvals/choice.ts';
import { withRehearsal } from '../../../src/approvals/rehearsalWords.ts';
import { historyWords, ruleWords } from '../../../src/approvals/ruleWords.ts';
import { tripwireWords } from '../../../src/approvals/safetyWords.ts';
import { approvalWording } from '../../../src/approvals/wording.ts';
import { approval, thread, turn } from './fakePort.ts';

type CommandParams = ServerRequestParams<'item/commandExecution/requestApproval'>;
type FileParams = ServerRequestParams<'item/fileChange/requestApproval'>;
type PermissionsParams = ServerRequestParams<'item/permissions/requestApproval'>;

function commandWording(params: Partial<CommandParams>) {
  const request = approval(1, 'a');
  if (request.method !== 'item/commandExecution/requestApproval') throw new Error('not a command');
  return approvalWording({ ...request, params: { ...request.params, ...params } }, undefined);
}

function fileWording(changes: readonly FileUpdateChange[] | null, params: Partial<FileParams> = {}) {
  const item: FileChangeItem = { type: 'fileChange', id: 'i1', changes: [...(changes ?? [])], status: 'inProgress' };
  const state: ThreadState = { ...threadStateOf(thread('a')), turns: [turn('t1', { items: [item] })] };
  const all: FileParams = { threadId: 'a', turnId: 't1', itemId: 'i1', startedAtMs: 1, ...params };
  const request: ApprovalRequest = { id: 1, method: 'item/fileChange/requestApproval', params: all };
  return approvalWording(request, changes === null ? undefined : state);
}

function permissionsWording(params: Partial<PermissionsParams>) {
  const all: PermissionsParams = {
    threadId: 'a',
    turnId: 't1',
    itemId: 'i1',
    environmentId: null,
    startedAtMs: 1,
    cwd: '/ws',
    reason: null,
    permissions: { network: null, fileSystem: { read: ['/ws/.env'], write: null } },
    ...params,
  };
  return approvalWording({ id: 1, method: 'item/permissions/requestApproval', params: all }, undefined);
}

const safety = (more: Partial<Safety> = {}): Safety => ({
  risk: 'medium',
  tripwire: null,
  isSandboxed: true,
  canRehearse: false,
  ...more,
});
const labels = (wording: ApprovalWording): string[] => choicesOf(wording).map(({ label }) => label);
const change = (path: string, kind: FileUpdateChange['kind']): FileUpdateChange => ({ path, kind, diff: '' });
const remembering = (...prefix: string[]) => ({
  acceptWithExecpolicyAmendment: { execpolicy_amendment: prefix },
});

describe('the words of a command approval', () => {
  it('say why first, then what and where', () =>
    equal(
      commandWording({ command: 'npm test', cwd: '/ws', reason: 'To see it pass.' }).detail,
      'Why: To see it pass.\n\nnpm test\n\nIn: /ws',
    ));

  it('leave out what is not known', () => {
    equal(commandWording({ command: 'ls', cwd: null, reason: null }).detail, 'ls');
    equal(commandWording({ command: null }).detail, '(unknown command)');
  });

  it('say in plain words whether it runs inside or outside of the sandbox', () => {
    match(commandWording({ safety: safety() }).detail, /inside of the sandbox/);
    match(commandWording({ safety: safety({ isSandboxed: false }) }).detail, /OUTSIDE of the sandbox/);
    equal(commandWording({ command: 'ls', safety: safety() }).brief, 'ls');
    equal(
      commandWording({ command: 'ls', safety: safety({ isSandboxed: false }) }).brief,
      'ls (OUTSIDE of the sandbox)',
    );
  });

  const offers: readonly (readonly [string, CommandParams['availableDecisions'], readonly string[]])[] = [
    [
      'the usual choices when none are named',
      undefined,
      ['Run', 'Run and Allow for This Session', 'Decline', 'Decline and Stop'],
    ],
    ['only what the request names', ['accept', 'decline'], ['Run', 'Decline', 'Decline and Stop']],
    [
      'the order of the request',
      ['acceptForSession', 'accept'],
      ['Run and Allow for This Session', 'Run', 'Decline', 'Decline and Stop'],
    ],
    ['a rule', [remembering('git', 'status')], ['Run and Remember…', 'Decline', 'Decline and Stop']],
    ['no way to accept where none is named', [], ['Decline', 'Decline and Stop']],
    [
      'nothing for a decision that is none of a command',
      [{ applyNetworkPolicyAmendment: { network_policy_amendment: { host: 'h', action: 'allow' } } }],
      ['Decline', 'Decline and Stop'],
    ],
  ];
  for (const [what, availableDecisions, wanted] of offers)
    it(`offer ${what}`, () => deepEqual(labels(commandWording({ availableDecisions })), wanted));

  it('offer the proposed rule where the request names no choices, and say what it is about', () => {
    const wording = commandWording({ proposedExecpolicyAmendment: ['npm', 'run'] });
    equal(choiceOf(wording, 'remember')?.label, 'Run and Remember…');
    match(wording.detail, /a rule for commands that begin with “npm run”/);
  });

  it('never accept by declining', () => {
    const { accepts, decline, refusals } = commandWording({});
    deepEqual(
      [decline, ...refusals].map(({ answer }) => answer),
      [{ decision: 'decline' }, { decision: 'cancel' }],
    );
    deepEqual(
      accepts.map(({ answer }) => answer),
      [{ decision: 'accept' }, { decision: 'acceptForSession' }],
    );
  });

  it('cut a long command, and say by how much', () => {
    const { detail } = commandWording({ command: `echo ${'x'.repeat(5_000)}` });
    match(detail, /… 3805 more characters; show it in the chat to read all of it\.$/);
    equal(detail.startsWith('echo xxx'), true);
  });

  it('leave out the shell that the server wraps around it', () =>
    equal(commandWording({ command: "/bin/bash -lc 'npm test'" }).detail, 'npm test'));

  it('are brief only where all of it can be seen', () => {
    equal(commandWording({ command: 'cd a\nrm -rf b' }).brief, 'cd a ⏎ rm -rf b');
    equal(commandWording({ command: `echo ${'x'.repeat(300)}` }).brief, null);
  });

  it('do not let empty lines push the end of a command out of sight', () => {
    const { detail } = commandWording({ command: `ls${'\n'.repeat(200)}rm -rf ~` });
    match(detail, /more characters; show it in the chat/);
    ok(detail.split('\n').length < 40);
  });

  it('keep the note about a long rule short', () => {
    const { detail } = commandWording({
      command: 'x',
      availableDecisions: [remembering('bash', '-c', 'x'.repeat(500))],
    });
    ok(detail.length < 220, detail);
    match(detail, /…”\.$/);
  });

  const tripwires: readonly TripwireName[] = [
    'recursive_deletion',
    'history_rewrite',
    'device_write',
    'credential_read',
    'network_to_shell',
    'fork_bomb',
    'mass_deletion',
  ];
  for (const tripwire of tripwires)
    it(`put the tripwire ${tripwire} over the question, and allow it only this once, whatever is offered`, () => {
      const wording = commandWording({
        availableDecisions: ['accept', 'acceptForSession', remembering('rm')],
        safety: safety({ tripwire, risk: 'high' }),
      });
      ok(wording.question.startsWith(`${tripwireWords(tripwire)}: `));
      match(wording.detail, /asked in every mode/);
      deepEqual(labels(wording), ['Run', 'Decline', 'Decline and Stop']);
    });
});

describe('the words of a network approval', () => {
  const network = (more: Partial<CommandParams> = {}) =>
    commandWording({
      command: 'npm install',
      networkApprovalContext: { host: 'registry.example.org', protocol: 'https' },
      proposedNetworkPolicyAmendments: [
        { host: 'registry.example.org', action: 'allow' },
        { host: 'registry.example.org', action: 'deny' },
      ],
      ...more,
    });

  it('ask about the host', () => {
    equal(network().question, 'A command wants to reach registry.example.org. Allow it?');
    match(network().detail, /npm install\n\nBy: HTTPS\n\nThe command runs already/);
    equal(network().summary, 'Reach registry.example.org');
  });

  it('offer once, for this thread, always, no, never', () =>
    deepEqual(labels(network()), [
      'Allow Once',
      'Allow for This Thread',
      'Always Allow registry.example.org',
      'Decline',
      'Never Allow registry.example.org',
      'Decline and Stop',
    ]));

  it('count "never" among the ways to refuse', () => {
    const { accepts, refusals } = network();
    ok(accepts.every(({ answer }) => !JSON.stringify(answer).includes('deny')));
    deepEqual(refusals[0]?.answer, {
      decision: {
        applyNetworkPolicyAmendment: { network_policy_amendment: { host: 'registry.example.org', action: 'deny' } },
      },
    });
  });

  it('spell out a host that looks like another', () =>
    match(
      network({ networkApprovalContext: { host: 'safe.org\u202egro', protocol: 'https' } }).question,
      /safe\.org\\u\{202e\}gro/,
    ));
});

describe('the words of a file approval', () => {
  it('name what happens to each file', () =>
    equal(
      fileWording([
        change('/ws/new', { type: 'add' }),
        change('/ws/old', { type: 'delete' }),
        change('/ws/a', { type: 'update', move_path: null }),
        change('/ws/b', { type: 'update', move_path: '/etc/b' }),
      ]).detail,
      'Add /ws/new\nDelete /ws/old\nEdit /ws/a\nMove /ws/b → /etc/b',
    ));

  it('count', () => {
    const files = (count: number) => Array.from({ length: count }, (_, n) => change(`/ws/${n}`, { type: 'add' }));
    equal(fileWording(files(1)).question, 'Bowline wants to change one file. Allow it?');
    equal(fileWording(files(15)).question, 'Bowline wants to change 15 files. Allow it?');
    match(fileWording(files(15)).detail, /… and 3 more files$/);
    equal(fileWording(null).question, 'Bowline wants to change files. Allow it?');
    equal(fileWording(null).detail, '');
    equal(fileWording(files(1)).brief, 'Add /ws/0');
    equal(fileWording(files(3)).summary, 'Add 0 and 2 more');
    deepEqual([fileWording(null).brief, fileWording(files(15)).brief], [null, null]);
  });

  it('say why, and what a session covers', () =>
    equal(
      fileWording([change('/etc/x', { type: 'add' })], { reason: 'Outside.', grantRoot: '/etc' }).detail,
      'Why it asks: Outside.\n\nAdd /etc/x\n\nAllowing it for this session covers: /etc',
    ));

  it('offer nothing that lasts where a tripwire asks', () =>
    deepEqual(labels(fileWording([], { safety: safety({ tripwire: 'mass_deletion' }) })), [
      'Apply',
      'Decline',
      'Decline and Stop',
    ]));
});

describe('the words of a permission approval', () => {
  it('name the file that is kept from the model', () => {
    const wording = permissionsWording({ reason: 'It matches .env*.' });
    equal(wording.question, 'Bowline wants to read a file that is kept from the model. Allow it?');
    equal(wording.detail, 'Why: It matches .env*.\n\nRead /ws/.env\n\nIn: /ws\n\nWhat is read goes to the model.');
    equal(wording.summary, 'Read .env');
  });

  it('answer in the shape of permissions: what was asked for a turn or the thread, or nothing', () => {
    const wording = permissionsWording({});
    const permissions = { network: null, fileSystem: { read: ['/ws/.env'], write: null } };
    deepEqual(
      choicesOf(wording).map(({ label, answer }) => [label, answer]),
      [
        ['Allow for This Turn', { permissions, scope: 'turn' }],
        ['Allow for This Thread', { permissions, scope: 'session' }],
        ['Decline', { permissions: {}, scope: 'turn' }],
      ],
    );
  });

  it('offer only the turn for credentials', () =>
    deepEqual(labels(permissionsWording({ safety: safety({ tripwire: 'credential_read' }) })), [
      'Allow for This Turn',
      'Decline',
    ]));

  it('count several files, and do not take writing or the network for reading', () => {
    const read = ['/ws/.env', '/ws/key.pem'];
    match(
      permissionsWording({ permissions: { network: null, fileSystem: { read, write: null } } }).question,
      /2 files/,
    );
    const more = { network: { enabled: true }, fileSystem: { read, write: ['/etc/x'] } };
    match(permissionsWording({ permissions: more }).question, /more than its settings let it/);
    match(permissionsWording({ permissions: more }).detail, /Write \/etc\/x\nUse the network/);
  });
});

describe('what may be accepted how', () => {
  it('counts as harmless only with a low risk that the server names', () => {
    const harmless = commandWording({ safety: safety({ risk: 'low' }) });
    const others = [
      commandWording({}),
      commandWording({ safety: safety() }),
      commandWording({ safety: safety({ risk: 'high' }) }),
      commandWording({ safety: safety({ risk: 'low', tripwire: 'fork_bomb' }) }),
      commandWording({ safety: safety({ risk: 'low' }), command: 'x'.repeat(500) }),
      commandWording({ safety: safety({ risk: 'low' }), availableDecisions: ['decline'] }),
    ];
    equal(isHarmless(harmless), true);
    deepEqual(others.map(isHarmless), [false, false, false, false, false, false]);
  });

  it('must be read when much hangs on it, or when a line shows too little of it', () => {
    equal(mustBeRead(commandWording({ safety: safety() })), false);
    equal(mustBeRead(commandWording({ safety: safety({ risk: 'high' }) })), true);
    equal(mustBeRead(commandWording({ safety: safety({ tripwire: 'fork_bomb' }) })), true);
    equal(mustBeRead(commandWording({ command: 'x'.repeat(500) })), true);
  });
});

describe('the words of a rule', () => {
  const history = { total: 58, covered: 41, declined: [] };

  it('show the rule, what it covers and what not, and the past', () =>
    equal(
      ruleWords({
        pattern: ['npm', 'run'],
        text: 'prefix_rule(pattern = ["npm", "run"])\n',
        covers: ['npm run test'],
        doesNotCover: ['npm install'],
        history,
      }),
      'prefix_rule(pattern = ["npm", "run"])\n\n' +
        'From now on it runs unasked:\n• npm run test\n\nIt still asks for:\n• npm install\n\n' +
        'It would have run 41 of 58 commands in your past threads unasked; none of them had been declined.',
    ));

  it('list what had been declined', () => {
    const declined = ['git push', 'git push -f'];
    match(historyWords({ ...history, declined }), /2 of them had been DECLINED/);
    const words = ruleWords({
      pattern: ['git'],
      text: 'r',
      covers: [],
      doesNotCover: [],
      history: { ...history, declined },
    });
    match(words, /You had declined:\n• git push\n• git push -f$/);
  });

  it('say when there is nothing to look back on', () => {
    match(historyWords({ total: 0, covered: 0, declined: [] }), /no commands in past threads/);
    equal(
      historyWords({ total: 1, covered: 0, declined: [] }),
      'It would have run 0 of 1 command in your past threads unasked.',
    );
  });
});

describe('a question that was rehearsed', () => {
  const rehearsal = {
    rehearsalId: 'r1',
    exitCode: 1,
    output: Array.from({ length: 40 }, (_, n) => `line ${n}`).join('\n'),
    changes: [change('/ws/a', { type: 'add' })],
    limitation: 'The network was off.',
  };

  it('offers to apply exactly that, first', () => {
    const [first] = withRehearsal(commandWording({}), rehearsal).accepts;
    equal(first?.label, 'Apply This Result');
    deepEqual(first?.answer, { decision: { acceptRehearsal: { rehearsal_id: 'r1' } } });
  });

  it('says how it ended, and the end of what it wrote', () => {
    const { detail } = withRehearsal(commandWording({ command: 'make' }), rehearsal);
    match(detail, /^Rehearsed: it ended with exit code 1 and changed one file\.\n\nOutput:\n… line 30\n/);
    match(detail, /line 39\n\nNot shown by it: The network was off\.\n\nmake$/);
  });
});
