// The command line: what it understands, and what it says to the rest.
import assert from 'node:assert/strict';
import { parseCommandLine } from '../../server/cli.ts';

describe('the command line', () => {
  const parse = (...args: string[]): ReturnType<typeof parseCommandLine> => parseCommandLine(args, '1.2.3');

  it('serves', () => {
    assert.deepEqual(parse('app-server', '-c', 'a.b=1', '--config=c=d'), {
      type: 'appServer',
      overrides: ['a.b=1', 'c=d'],
    });
  });

  it('runs a command as the agent would; what follows -- is the commands own', () => {
    const left = { mode: null, network: null, cwd: null };
    assert.deepEqual(parse('sandbox', '--', 'ls', '--mode', '--', '-h'), {
      type: 'sandbox',
      argv: ['ls', '--mode', '--', '-h'],
      ...left,
    });
    assert.deepEqual(parse('sandbox', '--mode', 'read-only', '--network=on', '--cwd', 'a', '--', 'ls'), {
      type: 'sandbox',
      argv: ['ls'],
      mode: 'read-only',
      network: true,
      cwd: 'a',
    });
    assert.deepEqual(parse('sandbox', '--probe'), { type: 'probeSandbox' });
  });

  for (const [args, said] of [
    [[], /^Say what to do/],
    [['serve'], /^Unknown command: serve/],
    [['app-server', '--listen', 'ws://x'], /^Cannot listen on ws:\/\/x/],
    [['app-server', '--nonsense'], /nonsense/],
    [['sandbox'], /^Say what to run/],
    [['sandbox', '--'], /^Say what to run/],
    [['sandbox', 'ls'], /^Put -- before the command/],
    [['sandbox', '--mode', 'all', '--', 'ls'], /^Unknown mode: all/],
    [['sandbox', '--network', 'yes', '--', 'ls'], /^Say --network on or --network off/],
  ] as const) {
    it(`does not understand "${args.join(' ')}", and says why and what there is`, () => {
      const command = parse(...args);
      assert.ok(command.type === 'refuse');
      assert.match(command.text, said);
      assert.match(command.text, /bowline sandbox \[options\] -- COMMAND/);
    });
  }
});
