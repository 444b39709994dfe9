// What is base64 and what only looks like it.
import { equal, match } from 'node:assert/strict';
import { base64Problem } from '../../../../server/core/client/base64.ts';

describe('base64Problem', () => {
  for (const text of ['', 'YQ==', 'YWI=', 'YWJj', '+/+/', 'YWJjZA==']) {
    it(`takes ${JSON.stringify(text)}`, () => equal(base64Problem(text), null));
  }

  const wrong: readonly [text: string, problem: RegExp][] = [
    ['YQ', /no multiple of four/],
    ['YWJjZ', /no multiple of four/],
    ['!!!', /"!" at offset 0/],
    ['YWJ\n', /"\\n" at offset 3/],
    ['YW-_', /"-" at offset 2/],
    ['Y===', /"=" at offset 1/],
    ['YQ==YQ==', /"=" at offset 2/],
  ];
  for (const [text, problem] of wrong) {
    it(`refuses ${JSON.stringify(text)}`, () => match(base64Problem(text) ?? '', problem));
  }
});
