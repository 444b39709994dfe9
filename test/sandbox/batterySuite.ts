// The battery as tests: each attempt is first seen to work without the sandbox, then to be stopped in it; the result is a table.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { CONFINEMENTS, type Attempt, type Check, type Confinement } from './attempt.ts';
import {
  attemptsUnder,
  checkInside,
  checksUnder,
  isInstalled,
  succeedsOutside,
  tryInside,
  type Outcome,
  type Told,
} from './battery.ts';
import { Person } from './person.ts';
import { PROGRAM } from './program.ts';
import { tableOf, type Row } from './table.ts';

export interface Choice {
  attempts(from: readonly Attempt[]): readonly Attempt[];
  checks(from: readonly Check[]): readonly Check[];
}

/** Long enough for a machine that is busy with other things. */
const TIMEOUT_MS = 120_000;

/** Each attempt of the choice under each confinement, and each check. */
export function describeBattery(title: string, choice: Choice): void {
  const attempts = new Map(CONFINEMENTS.map((under) => [under, choice.attempts(attemptsUnder(under))]));
  const checks = new Map(CONFINEMENTS.map((under) => [under, choice.checks(checksUnder(under))]));

  describe(title, function () {
    this.timeout(TIMEOUT_MS);
    const rows = new Map<string, Row>();
    let person: Person;

    before(function () {
      const missing = whyItCannotBeTried();
      if (missing !== null) {
        console.log(`    NOT PROVEN HERE: ${missing}`);
        this.skip();
      }
      person = Person.make();
      assert.ok(existsSync(PROGRAM), `There is no ${PROGRAM}: run \`npm run build\` first.`);
    });
    after(() => {
      person?.dispose();
      if (rows.size > 0) console.log(tableOf([...rows.values()]));
    });
    const note = (name: string, kind: string, found: { where: Confinement | 'none'; outcome: Outcome }): void => {
      const row = rows.get(`${kind} ${name}`) ?? { name, kind, outcomes: {} };
      rows.set(`${kind} ${name}`, { ...row, outcomes: { ...row.outcomes, [found.where]: found.outcome } });
    };

    it('can contain commands here, or says why not', async () => {
      const { exitCode, output } = await person.run([PROGRAM, 'sandbox', '--probe'], {
        cwd: '/',
        env: plainEnv(person),
      });
      assert.equal(exitCode, 0, `bwrap is installed, but there is no sandbox:\n${output}\n${namespaces(person)}`);
    });

    for (const attempt of new Set([...attempts.values()].flat())) {
      if (attempt.unshowable !== undefined) continue;
      it(`without it, this works: ${attempt.family}: ${attempt.name}`, async () => {
        const told = await succeedsOutside(attempt, person);
        note(attempt.name, attempt.family, { where: 'none', outcome: told.outcome });
        assert.equal(told.outcome, 'OPEN', `an attempt that never works proves nothing:\n${said(told)}`);
      });
    }
    for (const under of CONFINEMENTS) {
      for (const attempt of attempts.get(under) ?? []) {
        const expected = attempt.knownOpen?.under.includes(under) === true ? 'OPEN' : 'stopped';
        it(`${under}: ${expected}: ${attempt.family}: ${attempt.name}`, async () => {
          const told = await tryInside(attempt, person, under);
          note(attempt.name, attempt.family, { where: under, outcome: told.outcome });
          assert.equal(told.outcome, expected, said(told));
        });
      }
      for (const check of checks.get(under) ?? []) {
        it(`${under}: works: ${check.name}`, async function () {
          const told = await checkInside(check, person, under);
          note(check.name, 'must work', { where: under, outcome: told.outcome });
          if (told.outcome === 'not tried') this.skip();
          assert.equal(told.outcome, 'works', said(told));
        });
      }
    }
  });
}

/** Only where there can be no sandbox of this kind at all; everything else is a failure. */
function whyItCannotBeTried(): string | null {
  if (process.platform !== 'linux') return 'the battery knows the sandbox of Linux alone.';
  if (!isInstalled('bwrap')) return 'bwrap is not installed, so there is no sandbox: apt-get install bubblewrap socat';
  const lacking = ['git', 'python3', 'curl', 'tmux', 'unshare', 'npm', 'make', 'perl'].filter(
    (name) => !isInstalled(name),
  );
  return lacking.length === 0 ? null : `the attempts need ${lacking.join(', ')}.`;
}

function plainEnv(person: Person): Record<string, string> {
  return { HOME: person.base, PATH: '/usr/local/bin:/usr/bin:/bin', BOWLINE_HOME: `${person.base}/.bowline` };
}

function namespaces(person: Person): string {
  const as = process.getuid?.() === 0 ? { uid: person.uid, gid: person.gid } : {};
  try {
    execFileSync('unshare', ['--user', 'true'], { ...as, stdio: 'ignore' });
    return 'User namespaces are allowed here, so this is a fault of Bowline or of bwrap.';
  } catch {
    // the answer itself: it could not make one
    return 'This machine forbids user namespaces to plain users (see kernel.unprivileged_userns_clone, user.max_user_namespaces and kernel.apparmor_restrict_unprivileged_userns): no sandbox is possible here.';
  }
}

function said({ run }: Told): string {
  return run === null ? '' : `exit code ${run.exitCode}\n${run.output.slice(0, 4000)}`;
}
