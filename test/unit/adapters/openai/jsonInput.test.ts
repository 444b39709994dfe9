// The string inside of growing JSON, however it is cut.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createJsonInput } from '../../../../server/adapters/openai/jsonInput.ts';

function read(json: string, size: number): string {
  const input = createJsonInput();
  let out = '';
  for (let at = 0; at < json.length; at += size) out += input.push(json.slice(at, at + size));
  return out;
}

describe('createJsonInput', () => {
  it('gives back any string, cut anywhere', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 7 }), (input, size) => {
        assert.equal(read(JSON.stringify({ input }), size), input);
        assert.equal(read(` { "input" : ${JSON.stringify(input)} , "more": "x"}`, size), input);
      }),
    );
  });

  it('understands every escape', () => {
    assert.equal(read(String.raw`{"input":"\n\t\r\b\f\/\\\"\u00e9\ud83d\udc4b"}`, 1), '\n\t\r\b\f/\\"é👋');
  });

  for (const other of ['{"cmd":"ls"}', '"text"', '*** Begin Patch', '{"input":5}', '']) {
    it(`yields nothing for ${other === '' ? 'nothing' : other}`, () => assert.equal(read(other, 3), ''));
  }
});
