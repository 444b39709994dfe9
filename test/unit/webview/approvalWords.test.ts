// What approval cards say and offer, by the kind of the request, its risk, and what its rule or rehearsal has shown.
import assert from 'node:assert/strict';
import { signal } from '@preact/signals';
import type { ApprovalRequest } from '../../../server/protocol/methods.ts';
import type { Bridge } from '../../../webview-ui/bridge.ts';
import { approvalTitle, backTestWords, runPlace } from '../../../webview-ui/session/approvalWords.ts';
import { choicesOf } from '../../../webview-ui/session/choices.ts';
import { createContextView, sizeWords } from '../../../webview-ui/session/contextView.ts';
import { maskedCount, maskedPieces } from '../../../webview-ui/session/masked.ts';
import { createOpenCards } from '../../../webview-ui/session/openCards.ts';
import * as sample from '../../support/chatSamples.ts';
import {
  commandRequest,
  networkRequest,
  permissionRequest,
  proposal,
  rehearsal,
  rememberRequest,
  SAFE,
} from '../../support/safetyScenes.ts';

const labels = (request: ApprovalRequest) => choicesOf(request).map(({ label }) => label);
const answers = (request: ApprovalRequest) =>
  choicesOf(request).map(({ does }) => (does.type === 'answer' ? does.answer : does));
const tripwire = (more = {}) =>
  commandRequest('rm -rf /', {
    safety: { ...SAFE, risk: 'high', tripwire: 'recursive_deletion', ...more },
    availableDecisions: [
      'accept',
      'acceptForSession',
      { acceptWithExecpolicyAmendment: { execpolicy_amendment: ['rm'] } },
      'cancel',
    ],
  });

describe('the choices of a card', () => {
  it('turn yes and no around for a tripwire, and let nothing last', () => {
    assert.deepEqual(labels(tripwire()), ['Decline', 'Run Anyway', 'Decline and Stop']);
  });

  it('show the rule before it is made', () => {
    const remember = choicesOf(rememberRequest).find(({ does }) => does.type === 'remember');
    assert.deepEqual(remember?.does, { type: 'remember', offered: ['npm', 'run', 'test'] });
  });

  it('of a host are once, for the thread, always and never', () => {
    assert.deepEqual(labels(networkRequest), [
      'Allow Once',
      'Decline',
      'Allow for This Thread',
      'Always Allow This Host',
      'Never Allow This Host',
      'Decline and Stop',
    ]);
    const never = { host: 'packages.example.org', action: 'deny' };
    assert.deepEqual(answers(networkRequest)[4], {
      decision: { applyNetworkPolicyAmendment: { network_policy_amendment: never } },
    });
  });

  it('of input for a running command say that it is typed', () => {
    const input = commandRequest('yes', { kind: 'writeStdin', availableDecisions: ['accept', 'decline'] });
    assert.deepEqual(labels(input), ['Type It', 'Decline']);
    assert.equal(approvalTitle(input, []), 'Type this into a running command?');
  });

  it('of permissions grant exactly what was asked for, or nothing', () => {
    assert.deepEqual(labels(permissionRequest), ['Allow for This Turn', 'Decline', 'Allow for This Thread']);
    assert.ok(permissionRequest.method === 'item/permissions/requestApproval');
    const { permissions } = permissionRequest.params;
    assert.deepEqual(answers(permissionRequest), [
      { permissions, scope: 'turn' },
      { permissions: {}, scope: 'turn' },
      { permissions, scope: 'session' },
    ]);
  });

  it('leave the result of a rehearsal to the place that shows it', () => {
    const request = commandRequest('ls', {
      availableDecisions: ['accept', { acceptRehearsal: { rehearsal_id: 'r' } }, 'decline'],
    });
    assert.deepEqual(labels(request), ['Run', 'Decline']);
  });
});

