// The shown command line is what a shell would read back as the same arguments.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { quoteArgv } from '../../../../server/core/command/shellQuote.ts';

describe('quoteArgv', () => {
  for (const [argv, shown] of [
    [['/bin/bash', '-lc', 'ls'], '/bin/bash -lc ls'],
    [['/bin/bash', '-lc', 'ls -a && echo hi'], "/bin/bash -lc 'ls -a && echo hi'"],
    [['/bin/bash', '-lc', "echo 'it'"], `/bin/bash -lc "echo 'it'"`],
    [['/bin/bash', '-lc', `it's "$HOME"`], `/bin/bash -lc "it's \\"\\$HOME\\""`],
    [['echo', ''], "echo ''"],
    [['A=b', 'c'], "'A=b' c"],
    [['echo', "don't!"], `echo 'don'"'"'t!'`],
  ] as const) {
    it(`shows ${JSON.stringify(argv)} as ${shown}`, () => assert.equal(quoteArgv(argv), shown));
  }

  it('is read back by a real shell as the same arguments', function () {
    this.timeout(60_000);
    const word = fc.string({
      unit: fc.constantFrom(...'ab \'"$`\\!*?~#&|;<>(){}[]=%^\n\tä'.split(''), '😀'),
      maxLength: 12,
    });
    const argv = fc.array(word, { minLength: 1, maxLength: 60 });
    // one shell reads several of them: to start it is what takes the time
    const argvs = fc.array(argv, { minLength: 1, maxLength: 8 });
    const end = '\u0001';
    fc.assert(
      fc.property(argvs, (all) => {
        const script = all.map((one) => `printf '%s\\0' ${quoteArgv([...one, end])}`).join('\n');
        const { stdout } = spawnSync('/bin/bash', ['-c', script], { encoding: 'utf8' });
        assert.deepEqual(
          stdout.split('\0').slice(0, -1),
          all.flatMap((one) => [...one, end]),
        );
      }),
      { numRuns: 40 },
    );
  });
});
