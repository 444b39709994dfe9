// Reports like mocha's own "spec", and leaves counts and failures for scripts/test.mjs, which sums them up over all suites.
import { appendFileSync } from 'node:fs';
import Mocha from 'mocha';

/** Names the file to which each run appends a line `{"passed":n,"failed":n,"skipped":n,"failures":["title\\nerror", …]}`. */
const COUNTS_FILE = 'BOWLINE_TEST_COUNTS';

export class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const file = process.env[COUNTS_FILE];
      if (file === undefined) return;
      const { passes: passed, failures: failed, pending: skipped } = this.stats;
      const failures = this.failures.map(describeFailure);
      appendFileSync(file, `${JSON.stringify({ passed, failed, skipped, failures })}\n`);
    });
  }
}

function describeFailure(test: Mocha.Test): string {
  const { message = 'no error', stack = '' } = test.err ?? {};
  return `${test.titlePath().join(' › ')}\n${stack.includes(message) ? stack : `${message}\n${stack}`}`;
}

// mocha takes a reporter from a file by require(), which answers this
export { CountingReporter as 'module.exports' };
