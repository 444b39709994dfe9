// What a command prints is masked before it is shown, stored or read by the model.
import assert from 'node:assert/strict';
import { createSecretDetector } from '../../../../server/adapters/secrets/detector.ts';
import { PIECE_CHARACTERS } from '../../../../server/core/command/outputPieces.ts';
import type { CommandExit, CommandRunner } from '../../../../server/core/ports.ts';
import { maskedRunner } from '../../../../server/core/secrets/maskedRunner.ts';
import { SecretMask } from '../../../../server/core/secrets/secretMask.ts';
import { createHandClock } from '../../../support/handClock.ts';
import { githubToken } from './secretTable.ts';

const SPEC = { argv: ['x'], cwd: '/', env: {}, tty: false, timeoutMs: null };
const loaded = new SecretMask({ detector: createSecretDetector(), known: () => [] });

function started(mask: Promise<SecretMask> = Promise.resolve(loaded)) {
  const exit = Promise.withResolvers<CommandExit>();
  let print: (chunk: string) => void = () => undefined;
  const runner: CommandRunner = {
    start: () => ({
      pid: 1,
      isTerminal: false,
      onOutput: (listener) => {
        print = listener;
      },
      write: () => undefined,
      closeStdin: () => undefined,
      kill: () => Promise.resolve(),
      exited: exit.promise,
    }),
  };
  const clock = createHandClock();
  const running = maskedRunner({ runner, mask: () => mask, clock }).start(SPEC);
  const shown: string[] = [];
  running.onOutput((chunk) => shown.push(chunk));
  return {
    running,
    shown,
    clock,
    print: (chunk: string) => print(chunk),
    end: () => exit.resolve({ type: 'exited', exitCode: 0 }),
  };
}

describe('masked runner', () => {
  it('masks a token that comes in two pieces, and says so at the end', async () => {
    const { running, shown, print, end } = started();
    await Promise.resolve();
    print(`token ${githubToken().slice(0, 12)}`);
    print(`${githubToken().slice(12)} and more`);
    end();
    assert.deepEqual(await running.exited, { type: 'exited', exitCode: 0 });
    assert.equal(shown.join(''), 'token [secret masked: GitHub token] and more\n[1 secret was masked.]\n');
  });

  it('gives what it held back in pieces as short as those that came', async () => {
    const { running, shown, print, end } = started();
    await Promise.resolve();
    print('x'.repeat(6000));
    print('x'.repeat(6000));
    end();
    await running.exited;
    assert.equal(shown.join('').length, 12_000);
    assert.ok(shown.every((piece) => piece.length <= PIECE_CHARACTERS));
  });

  it('loses nothing that was printed before the mask was there', async () => {
    const mask = Promise.withResolvers<SecretMask>();
    const { running, shown, print, end } = started(mask.promise);
    print('one\n');
    end();
    assert.deepEqual(shown, []);
    mask.resolve(loaded);
    await running.exited;
    assert.equal(shown.join(''), 'one\n');
  });

  it('shows a question after a moment of silence, but no beginning of a secret', async () => {
    const { running, shown, clock, print, end } = started();
    await Promise.resolve();
    await Promise.resolve();
    print('Really? y/n');
    assert.equal(shown.join(''), 'Really? ');
    for (const timer of clock.timers) timer.run();
    assert.equal(shown.join(''), 'Really? y/n');
    print(`\n${githubToken().slice(0, 20)}`);
    for (const timer of clock.timers) timer.run();
    assert.ok(!shown.join('').includes('ghp'));
    end();
    await running.exited;
  });
});
