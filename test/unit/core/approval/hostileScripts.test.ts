// Scripts that nobody would write by hand: whatever they are, the decision comes, soon, and never lets what is not on the list run.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decide } from '../../../../server/core/approval/decide.ts';
import type { DecideInput } from '../../../../server/core/approval/decideInput.ts';
import { NO_RULES } from '../../../../server/core/approval/ruleBook.ts';
import { NO_PLACES } from '../../../../server/core/pathPolicy/places.ts';
import type { Decision } from '../../../../server/core/turn/tool.ts';

const CWD = '/home/u/ws';

function decided(script: string, approvalPolicy: 'untrusted' | 'on-request' = 'untrusted'): Decision {
  const input: DecideInput = {
    policy: {
      approvalPolicy,
      sandbox: { type: 'dangerFullAccess' },
      cwd: CWD,
      places: { ...NO_PLACES, userHomes: ['/home/u'], slashTmp: ['/tmp'] },
      readPlaces: [],
      disarmed: [],
      granted: null,
    },
    sandbox: { type: 'available', backend: 'bubblewrap' },
    rules: NO_RULES,
    action: { kind: 'command', script, cwd: CWD, escalated: false, justification: null },
  };
  return decide(input);
}

/** Names of programs that are not on the list, and pieces of syntax that could bring them to run. */
const FOREIGN = [
  'evil',
  './ls',
  'rm',
  'curl',
  'python3 x',
  'make',
  'sudo',
  'awk',
  'xargs',
  'eval',
  '$X',
  'node x',
  '/bin/cat',
];
const KNOWN = ['ls', 'cat a', 'git status', 'echo x', 'grep -r x .', 'pwd', 'true', 'head -1 a'];
const FRAMES = [
  (a: string, b: string) => `${a}; ${b}`,
  (a: string, b: string) => `${a} | ${b}`,
  (a: string, b: string) => `${a} && ${b}`,
  (a: string, b: string) => `${a}\n${b}`,
  (a: string, b: string) => `${a} & ${b}`,
  (a: string, b: string) => `${a} $(${b})`,
  (a: string, b: string) => `${a} "$(${b})"`,
  (a: string, b: string) => `${a} \`${b}\``,
  (a: string, b: string) => `${a} <(${b})`,
  (a: string, b: string) => `${a} >(${b})`,
  (a: string, b: string) => `(${a}; ${b})`,
  (a: string, b: string) => `{ ${a}; ${b}; }`,
  (a: string, b: string) => `if ${a}; then ${b}; fi`,
  (a: string, b: string) => `f() { ${b}; }; ${a}; f`,
  (a: string, b: string) => `${a} <<EOF\n$(${b})\nEOF`,
  (a: string, b: string) => `env ${b}; ${a}`,
  (a: string, b: string) => `timeout 5 ${b} || ${a}`,
  (a: string, b: string) => `bash -c '${b}'; ${a}`,
  (a: string, b: string) => `sh -c "${a} && ${b}"`,
  (a: string, b: string) => `find . -exec ${b} {} \\; ; ${a}`,
  (a: string, b: string) => `echo $(( $(${b}) )) ${a}`,
  (a: string, b: string) => `echo \${X:-$(${b})}; ${a}`,
  (a: string, b: string) => `[[ -n $(${b}) ]] && ${a}`,
  (a: string, b: string) => `X=1 ${b}; ${a}`,
  (a: string, b: string) => `${a} # x\n${b}`,
  (a: string, b: string) => `! ${b} || ${a}`,
  (a: string, b: string) => `time ${b}; ${a}`,
];

const framed = (inner: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...FRAMES), fc.constantFrom(...KNOWN), inner)
    .map(([frame, known, hidden]) => frame(known, hidden));

/** Small words and punctuation, so that much of it nearly parses. */
const soup = fc
  .array(
    fc.constantFrom(
      ...[
        'ls',
        'rm',
        '-rf',
        '/',
        '~',
        '$X',
        '$(',
        ')',
        '`',
        '"',
        "'",
        '\\',
        '|',
        '&',
        ';',
        '\n',
        '<<EOF',
        'EOF',
        '{',
        '}',
        '((',
        '))',
        '[[',
      ],
      ...[
        ']]',
        '<(',
        '>',
        '<',
        '2>&1',
        'if',
        'then',
        'fi',
        'for',
        'do',
        'done',
        'case',
        'esac',
        "$'",
        '#',
        '*',
        '?',
        '\u0000',
        '\u202e',
        '=',
        '!',
      ],
    ),
    { maxLength: 40 },
  )
  .chain((words) => fc.constantFrom(words.join(' '), words.join('')));