describe('the words of a card', () => {
  it('name the danger, the host or the files', () => {
    assert.equal(approvalTitle(tripwire(), []), 'This deletes whole folders for good');
    assert.equal(approvalTitle(networkRequest, []), 'Connect to packages.example.org?');
    assert.equal(approvalTitle(permissionRequest, []), 'Let the agent read these 2 files?');
    assert.equal(approvalTitle(rememberRequest, []), 'Run this command?');
  });

  it('spell out a host that pretends to be another', () => {
    const request = commandRequest('curl', {
      networkApprovalContext: { host: 'github.com\u202emoc', protocol: 'https' },
    });
    assert.equal(approvalTitle(request, []), 'Connect to github.com\\u{202e}moc?');
  });

  it('say where a command runs, and not where that is no question', () => {
    assert.equal(runPlace(rememberRequest), 'outside');
    assert.equal(runPlace(commandRequest('ls', {})), 'sandbox');
    assert.equal(runPlace(commandRequest('ls', { safety: null })), null);
    assert.equal(runPlace(networkRequest), null);
    assert.equal(runPlace(permissionRequest), null);
  });

  it('tell what a rule would have done', () => {
    assert.match(backTestWords({ total: 0, covered: 0, declined: [] }), /no past commands/);
    assert.match(backTestWords({ total: 9, covered: 0, declined: [] }), /covered none/);
    assert.match(backTestWords({ total: 9, covered: 3, declined: [] }), /run 3 unasked\. You declined none of them\.$/);
    assert.match(backTestWords({ total: 1, covered: 1, declined: [] }), /the one command .* You did not decline it\.$/);
    assert.match(backTestWords({ total: 9, covered: 3, declined: ['x'] }), /run 3 unasked\.$/);
  });
});

describe('masked secrets', () => {
  it('are found where they stood', () => {
    assert.deepEqual(maskedPieces('a [secret masked: AWS key] b[secret masked]'), [
      { type: 'text', text: 'a ' },
      { type: 'secret', kind: 'AWS key' },
      { type: 'text', text: ' b' },
      { type: 'secret', kind: '' },
    ]);
    assert.equal(maskedCount('[secret masked: x][secret masked: y]'), 2);
  });

  it('leave every other text as it is', () => {
    for (const text of ['', 'plain', '[secret masked: no end', '[secret mask]'])
      assert.deepEqual(maskedPieces(text), [{ type: 'text', text }]);
  });
});

/** Answers each request when the test says so. */
function slowBridge() {
  const waiting: PromiseWithResolvers<unknown>[] = [];
  const request = () => {
    const answer = Promise.withResolvers<unknown>();
    waiting.push(answer);
    return answer.promise;
  };
  return { bridge: { request } as unknown as Bridge, waiting };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('what is unfolded in a card', () => {
  it('shows a rule until it is folded away, also when the answer comes after that', async () => {
    const { bridge, waiting } = slowBridge();
    const cards = createOpenCards({ bridge, diffOf: () => null });
    cards.propose(rememberRequest);
    assert.deepEqual(cards.shown.value.get('ask-1'), { proposal: { type: 'waiting' } });
    cards.leaveProposal('ask-1');
    waiting[0]?.resolve(proposal);
    await settled();
    assert.deepEqual(cards.shown.value.get('ask-1'), {});
    cards.propose(rememberRequest);
    waiting[1]?.reject(new Error('gone'));
    await settled();
    assert.deepEqual(cards.shown.value.get('ask-1')?.proposal, { type: 'failed', reason: 'gone' });
  });

  it('remembers what the turn had changed when it was rehearsed', async () => {
    const { bridge, waiting } = slowBridge();
    let diff = 'one';
    const cards = createOpenCards({ bridge, diffOf: () => diff });
    cards.rehearse(rememberRequest);
    diff = 'two';
    waiting[0]?.resolve(rehearsal);
    await settled();
    assert.deepEqual(cards.shown.value.get('ask-1')?.rehearsal, {
      type: 'known',
      value: { rehearsal, diffBefore: 'one' },
    });
    cards.keepOnly([]);
    assert.equal(cards.shown.value.size, 0);
  });
});

describe('what the model sees', () => {
  it('is that of the newest turn unless another is named, and of the last that was asked for', async () => {
    const { bridge, waiting } = slowBridge();
    const thread = signal(sample.state([sample.turn('t1'), sample.turn('t2')]));
    const view = createContextView({ bridge, thread });
    assert.ok(view.show(null));
    assert.equal(view.shown.value?.turnId, 't2');
    assert.ok(view.show('t1'));
    waiting[0]?.resolve({ data: [{}] });
    await settled();
    assert.deepEqual(view.shown.value?.entries, { type: 'waiting' });
    waiting[1]?.resolve({ data: [] });
    await settled();
    assert.deepEqual(view.shown.value?.entries, { type: 'known', value: [] });
  });

  it('is nothing before there is a turn', () => {
    const { bridge } = slowBridge();
    assert.ok(!createContextView({ bridge, thread: signal(null) }).show(null));
    assert.ok(!createContextView({ bridge, thread: signal(sample.state([])) }).show(null));
  });

  it('is measured as people measure', () => {
    assert.deepEqual([999, 1500, 52_000, 1_204_000].map(sizeWords), ['999 B', '1.5 kB', '52 kB', '1.2 MB']);
  });
});
