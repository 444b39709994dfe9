// Markdown blocks: however a text grows, its blocks add up to it, and settled ones never change.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { definitionsIn, NO_BLOCKS, splitBlocks } from '../../../webview-ui/markdown/blocks.ts';

const TEXT = `# Title

A paragraph
of two lines.

- a list

  with a loose item
- and another

\`\`\`ts
const a = 1;

const b = 2;
\`\`\`

| a | b |
| - | - |
| 1 | 2 |

> quote
> more

1. one
2. two

The end. [link][ref]

[ref]: https://example.org
`;

describe('Markdown blocks', () => {
  it('are the same whether the text came at once or in pieces', () => {
    const whole = splitBlocks(TEXT).blocks;
    fc.assert(
      fc.property(fc.array(fc.nat(TEXT.length), { maxLength: 12 }), (cuts) => {
        const ends = [...new Set([...cuts, TEXT.length])].toSorted((one, other) => one - other);
        const last = ends.reduce((split, end) => splitBlocks(TEXT.slice(0, end), split), NO_BLOCKS);
        assert.deepEqual(last.blocks, whole);
      }),
    );
  });

  it('add up to the text, and keep what is settled', () => {
    let before = NO_BLOCKS;
    for (let end = 1; end <= TEXT.length; end += 1) {
      const split = splitBlocks(TEXT.slice(0, end), before);
      assert.equal(split.blocks.join(''), TEXT.slice(0, end));
      assert.deepEqual(split.blocks.slice(0, before.settled), before.blocks.slice(0, before.settled));
      before = split;
    }
  });

  it('are read anew when the text is another one', () => {
    const before = splitBlocks('one\n\ntwo\n\nthree');
    assert.deepEqual(splitBlocks('else', before).blocks, ['else']);
  });

  it('come from any text without an exception', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('`', '*', '#', '-', '|', '>', '\n', ' ', '[', ']', 'a', '1', '.') }),
        (text) => {
          assert.equal(splitBlocks(text).blocks.join(''), text);
        },
      ),
    );
  });

  it('know the link definitions of the whole text', () => {
    assert.equal(definitionsIn(TEXT), '[ref]: https://example.org');
  });
});
