// Rule files as text: where each rule stands, what is said about what is not understood, and how rules are switched and removed.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { parseRuleFile, type FileRule } from '../../../../../server/core/approval/rules/ruleFile.ts';
import {
  appended,
  commandRuleText,
  networkRuleText,
  removed,
  switchedOff,
  switchedOn,
} from '../../../../../server/core/approval/rules/ruleText.ts';

function rulesOf(text: string): readonly FileRule[] {
  return parseRuleFile(text).rules;
}

function ruleAt(text: string, index: number): FileRule {
  const rule = rulesOf(text)[index];
  ok(rule !== undefined);
  return rule;
}

const FILE = [
  '# a file',
  'prefix_rule(["a"])',
  'prefix_rule(',
  '  ["b"],  # why',
  '  decision = "prompt",',
  ')   # behind',
  'prefix_rule(["""c',
  'd"""])',
  '',
  'network_rule("x.org", "https", "deny")',
].join('\n');

describe('a problem of a rule file', () => {
  const cases: [string, number, RegExp][] = [
    ['\nA = "x"', 2, /^Only calls of prefix_rule/],
    ['prefix_rule(["a"], decision="maybe")', 1, /must be one of allow, prompt, forbidden, not "maybe"/],
    ['\n\nprefix_rule(["a"\n  "b"])', 4, /`,` or `\]` is expected instead of `"`/],
    ['prefix_rule(["a"', 1, /`,` or `\]` is expected instead of the end of the file/],
    ['prefix_rule(["a\n"])', 1, /The string that begins here has no end/],
    ['prefix_rule([1])', 1, /A string or a list is expected instead of `1`/],
    ['prefix_rule(["a"] + "b")', 1, /A string and a list cannot be added/],
    ['prefix_rule(["a"]) x', 1, /`x` is not expected here/],
    [' prefix_rule(["a"])', 1, /must begin at the start of its line/],
    ['load("other.rules", "x")', 1, /load is not known/],
    ['prefix_rule(["a"], "allow", [], [], "why", "more")', 1, /too many arguments/],
    ['network_rule("*", "https", "allow")', 1, /A wildcard/],
  ];
  for (const [text, line, message] of cases) {
    it(JSON.stringify(text), () => {
      const { problems } = parseRuleFile(text);
      equal(problems.length, 1);
      equal(problems[0]?.line, line);
      match(problems[0]?.message ?? '', message);
    });
  }

  it('does not hide the rules behind it', () => {
    const { rules, problems } = parseRuleFile(
      'prefix_rule(["a"\nif x:\n  y()\nprefix_rule(["b"])\nprefix_rule([""""])\nprefix_rule(["c"])',
    );
    deepEqual(
      rules.map(({ text }) => text),
      ['prefix_rule(["b"])', 'prefix_rule(["c"])'],
    );
    deepEqual(
      problems.map(({ line }) => line),
      [2, 5],
    );
  });

  it('is found in time, however deep and long the text is', () => {
    const startedAt = performance.now();
    for (const text of [
      `prefix_rule(${'['.repeat(50_000)}`,
      `prefix_rule(${'('.repeat(50_000)}`,
      'prefix_rule([\n'.repeat(10_000),
      '# disabled: prefix_rule([\n'.repeat(10_000),
      '"'.repeat(100_000),
      'prefix_rule(["a"])\n'.repeat(10_000),
    ])
      parseRuleFile(text);
    ok(performance.now() - startedAt < 5_000);
  }).timeout(10_000);
});

describe('a rule in its file', () => {
  it('has its first line, and its text without what stands around it', () => {
    deepEqual(
      rulesOf(FILE).map(({ line, text }) => [line, text.length]),
      [
        [2, 18],
        [3, 53],
        [7, 24],
        [10, 38],
      ],
    );
  });

  for (const [index, name] of [
    'a short one',
    'one of many lines',
    'one with a line end in a string',
    'the last one',
  ].entries()) {
    for (const newline of ['\n', '\r\n']) {
      it(`${name} is switched off and on again to the byte (${JSON.stringify(newline)})`, () => {
        const text = FILE.replaceAll('\n', newline);
        const rule = ruleAt(text, index);
        const off = switchedOff(text, rule.lines);
        equal(rulesOf(off).length, 4);
        const same = ruleAt(off, index);
        deepEqual([same.isEnabled, same.line, same.text, same.kind], [false, rule.line, rule.text, rule.kind]);
        deepEqual(
          rulesOf(off).map(({ isEnabled }) => isEnabled),
          [0, 1, 2, 3].map((other) => other !== index),
        );
        equal(switchedOn(off, same.lines), text);
      });
    }

    it(`${name} is removed with its lines, switched off too`, () => {
      const rule = ruleAt(FILE, index);
      const lines = FILE.split(/(?<=\n)/);
      lines.splice(rule.line - 1, rule.text.split('\n').length);
      equal(removed(FILE, rule.lines), lines.join(''));
      const off = switchedOff(FILE, rule.lines);
      equal(removed(off, ruleAt(off, index).lines), lines.join(''));
    });
  }

  it('stays itself when its neighbours are switched off too', () => {
    let text = FILE;
    for (const index of [0, 1, 2]) text = switchedOff(text, ruleAt(text, index).lines);
    deepEqual(
      rulesOf(text).map(({ isEnabled, line }) => [isEnabled, line]),
      [
        [false, 2],
        [false, 3],
        [false, 7],
        [true, 10],
      ],
    );
    for (const index of [1, 0, 2]) text = switchedOn(text, ruleAt(text, index).lines);
    equal(text, FILE);
  });

  it('is known to be off however the mark was left by hand', () => {
    const text =
      '#disabled:prefix_rule(["a"])\n#  disabled:  prefix_rule(["b"])\n# prefix_rule(["c"])\n# disabled: for now\n';
    deepEqual(
      rulesOf(text).map((rule) => [rule.line, rule.isEnabled, rule.kind === 'command' && rule.pattern]),
      [[1, false, ['a']]],
    );
    deepEqual(parseRuleFile(text).problems, []);
  });

  it('is not found in the strings and lists of others', () => {
    const text =
      'prefix_rule([\n# disabled: prefix_rule(["x"])\n"a"])\nprefix_rule(["""\n# disabled: prefix_rule(["y"])\n"""])';
    equal(rulesOf(text).length, 2);
  });
});

describe('a rule that is written', () => {
  const words = ['plain', 'two words', 'a"b', "a'b", 'a\\b', 'a\nb', '\t', 'é😀', '\u0001', '', '#', '\u2028'];
  it('is read back as the same words', () => {
    const rule = ruleAt(commandRuleText(words, 'allow'), 0);
    deepEqual(rule.kind === 'command' && rule.pattern, words);
    equal(rule.text.includes('\n'), false);
  });

  it('looks as the reference writes it', () => {
    equal(commandRuleText(['touch', 'a.txt'], 'allow'), 'prefix_rule(pattern=["touch", "a.txt"], decision="allow")');
    equal(networkRuleText('a.org', 'https', 'deny'), 'network_rule(host="a.org", protocol="https", decision="deny")');
  });

  it('stands on a line of its own at the end', () => {
    equal(appended('', 'x()'), 'x()\n');
    equal(appended('a()', 'x()'), 'a()\nx()\n');
    equal(appended('a()\n', 'x()'), 'a()\nx()\n');
    equal(appended('a()\r\nb()', 'x()'), 'a()\r\nb()\r\nx()\r\n');
  });
});
