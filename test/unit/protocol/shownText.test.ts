// What the user is shown of a command: the words they know, with nothing hidden in them.
import { doesNotMatch, equal } from 'node:assert/strict';
import fc from 'fast-check';
import { commandText, oneLine, visible } from '../../../server/protocol/shownText.ts';

describe('commandText', () => {
  const commands: readonly (readonly [string, string])[] = [
    ["/bin/bash -lc 'npm test'", 'npm test'],
    ['/bin/bash -lc "npm test"', 'npm test'],
    ['bash -c ls', 'ls'],
    ["/usr/bin/zsh -lc 'echo '\\''hi'\\'' there'", "echo 'hi' there"],
    ['bash -lc "echo \\"hi\\""', 'echo "hi"'],
    // what the outer shell would expand or run must be shown as it is
    ['bash -lc "echo $HOME"', 'bash -lc "echo $HOME"'],
    ["bash -lc 'a' && rm -rf /", "bash -lc 'a' && rm -rf /"],
    ["bash -lc 'a' b", "bash -lc 'a' b"],
    ["bash -lc 'unclosed", "bash -lc 'unclosed"],
    // a program that only calls itself a shell is no wrapping
    ["/tmp/x/bash -lc 'npm test'", "/tmp/x/bash -lc 'npm test'"],
    ["./sh -c 'npm test'", "./sh -c 'npm test'"],
    ['npm test', 'npm test'],
  ];
  for (const [raw, shown] of commands) it(`shows ${raw} as ${shown}`, () => equal(commandText(raw), shown));
});

describe('oneLine', () => {
  it('shortens to one line', () => {
    equal(oneLine('a\nb'), 'a…');
    equal(oneLine('abcdef', 3), 'abc…');
    equal(oneLine(' a '), 'a');
  });
});

describe('visible', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['a right-to-left override', 'rm \u202Efile', 'rm \\u{202e}file'],
    ['a zero-width space', 'r\u200Bm', 'r\\u{200b}m'],
    ['an escape sequence', '\u001B[2Jls', '\\u{1b}[2Jls'],
    ['a carriage return', 'evil\rls', 'evil\\u{d}ls'],
    ['a soft hyphen', 'r\u00ADm', 'r\\u{ad}m'],
    ['a tag character', 'ls\u{E0041}', 'ls\\u{e0041}'],
    ['a letter that looks blank', 'ls\u3164', 'ls\\u{3164}'],
    ['a variation selector', 'ls\uFE0E', 'ls\\u{fe0e}'],
    ['a space that is none', 'rm a\u00A0b', 'rm a\\u{a0}b'],
    ['a line separator', 'ls\u2028rm', 'ls\\u{2028}rm'],
  ];
  for (const [what, given, shown] of cases) it(`shows ${what}`, () => equal(visible(given), shown));

  it('leaves ordinary text, tabs and line breaks alone', () => equal(visible('äé 漢字 👍\n\tls'), 'äé 漢字 👍\n\tls'));

  it('lets nothing invisible through', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) =>
        doesNotMatch(visible(text), /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u),
      ),
    ));
});
