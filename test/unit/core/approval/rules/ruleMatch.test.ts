// What rule files decide, case by case, as the reference server decides or on purpose otherwise.
import { deepEqual, equal } from 'node:assert/strict';
import { parseRuleFile } from '../../../../../server/core/approval/rules/ruleFile.ts';
import { joined, ruleSet } from '../../../../../server/core/approval/rules/ruleMatch.ts';
import { assembleScope, type AssembledScope } from '../../../../../server/core/approval/rules/ruleScope.ts';
import { RULE_CASES } from '../../../../support/ruleCases.ts';

function scope(...texts: string[]): AssembledScope {
  return assembleScope(
    texts.map((text, index) => ({ type: 'read', path: `/rules/${index}.rules`, file: parseRuleFile(text) })),
  );
}

describe('a rule file and a command', () => {
  for (const { title, rules, command, reference, ours = reference } of RULE_CASES) {
    it(title, () => {
      const { problems, ...read } = scope(rules);
      if (ours === 'refused') {
        equal(problems.length > 0, true, 'The file must have a problem.');
        equal(ruleSet(read).match(command), null);
      } else {
        deepEqual(problems, []);
        equal(ruleSet(read).match(command)?.decision ?? null, ours);
      }
    });
  }
});

describe('the rule that decides', () => {
  it('says why, and which words it matched', () => {
    const rules = ruleSet(
      scope('prefix_rule(["git", ["push", "send"]], "forbidden", justification="Open a pull request.")'),
    );
    deepEqual(rules.match(['git', 'push', '-f']), {
      decision: 'forbidden',
      justification: 'Open a pull request.',
      pattern: ['git', 'push'],
    });
  });

  it('asks about a program by whatever path, and allows it by a listed one alone', () => {
    const rules = ruleSet(
      scope('prefix_rule(["git"], "prompt")', 'prefix_rule(["hg"])\nhost_executable("hg", ["/usr/bin/hg"])'),
    );
    equal(rules.match(['/opt/evil/git'])?.decision, 'prompt');
    equal(rules.match(['/usr/bin/hg'])?.decision, 'allow');
    equal(rules.match(['/opt/evil/hg']), null);
    equal(rules.match(['C:\\Tools\\Git.exe'])?.decision, undefined);
    equal(rules.match(['C:\\Tools\\git.exe'])?.decision, 'prompt');
  });

  it('is the more careful one where the user and a workspace differ', () => {
    const careful = scope('prefix_rule(["npm"], "prompt")\nprefix_rule(["make", "x"])');
    const lenient = scope('prefix_rule(["npm", "test"])\nprefix_rule(["make"], "forbidden")\nprefix_rule(["go"])');
    const rules = joined([ruleSet(careful), ruleSet(lenient)]);
    equal(rules.match(['npm', 'test'])?.decision, 'prompt');
    equal(rules.match(['make', 'x'])?.decision, 'forbidden');
    equal(rules.match(['go', 'build'])?.decision, 'allow');
  });

  it('does not take the paths of a workspace for those of the user', () => {
    const rules = joined([
      ruleSet(scope('prefix_rule(["git"])')),
      ruleSet(scope('host_executable("git", ["/srv/ws/bin/git"])')),
    ]);
    equal(rules.match(['/srv/ws/bin/git', 'push']), null);
  });

  it('is none for no words, and for no rules', () => {
    equal(ruleSet(scope('prefix_rule(["git"])')).match([]), null);
    equal(joined([]).match(['git']), null);
  });
});

describe('a file with a problem', () => {
  const broken =
    'prefix_rule(["git"])\nprefix_rule(["rm"], "forbidden")\nprefix_rule(["go"], "prompt")\nprefix_rule(["x"';

  it('allows nothing, and forbids and asks what it can', () => {
    const read = scope(broken, 'prefix_rule(["make"])');
    const rules = ruleSet(read);
    equal(rules.match(['git']), null);
    equal(rules.match(['rm'])?.decision, 'forbidden');
    equal(rules.match(['go'])?.decision, 'prompt');
    equal(rules.match(['make'])?.decision, 'allow');
    deepEqual(
      read.problems.map(({ path, line }) => [path, line]),
      [['/rules/0.rules', 4]],
    );
  });

  it('allows nothing when an example of its fails, of the forbidding rules too', () => {
    const read = scope('prefix_rule(["git"])\nprefix_rule(["rm"], "forbidden", match=["rn x"])');
    equal(ruleSet(read).match(['git']), null);
    equal(ruleSet(read).match(['rm'])?.decision, 'forbidden');
    deepEqual(
      read.problems.map(({ line, message }) => [line, message.split('.')[0]]),
      [[2, 'The rule does not match its example `rn x`']],
    );
  });

  it('that cannot be read takes the others with it, for nobody knows what it forbids', () => {
    const read = assembleScope([
      { type: 'read', path: '/a.rules', file: parseRuleFile('prefix_rule(["git"])\nprefix_rule(["go"], "prompt")') },
      { type: 'unreadable', path: '/b.rules', message: 'Denied.' },
    ]);
    equal(ruleSet(read).match(['git']), null);
    equal(ruleSet(read).match(['go'])?.decision, 'prompt');
    equal(read.problems.length, 1);
  });
});

describe('a host', () => {
  const rules = ruleSet(
    scope(
      [
        'network_rule("example.com", "https", "allow")',
        'network_rule("*.example.org", "https", "allow", justification="Ours.")',
        'network_rule("evil.example.org", "https", "deny")',
        'network_rule("*.cdn.example.org", "https", "prompt")',
        'network_rule("127.0.0.1", "http", "allow")',
      ].join('\n'),
    ),
  );
  const cases: [string, string | undefined][] = [
    ['example.com', 'allow'],
    ['EXAMPLE.com.', 'allow'],
    ['www.example.com', undefined],
    ['example.com.evil.net', undefined],
    ['example.org', undefined],
    ['a.example.org', 'allow'],
    ['a.b.example.org', 'allow'],
    ['notexample.org', undefined],
    ['.example.org', undefined],
    ['evil.example.org', 'forbidden'],
    ['x.cdn.example.org', 'prompt'],
    ['127.0.0.1', 'allow'],
    ['127.0.0.2', undefined],
  ];
  for (const [host, decision] of cases) {
    it(`${host}: ${decision ?? 'no rule'}`, () => equal(rules.host(host)?.decision, decision));
  }

  for (const pattern of ['*.com', '*.localhost', '*.0.0.1', '*.a.localhost', '*.0x7f', '*']) {
    it(`${pattern} is refused as a pattern`, () =>
      equal(scope(`network_rule(${JSON.stringify(pattern)}, "https", "allow")`).problems.length, 1));
  }
});