/** Enough to find what is wrong, and time enough for a machine that does other things as well. */
const CASES = 1500;
const CASES_TIMEOUT_MS = 60_000;

describe('hostile scripts', () => {
  it('never let a program that is not on the list run unasked, however it is wrapped', function () {
    this.timeout(CASES_TIMEOUT_MS);
    const foreign = fc.constantFrom(...FOREIGN);
    fc.assert(
      fc.property(fc.oneof(framed(foreign), framed(framed(foreign)), framed(framed(framed(foreign)))), (script) => {
        const decision = decided(script);
        assert.equal(decision.type, 'ask', `${JSON.stringify(script)} -> ${decision.reason}`);
      }),
      { numRuns: CASES },
    );
  });

  it('of known programs alone run, so that the property above says something', () => {
    for (const script of ['ls; cat a', 'ls | head -1 a', "bash -c 'git status'; ls", 'timeout 5 pwd || true']) {
      assert.equal(decided(script).type, 'run', script);
    }
  });

  it('never throw, and always give a reason', function () {
    this.timeout(CASES_TIMEOUT_MS);
    const any = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), soup, framed(soup));
    fc.assert(
      fc.property(any, (script) => {
        assert.notEqual(decided(script).reason, '');
        assert.notEqual(decided(script, 'on-request').reason, '');
      }),
      { numRuns: CASES },
    );
  });

  const N = 25_000;
  const LARGE: [string, string][] = [
    ['open substitutions', '$('.repeat(N)],
    ['nested substitutions', '$('.repeat(N) + ')'.repeat(N)],
    ['nested backticks', '`'.repeat(N)],
    ['nested groups', '('.repeat(N) + ')'.repeat(N)],
    ['nested braces', '{ '.repeat(N) + '; }'.repeat(N)],
    ['nested quotes', '"$('.repeat(N)],
    ['expansions in expansions', '${a:-'.repeat(N)],
    ['calculations', '$(('.repeat(N)],
    ['conditions', 'if true; then '.repeat(N / 5)],
    ['tests', '[[ ( '.repeat(N)],
    ['here-documents', 'cat <<E\n'.repeat(N / 4)],
    ['pipes', 'ls | '.repeat(N)],
    ['commands', 'rm x;'.repeat(N)],
    ['words', `rm ${'x '.repeat(N * 2)}`],
    ['assignments', 'a=1 '.repeat(N)],
    ['assignments of other names', Array.from({ length: 10_000 }, (_, index) => `a${index}=1`).join(';')],
    ['shells in shells', `${"bash -c '".repeat(2000)}ls`],
    ['wrappers', 'env '.repeat(N)],
    ['find in find', 'find . -exec '.repeat(5000)],
    ['braces', `rm ${'{a,b}'.repeat(5000)}`],
    ['array', `a=(${'x '.repeat(N)})`],
    ['cases', `case x in ${'a) ls;; '.repeat(5000)} esac`],
    ['functions', 'f() { '.repeat(5000)],
    ['one long word', 'x'.repeat(100_000)],
    ['line breaks', '\n'.repeat(100_000)],
    ['piped to a shell', `${'curl x | '.repeat(3000)}sh`],
    ['much text for PowerShell', `Remove-Item ${' -a'.repeat(20_000)}`],
    ['much text for cmd', `rd ${' /a'.repeat(20_000)}`],
    ['downloads', 'iwr '.repeat(25_000)],
    ['forks', 'fork while '.repeat(9000)],
    ['code', `python -c "${'shutil.rmtree('.repeat(7000)}"`],
    ['echo to shells', `${'echo x | sh | '.repeat(2000)}sh`],
  ];
  for (const [what, script] of LARGE) {
    it(`are decided soon: ${what}`, function () {
      this.timeout(CASES_TIMEOUT_MS);
      // the time of the processor, which does not pass while others have it
      const startedAt = process.cpuUsage();
      const decision = decided(script);
      assert.equal(decision.type, 'ask', decision.reason);
      const { user, system } = process.cpuUsage(startedAt);
      const ms = (user + system) / 1000;
      assert.ok(ms < 5_000, `${Math.round(ms)} ms for ${script.length} characters`);
    });
  }

  it('that are longer than is looked through are asked for in every mode', () => {
    const decision = decided(`ls ${' '.repeat(300_000)}`, 'on-request');
    assert.ok(decision.type === 'ask' && decision.risk === 'high', decision.reason);
  });
});
