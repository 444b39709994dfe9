// Files that are read in parts: the same bytes as of the whole, wherever the parts lie, also where no buffer could hold the whole.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { openSync, closeSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { FileParts, PAGE, pagesOf } from '../../../../server/adapters/store/pageFile.ts';
import { Scratch } from './fixture.ts';

describe('the pages of a file', () => {
  let scratch: Scratch;
  beforeEach(() => {
    scratch = new Scratch();
  });
  afterEach(() => scratch.dispose());

  it('have the bytes of the file in any order, and end with it', () => {
    const path = join(scratch.home, 'file');
    const whole = Buffer.from(Array.from({ length: 50 * PAGE + 100 }, (_, index) => (index * 7 + (index >> 8)) % 256));
    writeFileSync(path, whole);
    const file = new FileParts(path);
    for (const start of [0, 5, 65_535, 61_000, 131_071, 200_000, 3, whole.length - 4096]) {
      const part = file.part(start, 4096);
      ok(part?.equals(whole.subarray(start, start + 4096)), `at ${start}`);
    }
    equal(file.part(whole.length - 4095, 4096), undefined);
    const pages = pagesOf(file);
    deepEqual([...pages.numbers()].length, 50);
    deepEqual([pages.get(0), pages.get(51)], [undefined, undefined]);
    ok(pages.get(50)?.equals(whole.subarray(49 * PAGE, 50 * PAGE)));
    file.close();
  });

  it('lie behind the first two gigabytes too', () => {
    const path = join(scratch.home, 'large');
    const number = 2 ** 31 / PAGE + 2;
    writeFileSync(path, '');
    truncateSync(path, number * PAGE);
    const written = openSync(path, 'r+');
    writeSync(written, 'here', (number - 1) * PAGE);
    closeSync(written);
    const file = new FileParts(path);
    equal(pagesOf(file).get(number)?.toString('latin1', 0, 4), 'here');
    file.close();
  });
});
