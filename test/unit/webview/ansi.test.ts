// Terminal output: colours become styles, cursor play leaves what would be left standing.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseAnsi } from '../../../webview-ui/output/ansi.ts';

const ESC = '\u001B';
const textOf = (output: string) => parseAnsi(output).map((line) => line.map((span) => span.text).join(''));

describe('terminal output', () => {
  const texts: [name: string, output: string, lines: string[]][] = [
    ['plain lines', 'a\nb\n', ['a', 'b']],
    ['no line feed at the end', 'a\nb', ['a', 'b']],
    ['an empty line', 'a\n\nb\n', ['a', '', 'b']],
    ['Windows line ends', 'a\r\nb\r\n', ['a', 'b']],
    ['a progress line that overwrites itself', '10%\r50%\r100%\n', ['100%']],
    ['an erased line', `working${ESC}[2Kdone\n`, ['done']],
    ['cursor movement', `a${ESC}[3Ab${ESC}[?25lc\n`, ['abc']],
    ['a title and a link', `${ESC}]0;title\u0007a${ESC}]8;;https://x${ESC}\\b${ESC}]8;;${ESC}\\\n`, ['ab']],
    ['backspaces', 'abc\b\bX\n', ['aX']],
    ['a bell and a null', 'a\u0007\u0000b\n', ['ab']],
    ['a tab', 'a\tb\n', ['a\tb']],
  ];
  for (const [name, output, lines] of texts) {
    it(`reads ${name}`, () => assert.deepEqual(textOf(output), lines));
  }

  it('keeps a style over line ends until it is reset', () => {
    const [first, second] = parseAnsi(`${ESC}[1;31mred\nstill${ESC}[0m plain\n`);
    assert.deepEqual(first, [{ text: 'red', style: { bold: true, color: '1' } }]);
    assert.deepEqual(second, [
      { text: 'still', style: { bold: true, color: '1' } },
      { text: ' plain', style: {} },
    ]);
  });

  const colors: [code: string, color: string][] = [
    ['32', '2'],
    ['92', '10'],
    ['38;5;9', '9'],
    ['38;5;196', '#ff0000'],
    ['38;5;244', '#808080'],
    ['38;2;1;2;255', '#0102ff'],
  ];
  for (const [code, color] of colors) {
    it(`knows colour ${code}`, () => assert.equal(parseAnsi(`${ESC}[${code}mx`)[0]?.[0]?.style.color, color));
  }

  it('reads any bytes without an exception, and keeps ordinary text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(ESC, '[', 'm', '3', ';', '\r', '\b', 'K', 'a', ' ', ']', '\u0007'), { maxLength: 60 }),
        (parts) => {
          parseAnsi(parts.join(''));
        },
      ),
    );
    fc.assert(fc.property(fc.stringMatching(/^[ -~]*$/), (text) => assert.equal(textOf(`${text}\n`)[0], text)));
  });
});
