// The rows of the approvals inbox: their order, how they read, and what may be accepted together.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { ServerRequestParams } from '../../../server/protocol/methods.ts';
import type { Safety } from '../../../server/protocol/schema/safety.ts';
import {
  batchOf,
  batchWords,
  harmlessRows,
  inboxRows,
  placeOf,
  rowLook,
  type OpenRow,
} from '../../../src/approvals/inboxRows.ts';
import { PromptQueue } from '../../../src/approvals/promptQueue.ts';
import type { SuspendedRequest } from '../../../src/approvals/suspended.ts';
import { approvalWording } from '../../../src/approvals/wording.ts';
import { approval } from './fakePort.ts';

type CommandParams = ServerRequestParams<'item/commandExecution/requestApproval'>;

const safety = (more: Partial<Safety> = {}): Safety => ({
  risk: 'medium',
  tripwire: null,
  isSandboxed: true,
  canRehearse: false,
  ...more,
});

function row(id: string, params: Partial<CommandParams> = {}): OpenRow {
  const base = approval(id, 'a');
  if (base.method !== 'item/commandExecution/requestApproval') throw new Error('not a command');
  const request = { ...base, params: { ...base.params, command: `do ${id}`, ...params } };
  const wording = approvalWording(request, undefined);
  return { kind: 'open', request, wording, threadTitle: 'Fix the build', place: '' };
}

const low = safety({ risk: 'low' });
const high = safety({ risk: 'high' });
const ids = (rows: readonly { request: object }[]): unknown[] =>
  rows.map(({ request }) => ('id' in request ? request.id : 'suspended'));
const elsewhere: SuspendedRequest = {
  requestId: 0,
  method: 'item/commandExecution/requestApproval',
  threadId: 'b',
  threadTitle: 'Another one',
  cwd: '/home/me/other',
  startedAtMs: 0,
  isLoaded: false,
};

describe('the rows of the inbox', () => {
  it('stand by risk, the oldest first within, and what cannot be answered here last', () => {
    const rows = inboxRows(
      [
        row('low', { safety: low, startedAtMs: 1 }),
        row('new', { safety: high, startedAtMs: 9 }),
        row('unsaid', { startedAtMs: 2 }),
        row('old', { safety: high, startedAtMs: 3 }),
        row('medium', { safety: safety(), startedAtMs: 4 }),
      ],
      [elsewhere],
    );
    deepEqual(ids(rows), ['old', 'new', 'unsaid', 'medium', 'low', 'suspended']);
  });

  it('tell what, whose, where and since when', () => {
    const look = rowLook({ ...row('x', { startedAtMs: 0, safety: high }), place: 'shop' }, 5 * 60_000);
    equal(look.label, 'do x');
    equal(look.description, 'Fix the build · shop · 5 min ago');
    deepEqual([look.icon, look.color], ['warning', 'list.errorForeground']);
    equal(look.spoken, 'High risk. Bowline wants to run a command. Allow it? do x. Thread Fix the build, 5 min ago');
  });

  it('name a folder as it is seen from the workspace', () => {
    equal(placeOf('/ws', ['/ws']), '');
    equal(placeOf('/ws/sub/dir', ['/ws']), 'sub/dir');
    equal(placeOf('/ws', ['/ws', '/other']), 'ws');
    equal(placeOf('/etc', ['/ws']), '/etc');
    equal(placeOf(null, ['/ws']), '');
  });

  it('look different for each risk, by more than the colour', () => {
    const looks = [high, safety(), low].map((of) => rowLook(row('x', { safety: of }), 0));
    equal(new Set(looks.map(({ icon }) => icon)).size, 3);
    equal(new Set(looks.map(({ color }) => color)).size, 3);
  });

  it('say what can be done with them', () => {
    const remember = { acceptWithExecpolicyAmendment: { execpolicy_amendment: ['do'] } };
    const availableDecisions = ['accept' as const, remember];
    equal(
      rowLook(row('x', { availableDecisions, safety: safety({ canRehearse: true }) }), 0).context,
      'request once remember decline cancel rehearse',
    );
    equal(rowLook({ kind: 'suspended', request: elsewhere }, 0).context, 'suspended');
  });

  it('say that a thread is not open here', () => {
    const look = rowLook({ kind: 'suspended', request: elsewhere }, 60_000);
    equal(look.label, 'Another one');
    equal(look.description, 'asks elsewhere · other · 1 min ago');
  });

  it('spell out what would hide something', () => {
    const look = rowLook({ ...row('x', { command: 'rm \u202efoo' }), threadTitle: 'a\u200bb' }, 0);
    equal(look.label, 'rm \\u{202e}foo');
    match(look.description, /a\\u\{200b\}b/);
  });
});

describe('a batch', () => {
  it('of the harmless holds what is low and nothing else', () => {
    const rows = inboxRows(
      [
        row('low', { safety: low }),
        row('medium', { safety: safety() }),
        row('unsaid'),
        row('high', { safety: high }),
        row('wire', { safety: { ...low, tripwire: 'fork_bomb' } }),
        row('long', { safety: low, command: 'x'.repeat(500) }),
      ],
      [elsewhere],
    );
    deepEqual(ids(harmlessRows(rows)), ['low']);
  });

  it('of the selected leaves out what must be read by itself, and says so', () => {
    const batch = batchOf([row('a'), row('b', { safety: high }), row('c', { safety: low })]);
    deepEqual([ids(batch.accepted), ids(batch.left)], [['a', 'c'], ['b']]);
    equal(
      batchWords(batch),
      '• do a  (Fix the build)\n• do c  (Fix the build)\n\nOne more is left out, to be read one by one.',
    );
  });

  it('leaves out what cannot be accepted once', () =>
    deepEqual(ids(batchOf([row('a', { availableDecisions: ['decline'] })]).accepted), []));

  it('is no longer than what a dialog shows', () => {
    const batch = batchOf(Array.from({ length: 40 }, (_, n) => row(String(n), { safety: low })));
    deepEqual([batch.accepted.length, batch.left.length], [15, 25]);
    ok(batchWords(batch).endsWith('25 more are left out, to be read one by one.'));
  });
});

describe('the queue of the modals', () => {
  const risks = new Map([
    ['low', 'low'],
    ['high', 'high'],
    ['high2', 'high'],
  ] as const);
  const queued = (): PromptQueue =>
    new PromptQueue(({ id }) => [...risks].find(([name]) => name === id)?.[1] ?? 'medium');
  const drain = (queue: PromptQueue): unknown[] => {
    const order: unknown[] = [];
    for (let next = queue.next(); next !== undefined; next = queue.next()) order.push(next.request.id);
    return order;
  };

  it('puts what matters most first, and keeps the order within', () => {
    const queue = queued();
    for (const id of ['low', 'other', 'high', 'high2']) queue.add(approval(id, 'a'));
    deepEqual(drain(queue), ['high', 'high2', 'other', 'low']);
  });

  it('puts what the user asked for before everything, once', () => {
    const queue = queued();
    for (const id of ['low', 'high']) queue.add(approval(id, 'a'));
    equal(queue.hasWanted, false);
    queue.add(approval('low', 'a'), true);
    deepEqual([queue.hasWanted, queue.size], [true, 2]);
    deepEqual(drain(queue), ['low', 'high']);
  });

  it('forgets what was answered', () => {
    const queue = queued();
    for (const id of ['a', 'b']) queue.add(approval(id, 'a'));
    queue.remove('a');
    deepEqual(drain(queue), ['b']);
  });
});
