// The rules view: what its rows say, and when the list behind it is read.
import { deepEqual, equal, match } from 'node:assert/strict';
import type { Rule } from '../../../server/protocol/schema/safety.ts';
import { RuleList } from '../../../src/rules/ruleList.ts';
import { decisionLook, ruleRows, ruleSubject } from '../../../src/rules/ruleRows.ts';
import { FakePort, QUIET } from './fakePort.ts';

const origin = {
  id: 'r1',
  decision: 'allow',
  justification: null,
  path: '/home/.bowline/rules/default.rules',
  line: 3,
  scope: 'home',
  isEnabled: true,
} as const;
const command: Rule = { ...origin, kind: 'command', pattern: ['git', ['push', 'fetch'], 'a b'] };
const network: Rule = {
  ...origin,
  id: 'r2',
  line: 1,
  kind: 'network',
  host: 'packages.example.org',
  decision: 'forbidden',
};
const workspace: Rule = { ...command, id: 'r3', scope: 'workspace', path: '/a/rules/x.rules' };

describe('the rows of rules', () => {
  it('show problems first, then the user’s files, then the workspace’s, each in the order of its lines', () => {
    const problem = { path: '/x.rules', line: 7, message: 'a string is expected' };
    const rows = ruleRows({ data: [workspace, command, network], problems: [problem] });
    deepEqual(
      rows.map((row) => (row.kind === 'file' ? [row.scope, row.rules.map(({ rule }) => rule.id)] : row.kind)),
      ['problem', ['home', ['r2', 'r1']], ['workspace', ['r3']]],
    );
    deepEqual(ruleRows({ data: [], problems: [] }), []);
  });

  it('say what a rule is about, with nothing hidden in it', () => {
    equal(ruleSubject(command), 'git (push|fetch) "a b" …');
    equal(ruleSubject(network), 'packages.example.org');
    match(ruleSubject({ ...network, host: 'evil\u202emoc' }), /\\u\{202e\}/);
  });

  it('say what a rule does, and that it is off', () => {
    deepEqual(decisionLook(command), { icon: 'check', color: 'testing.iconPassed', label: 'runs unasked' });
    equal(decisionLook(network).label, 'is never reached');
    deepEqual(decisionLook({ ...command, isEnabled: false }), {
      icon: 'check',
      color: 'disabledForeground',
      label: 'runs unasked, switched off',
    });
  });
});

describe('the list of rules', () => {
  const setUp = () => {
    const fake = new FakePort({ 'rule/list': () => ({ data: [command], problems: [] }) });
    return { fake, list: new RuleList({ server: fake.port, cwd: () => '/w', log: QUIET }) };
  };
  const changed = (list: RuleList) => new Promise<void>((resolve) => void list.onDidChange(resolve));

  it('is not read before someone looks', () => {
    const { fake } = setUp();
    fake.connected.fire();
    fake.say({ method: 'rule/changed', params: {} });
    deepEqual(fake.methods(), []);
  });

  it('is read again when rules change and after each handshake', async () => {
    const { fake, list } = setUp();
    await list.refresh();
    deepEqual(list.listed.data, [command]);
    for (const happens of [() => fake.say({ method: 'rule/changed', params: {} }), () => fake.connected.fire()]) {
      const read = changed(list);
      happens();
      await read;
    }
    deepEqual(fake.methods(), ['rule/list', 'rule/list', 'rule/list']);
  });

  it('is read at the first look, and not again by the next', async () => {
    const { fake, list } = setUp();
    deepEqual((await list.read()).data, [command]);
    await list.read();
    deepEqual(fake.methods(), ['rule/list']);
  });

  it('is empty at a look while the server does not answer, and read by the next', async () => {
    const fake = new FakePort({
      'rule/list': () => {
        throw new Error('not now');
      },
    });
    const list = new RuleList({ server: fake.port, cwd: () => '/w', log: QUIET });
    deepEqual(await list.read(), { data: [], problems: [] });
    await list.read();
    deepEqual(fake.methods(), ['rule/list', 'rule/list']);
  });

  it('switches and removes rules of the workspace that is open', async () => {
    const { fake, list } = setUp();
    await list.setEnabled(command, false);
    await list.remove(command);
    deepEqual(
      fake.asked.filter(({ method }) => method !== 'rule/list'),
      [
        { method: 'rule/setEnabled', params: { id: 'r1', isEnabled: false, cwd: '/w' } },
        { method: 'rule/remove', params: { id: 'r1', cwd: '/w' } },
      ],
    );
  });

  it('is silent once it is disposed', () => {
    const { fake, list } = setUp();
    list.dispose();
    fake.say({ method: 'rule/changed', params: {} });
    deepEqual(fake.methods(), []);
  });
});
