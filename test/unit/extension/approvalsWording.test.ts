// The words of approvals: what is shown must be what runs, and the choices must be the request's own.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { threadStateOf, type ThreadState } from '../../../server/protocol/state/threadState.ts';
import type { FileChangeItem, FileUpdateChange } from '../../../server/protocol/schema/item.ts';
import type { ServerRequest } from '../../../server/protocol/methods.ts';
import { approvalWording, choicesOf } from '../../../src/approvals/wording.ts';
import { approval, thread, turn } from './fakePort.ts';

type CommandParams = Extract<ServerRequest, { method: 'item/commandExecution/requestApproval' }>['params'];
type FileParams = Extract<ServerRequest, { method: 'item/fileChange/requestApproval' }>['params'];

function commandWording(params: Partial<CommandParams>) {
  const request = approval(1, 'a');
  if (request.method !== 'item/commandExecution/requestApproval') throw new Error('not a command');
  return approvalWording({ ...request, params: { ...request.params, ...params } }, undefined);
}

function fileWording(changes: readonly FileUpdateChange[] | null, params: Partial<FileParams> = {}) {
  const item: FileChangeItem = { type: 'fileChange', id: 'i1', changes: [...(changes ?? [])], status: 'inProgress' };
  const state: ThreadState = { ...threadStateOf(thread('a')), turns: [turn('t1', { items: [item] })] };
  const all: FileParams = { threadId: 'a', turnId: 't1', itemId: 'i1', startedAtMs: 1, ...params };
  const request: ServerRequest = { id: 1, method: 'item/fileChange/requestApproval', params: all };
  return approvalWording(request, changes === null ? undefined : state);
}

const change = (path: string, kind: FileUpdateChange['kind']): FileUpdateChange => ({ path, kind, diff: '' });

describe('the words of a command approval', () => {
  it('say what, where and why', () =>
    equal(
      commandWording({ command: 'npm test', cwd: '/ws', reason: 'To see it pass.' }).detail,
      'npm test\n\nIn: /ws\n\nWhy: To see it pass.',
    ));

  it('leave out what is not known', () => {
    equal(commandWording({ command: 'ls', cwd: null, reason: null }).detail, 'ls');
    equal(commandWording({ command: null }).detail, '(unknown command)');
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
    [
      'a rule with its words',
      [{ acceptWithExecpolicyAmendment: { execpolicy_amendment: ['git', 'status'] } }],
      ['Run and Always Allow “git status”', 'Decline', 'Decline and Stop'],
    ],
    ['no way to accept where none is named', [], ['Decline', 'Decline and Stop']],
    [
      'nothing for a decision that it does not know how to word',
      [{ applyNetworkPolicyAmendment: { network_policy_amendment: {} } }],
      ['Decline', 'Decline and Stop'],
    ],
  ];
  for (const [what, availableDecisions, labels] of offers)
    it(`offer ${what}`, () =>
      deepEqual(
        choicesOf(commandWording({ availableDecisions })).map(({ label }) => label),
        labels,
      ));

  it('never accept by declining', () => {
    const { accepts, decline, cancel } = commandWording({});
    deepEqual([decline.decision, cancel.decision], ['decline', 'cancel']);
    ok(accepts.every(({ decision }) => decision !== 'decline' && decision !== 'cancel'));
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

  it('keep the button of a long rule short', () => {
    const execpolicy_amendment = ['bash', '-c', 'x'.repeat(500)];
    const [accept] = commandWording({
      availableDecisions: [{ acceptWithExecpolicyAmendment: { execpolicy_amendment } }],
    }).accepts;
    ok(accept !== undefined && accept.label.length < 100, accept?.label);
    match(accept.label, /…”$/);
  });
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
    deepEqual([fileWording(null).brief, fileWording(files(15)).brief], [null, null]);
  });

  it('say why, and what a session covers', () =>
    equal(
      fileWording([change('/etc/x', { type: 'add' })], { reason: 'Outside.', grantRoot: '/etc' }).detail,
      'Add /etc/x\n\nWhy it asks: Outside.\n\nAllowing it for this session covers: /etc',
    ));
});
