// The hunks between two states of a file, remembered while somebody holds both.
import { equal, match } from 'node:assert/strict';
import { hunksBetween } from '../../../../server/core/patch/hunks.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('hunksBetween', () => {
  it('belongs to both states: the same bytes after others give other hunks', () => {
    const [one, two, three] = [bytes('a\nb\n'), bytes('a\nc\n'), bytes('a\n2\n')];
    equal(hunksBetween(one, three), '@@ -1,2 +1,2 @@\n a\n-b\n+2\n');
    equal(hunksBetween(two, three), '@@ -1,2 +1,2 @@\n a\n-c\n+2\n');
    equal(hunksBetween(one, three), '@@ -1,2 +1,2 @@\n a\n-b\n+2\n');
    match(hunksBetween(three, one) ?? '', /^-2\n\+b$/m);
  });

  it('has none where one side is no text', () => {
    equal(hunksBetween(bytes('a\n'), bytes('a\0')), null);
    equal(hunksBetween(bytes('\0'), bytes('a\n')), null);
  });
});
