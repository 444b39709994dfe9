// Marks what only Bowline's own server has: where the suite runs against the reference server it is not run, and says why.

/** Set by `npm run test:peer-editor`: the extension's server is then the reference's program. */
export const IS_REFERENCE = process.env['BOWLINE_TEST_SERVER'] === 'codex';

/** `it` and `describe` for what the reference server does not have; the reason stands in the title of each that is left out. */
export function ownOnly(reason: string): { readonly it: typeof own.it; readonly describe: typeof own.describe } {
  if (!IS_REFERENCE) return own;
  return {
    it: (title) => void it.skip(`${title} [Bowline's own: ${reason}]`),
    describe: (title, tests) => void describe.skip(`${title} [Bowline's own: ${reason}]`, tests),
  };
}

const own = {
  it: (title: string, test: Mocha.AsyncFunc): void => void it(title, test),
  describe: (title: string, tests: (this: Mocha.Suite) => void): void => void describe(title, tests),
};
