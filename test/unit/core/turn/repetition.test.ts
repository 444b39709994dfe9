// When equal calls with equal results are too many.
import { doesNotThrow, match, throws } from 'node:assert/strict';
import { RepetitionWatch } from '../../../../server/core/turn/repetition.ts';

const call = (input: string, name = 'exec_command') => ({ callId: 'c', name, form: 'function', input }) as const;
const report = (n: number, line: string) =>
  `Chunk ID: ${n}${n}${n}\nWall time: 0.0${n} seconds\n${line}\nOriginal token count: 1\nOutput:\nsame`;
const EXITED = 'Process exited with code 1';

describe('the watch for repetition', () => {
  it('throws at the fifth, whatever the time and the number of the report', () => {
    const watch = new RepetitionWatch();
    for (let n = 1; n < 5; n += 1) watch.take(call('{"cmd":"x"}'), report(n, EXITED));
    throws(
      () => watch.take(call('{"cmd":"x"}'), report(5, EXITED)),
      (error: Error) => {
        match(error.message, /`exec_command` 5 times in a row/);
        return true;
      },
    );
  });

  it('counts anew after another call, another result or another tool', () => {
    const watch = new RepetitionWatch();
    doesNotThrow(() => {
      for (let n = 0; n < 20; n += 1) {
        watch.take(call(n % 4 === 0 ? 'other' : 'x'), report(n, EXITED));
        watch.take(call('y'), n % 4 === 1 ? 'other result' : 'result');
        watch.take(call('y', 'grep'), 'result');
      }
    });
  });

  it('does not count waiting for a command', () => {
    const watch = new RepetitionWatch();
    doesNotThrow(() => {
      for (let n = 0; n < 20; n += 1)
        watch.take(call('look', 'write_stdin'), report(n, 'Process running with session ID 7'));
    });
  });

  it('counts outputs with images too', () => {
    const watch = new RepetitionWatch();
    const image = [{ type: 'input_image', image_url: 'data:x' }] as const;
    for (let n = 1; n < 5; n += 1) watch.take(call('i', 'view_image'), image);
    throws(() => watch.take(call('i', 'view_image'), image));
  });
});
