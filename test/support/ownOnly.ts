// Marks what only one of the two servers has, Bowline's own or the reference: with the other it is not run, and says why.

/** Set by `npm run test:peer-editor`: the extension's server is then the reference's program. */
export const IS_REFERENCE = process.env['BOWLINE_TEST_SERVER'] === 'codex';

type OneServer = Readonly<typeof run>;

/** `it` and `describe` for what the reference server does not have; the reason stands in the title of each that is left out. */
export function ownOnly(reason: string): OneServer {
  return IS_REFERENCE ? leftOut(`Bowline's own: ${reason}`) : run;
}

/** The other way round: what there is to see with the reference server alone. */
export function referenceOnly(reason: string): OneServer {
  return IS_REFERENCE ? run : leftOut(`with the reference: ${reason}`);
}

const run = {
  it: (title: string, test: Mocha.AsyncFunc): void => void it(title, test),
  describe: (title: string, tests: (this: Mocha.Suite) => void): void => void describe(title, tests),
};

const leftOut = (why: string): OneServer => ({
  it: (title) => void it.skip(`${title} [${why}]`), // there is nothing of it to be seen with this server
  describe: (title, tests) => void describe.skip(`${title} [${why}]`, tests), // the same
});
