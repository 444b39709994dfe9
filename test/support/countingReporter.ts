// Reports like mocha's own "spec", and leaves the counts for scripts/test.mjs, which sums them over all suites.
import { appendFileSync } from 'node:fs';
import Mocha from 'mocha';

/** Names the file to which each run appends a line `{"passed":n,"failed":n,"skipped":n}`. */
const COUNTS_FILE = 'BOWLINE_TEST_COUNTS';

export class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const file = process.env[COUNTS_FILE];
      if (file === undefined) return;
      const { passes: passed, failures: failed, pending: skipped } = this.stats;
      appendFileSync(file, `${JSON.stringify({ passed, failed, skipped })}\n`);
    });
  }
}

// mocha takes a reporter from a file by require(), which answers this
export { CountingReporter as 'module.exports' };
