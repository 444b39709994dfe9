// The head of a SKILL.md, in the ways in which people write one.
import { deepEqual, equal } from 'node:assert/strict';
import { frontMatterOf } from '../../../../server/adapters/skills/frontMatter.ts';

describe('the head of a SKILL.md', () => {
  const description = (yaml: string): string | undefined =>
    frontMatterOf(`---\nname: x\n${yaml}\nlicense: MIT\n---\nbody\n`)?.get('description');
  const cases: [yaml: string, value: string | undefined][] = [
    ['description: Plain text: with a colon # and a comment', 'Plain text: with a colon'],
    ['description: "Quoted \\"text\\"\\nand more" # c', 'Quoted "text"\nand more'],
    ["description: 'It''s'", "It's"],
    ['description: >\n  folded\n  text\n\n  next', 'folded text\nnext'],
    ['description: >-\n  folded', 'folded'],
    ['description: |\n  as\n    it\n  is', 'as\n  it\nis'],
    ['description: over\n  two lines', 'over two lines'],
    ['description:\n  a: table', undefined],
    ['description: [a, list]', undefined],
    ['description:', undefined],
    ['descriptions: other', undefined],
  ];
  for (const [yaml, value] of cases)
    it(JSON.stringify(yaml), () => {
      equal(description(yaml), value);
      deepEqual(frontMatterOf(`---\r\nname: x\r\n---\r\n`)?.get('name'), 'x');
    });

  it('is none without its lines', () => {
    for (const text of ['', 'name: x', '---\nname: x\n', ' ---\nname: x\n---\n']) equal(frontMatterOf(text), null);
  });
});
