// A patch that is still being written is shown hunk by hunk, in the form of the wire.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { JsonTextStream } from '../../../../server/core/patch/jsonTextStream.ts';
import { FileTexts, growingChanges, StreamingPatch } from '../../../../server/core/patch/streamingParse.ts';
import { MemoryFiles } from '../../../support/memoryFiles.ts';
import { patchLikeText } from './arbitraries.ts';

const CWD = '/ws';
const UPDATE = [
  '*** Begin Patch',
  '*** Update File: a.txt',
  '@@',
  '-one',
  '+ONE',
  '@@',
  '-three',
  '+THREE',
  '*** End Patch',
];

async function loaded(patch: StreamingPatch, texts: Record<string, string>): Promise<FileTexts> {
  const files = new FileTexts(new MemoryFiles(texts));
  await files.load(patch.files, CWD);
  return files;
}

describe('StreamingPatch', () => {
  it('has something to show at each file header and each complete hunk', () => {
    const patch = new StreamingPatch();
    const shapes = UPDATE.map((line) => patch.push(`${line}\n`));
    const shape = shapes.flatMap((progress, index) => (progress === 'shape' ? [UPDATE[index]] : []));
    assert.deepEqual(shape, ['*** Update File: a.txt', '@@', '*** End Patch']);
  });

  it('does not see a header that is not complete', () => {
    const patch = new StreamingPatch();
    assert.equal(patch.push('*** Begin Patch\n*** Add File: a'), 'none');
    assert.deepEqual(patch.files, []);
    assert.equal(patch.push('.txt\n'), 'shape');
    assert.deepEqual(patch.files, [{ type: 'add', path: 'a.txt', lines: [] }]);
  });

  it('shows located hunks as unified ones, with the numbers of the real file', async () => {
    const patch = new StreamingPatch();
    patch.push(UPDATE.slice(0, 6).join('\n'));
    patch.push('\n');
    const texts = await loaded(patch, { '/ws/a.txt': 'zero\none\ntwo\nthree\n' });
    assert.deepEqual(growingChanges(patch.files, CWD, texts), [
      {
        path: '/ws/a.txt',
        kind: { type: 'update', move_path: null },
        diff: '@@ -1,4 +1,4 @@\n zero\n-one\n+ONE\n two\n three\n',
      },
    ]);
  });

  it('shows hunks that have no place as they are', async () => {
    const patch = new StreamingPatch();
    patch.push(
      '*** Begin Patch\n*** Update File: a.txt\n*** Move to: b.txt\n@@ def f\n-no\n+NO\n*** Delete File: c.txt\n',
    );
    const texts = await loaded(patch, { '/ws/a.txt': 'zero\n', '/ws/c.txt': 'bye\n' });
    assert.deepEqual(growingChanges(patch.files, CWD, texts), [
      {
        path: '/ws/a.txt',
        kind: { type: 'update', move_path: '/ws/b.txt' },
        diff: '@@ def f\n-no\n+NO\n\n\nMoved to: /ws/b.txt',
      },
      { path: '/ws/c.txt', kind: { type: 'delete' }, diff: 'bye\n' },
    ]);
  });

  it('shows a long new file a few times while it grows', () => {
    const patch = new StreamingPatch();
    patch.push('*** Begin Patch\n*** Add File: a.txt\n');
    let shown = 0;
    for (let line = 0; line < 1_000; line += 1) if (patch.push(`+line ${line}\n`) === 'shape') shown += 1;
    assert.ok(shown >= 3 && shown <= 8, `shown ${shown} times`);
  });

  it('stops where the patch goes wrong, and never throws', () => {
    const patch = new StreamingPatch();
    patch.push('*** Begin Patch\n*** Add File: a.txt\n+a\nwrong\n+b\n*** Delete File: c\n');
    assert.deepEqual(patch.files, [{ type: 'add', path: 'a.txt', lines: ['a'] }]);
    fc.assert(fc.property(fc.oneof(patchLikeText, fc.string()), (text) => void new StreamingPatch().push(text)));
  });

  it('gives the same for all ways to cut the text', () => {
    fc.assert(
      fc.property(patchLikeText, fc.integer({ min: 1, max: 9 }), (text, size) => {
        const [whole, pieces] = [new StreamingPatch(), new StreamingPatch()];
        whole.push(text);
        for (let at = 0; at < text.length; at += size) pieces.push(text.slice(at, at + size));
        assert.deepEqual(pieces.files, whole.files);
      }),
    );
  });
});

describe('JsonTextStream', () => {
  it('decodes the member in pieces of any size', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        (text, size, isAscii) => {
          const plain = JSON.stringify({ input: text, other: 'x' });
          const json = isAscii
            ? plain.replace(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
            : plain;
          const stream = new JsonTextStream();
          let decoded = '';
          for (let at = 0; at < json.length; at += size) decoded += stream.push(json.slice(at, at + size));
          assert.equal(decoded, text);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('takes the member `patch` too, and gives nothing for other JSON', () => {
    assert.equal(new JsonTextStream().push('{ "patch" : "a\\tb'), 'a\tb');
    assert.equal(new JsonTextStream().push('{"other":"a"}'), '');
  });
});
