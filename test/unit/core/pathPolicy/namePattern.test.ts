// What a pattern for names of files could find: enough of it has to be written out.
import assert from 'node:assert/strict';
import { couldName } from '../../../../server/core/pathPolicy/namePattern.ts';

describe('a pattern for names', () => {
  for (const [pattern, name, expected] of [
    ['.env', '.env', true],
    ['.env', '.envrc', false],
    ['.env*', '.env.local', true],
    ['.e?v', '.env', true],
    ['.e[mn]v', '.env', true],
    ['.e{nv,x}', '.env', true],
    ['.e@(nv|x)', '.env', true],
    ['.e*v*l', '.env.local', true],
    ['.e*', '.npmrc', false],
    ['*', '.env', false],
    ['?env', '.env', false],
    ['[.]env', '.env', false],
    ['.env**', '.env', true],
    ['.env?', '.env', false],
  ] as const) {
    it(`${pattern} ${expected ? 'could find' : 'says nothing of'} ${name}`, () =>
      assert.equal(couldName(pattern, name), expected));
  }

  it('has to begin with as much of the name as is asked for', () => {
    assert.equal(couldName('.*', '.env', 2), false);
    assert.equal(couldName('.e*', '.env', 2), true);
  });

  it('is decided on soon, whatever it is', () => {
    const startedAt = performance.now();
    couldName(`a${'*a'.repeat(5000)}b`, `a${'a'.repeat(250)}`);
    couldName(`a${'{'.repeat(20_000)}`, 'ab');
    couldName(`a${'?('.repeat(20_000)}`, 'ab');
    assert.ok(performance.now() - startedAt < 1000);
  });
});
