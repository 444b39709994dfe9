// A choice of the battery, another one in each run; `BOWLINE_SEED=n` repeats one. All of it: `npm run test:deep`.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CONFINEMENTS } from './attempt.ts';
import { ATTEMPTS, attemptsUnder, checksUnder, chosen } from './battery.ts';
import { describeBattery } from './batterySuite.ts';
import { MUST_WORK } from './mustWork.ts';

const SEED = Number(process.env.BOWLINE_SEED ?? Math.floor(Math.random() * 1_000_000));
const ATTEMPTS_TRIED = 24;
const CHECKS_TRIED = 8;
/** The same for all confinements, so that each is shown to work without a sandbox once. */
const CHOSEN = new Set(chosen(ATTEMPTS, ATTEMPTS_TRIED, SEED));

describe('the battery', () => {
  it('has at least 50 attempts and 10 checks for each confinement', () => {
    for (const under of CONFINEMENTS) {
      assert.ok(attemptsUnder(under).length >= 50);
      assert.ok(checksUnder(under).length >= 10);
    }
  });

  it('names nothing twice', () => {
    for (const all of [ATTEMPTS.map(({ family, name }) => `${family}: ${name}`), MUST_WORK.map(({ name }) => name)])
      assert.equal(new Set(all).size, all.length);
  });

  it('knows at most two attempts that are open, each named in SECURITY.md', () => {
    const open = ATTEMPTS.filter(({ knownOpen }) => knownOpen !== undefined);
    assert.ok(open.length <= 2);
    const told = readFileSync(resolve(import.meta.dirname, '../../SECURITY.md'), 'utf8').replaceAll(/\s+/g, ' ');
    for (const { name } of open) assert.ok(told.includes(name), `SECURITY.md does not name "${name}"`);
  });
});

describeBattery(`the sandbox of the compiled program (seed ${SEED})`, {
  attempts: (from) => from.filter((attempt) => CHOSEN.has(attempt)),
  checks: (from) => chosen(from, CHECKS_TRIED, SEED),
});
