// How each shell is told to run a script, which one a model may name, and how long a call may wait.
import assert from 'node:assert/strict';
import { outputTokens, startYieldMs, writeYieldMs } from '../../../../server/core/command/commandLimits.ts';
import { isTrustedShell, shellAt } from '../../../../server/core/command/shell.ts';

describe('shell', () => {
  for (const [path, login, argv] of [
    ['/bin/bash', true, ['/bin/bash', '-lc', 'ls']],
    ['/bin/bash', false, ['/bin/bash', '-c', 'ls']],
    ['/bin/zsh', true, ['/bin/zsh', '-lc', 'ls']],
    ['C:\\Windows\\pwsh.exe', false, ['C:\\Windows\\pwsh.exe', '-NoProfile', '-Command', 'ls']],
    ['cmd.exe', true, ['cmd.exe', '/d', '/s', '/c', 'ls']],
  ] as const) {
    it(`${path}${login ? ' as a login shell' : ''}`, () => assert.deepEqual(shellAt(path).argv('ls', login), argv));
  }

  for (const [path, isTrusted] of [
    ['bash', true],
    ['/usr/bin/zsh', true],
    ['/opt/homebrew/bin/bash', true],
    ['/w/bash', false],
    ['./bash', false],
    ['/bin/../w/bash', false],
    ['/bin/python3', false],
    ['', false],
  ] as const) {
    it(`${JSON.stringify(path)} may ${isTrusted ? '' : 'not '}be named`, () =>
      assert.equal(isTrustedShell(path), isTrusted));
  }
});

describe('command limits', () => {
  it('keeps the wait of exec_command between 250 ms and 30 s, 10 s by default', () => {
    assert.deepEqual([undefined, 0, 250, 1234, 1e9].map(startYieldMs), [10_000, 250, 250, 1234, 30_000]);
  });

  it('waits longer when it only looks', () => {
    assert.deepEqual(
      [writeYieldMs(undefined, true), writeYieldMs(undefined, false), writeYieldMs(1, true)],
      [1000, 5000, 250],
    );
  });

  it('never returns more than 10,000 tokens', () => {
    assert.deepEqual([undefined, 1, 500, 1e6].map(outputTokens), [10_000, 100, 500, 10_000]);
  });
});
