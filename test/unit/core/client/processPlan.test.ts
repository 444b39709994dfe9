// What requests for processes mean, and how much of an output is told.
import { deepEqual, equal, throws } from 'node:assert/strict';
import { OutputLimit } from '../../../../server/core/client/outputLimit.ts';
import { expectSize, planCommand, planProcess } from '../../../../server/core/client/processPlan.ts';
import { forTerminal } from '../../../../server/core/client/terminalVariables.ts';
import { CommandExecParams, ProcessSpawnParams } from '../../../../server/protocol/schema/command.ts';

const command = (params: object) => planCommand(CommandExecParams().parse({ command: ['x'], ...params }));
const spawned = (params: object) =>
  planProcess(ProcessSpawnParams().parse({ command: ['x'], processHandle: 'p', cwd: '/', ...params }));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the plan of a process', () => {
  it('has the usual limits unless others are given, or none', () => {
    const limits = ({ timeoutMs, mostBytes }: ReturnType<typeof command>) => [timeoutMs, mostBytes];
    const MIB = 1024 * 1024;
    deepEqual(limits(command({})), [10_000, MIB]);
    deepEqual(limits(command({ timeoutMs: null, outputBytesCap: null })), [10_000, MIB]);
    deepEqual(limits(command({ timeoutMs: 0, outputBytesCap: 0 })), [0, 0]);
    deepEqual(limits(command({ disableTimeout: true, disableOutputCap: true })), [null, null]);
    deepEqual(limits(command({ timeoutMs: 10 ** 12 })), [2 ** 31 - 1, MIB]);
    deepEqual(limits(spawned({})), [10_000, MIB]);
    deepEqual(limits(spawned({ timeoutMs: null, outputBytesCap: null })), [null, null]);
    deepEqual(limits(spawned({ timeoutMs: 5, outputBytesCap: 7 })), [5, 7]);
  });

  it('streams both ways with a terminal', () => {
    const { isStreamed, hasInput, terminal } = command({ tty: true, processId: 'p' });
    deepEqual([isStreamed, hasInput, terminal], [true, true, { rows: 24, cols: 80 }]);
    deepEqual(command({ tty: true, processId: 'p', size: { rows: 3, cols: 4 } }).terminal, { rows: 3, cols: 4 });
    deepEqual([command({}).isStreamed, command({}).hasInput, command({}).terminal], [false, false, null]);
  });

  it('refuses what contradicts itself', () => {
    const wrong: readonly (() => unknown)[] = [
      () => command({ command: [] }),
      () => command({ tty: true }),
      () => command({ tty: true, processId: null }),
      () => command({ outputBytesCap: 1, disableOutputCap: true }),
      () => command({ timeoutMs: 1, disableTimeout: true }),
      () => command({ permissionProfile: 'x', sandboxPolicy: { type: 'readOnly' } }),
      () => command({ size: { rows: 1, cols: 1 } }),
      () => command({ tty: true, processId: 'p', size: { rows: 1, cols: 0 } }),
      () => spawned({ processHandle: '' }),
      () => spawned({ timeoutMs: -1 }),
      () => expectSize('process/spawn', { rows: -1, cols: 1 }),
    ];
    for (const plan of wrong) throws(plan, String(plan));
  });
});

describe('the limit of an output', () => {
  const cases: readonly [what: string, most: number | null, pieces: string[], told: (string | null)[]][] = [
    ['nothing is limited', null, ['abc', 'def'], ['abc', 'def']],
    ['it is reached within a piece', 5, ['abc', 'def', 'ghi'], ['abc', 'de|', null]],
    ['it is reached between two pieces', 3, ['abc', 'def', 'ghi'], ['abc', '|', null]],
    ['it is just reached', 3, ['abc'], ['abc']],
    ['it is nothing', 0, ['abc', 'd'], ['|', null]],
    ['a piece is empty', 3, ['', 'abc'], [null, 'abc']],
  ];
  for (const [what, most, pieces, told] of cases) {
    it(`tells the beginning and the cut when ${what}`, () => {
      const limit = new OutputLimit(most);
      const seen = pieces.map((piece) => {
        const taken = limit.take(bytes(piece));
        return taken === null ? null : `${new TextDecoder().decode(taken.bytes)}${taken.isCut ? '|' : ''}`;
      });
      deepEqual(seen, told);
      equal(
        limit.isCut,
        told.some((piece) => piece?.endsWith('|') === true),
      );
    });
  }
});

describe('forTerminal', () => {
  it('takes back what is for programs, and keeps what the user set and the character set', () => {
    const variables = {
      NO_COLOR: '1',
      TERM: 'dumb',
      PAGER: 'cat',
      GIT_PAGER: 'less',
      LANG: 'C.UTF-8',
      SHLVL: '1',
      A: 'b',
    };
    deepEqual(forTerminal(variables), {
      TERM: 'xterm-256color',
      COLORTERM: 'truecolor',
      GIT_PAGER: 'less',
      LANG: 'C.UTF-8',
      SHLVL: '1',
      A: 'b',
    });
  });
});
