// The changes of turns are taken out of a text that went on, and what cannot be decided is marked.
import assert from 'node:assert/strict';
import { mergeBack } from '../../../../server/core/checkpoint/mergeBack.ts';

describe('mergeBack', () => {
  it('keeps what was changed elsewhere', () => {
    const step = { before: 'a\nb\nc\nd\ne\n', after: 'a\nB\nc\nd\ne\n' };
    assert.deepEqual(mergeBack('a\nB\nc\nd\nE\n', [step]), { text: 'a\nb\nc\nd\nE\n', conflicts: 0 });
  });

  it('takes turns out from the last to the first, with the user’s edit in between', () => {
    const steps = [
      { before: '1\n2\n3\n4\n5\n6\n7\n', after: 'one\n2\n3\n4\n5\n6\n7\n' },
      { before: 'one\n2\n3\nfour\n5\n6\n7\n', after: 'one\n2\n3\nfour\n5\n6\nseven\n' },
    ];
    assert.deepEqual(mergeBack('one\n2\n3\nfour\n5\n6\nseven\n', steps), {
      text: '1\n2\n3\nfour\n5\n6\n7\n',
      conflicts: 0,
    });
  });

  it('marks lines that both changed, each marker on a line of its own, also at an end without a newline', () => {
    const { text, conflicts } = mergeBack('a\nmine', [{ before: 'a\nold', after: 'a\nturn' }]);
    assert.equal(conflicts, 1);
    assert.equal(
      text,
      'a\n<<<<<<< as it is now\nmine\n||||||| as the turn left it\nturn\n=======\nold\n>>>>>>> before the turn\n',
    );
  });

  it('is content where both sides say the same, and keeps line ends', () => {
    assert.deepEqual(mergeBack('x\r\ny\r\n', [{ before: 'x\r\ny\r\n', after: 'x\r\nz\r\n' }]), {
      text: 'x\r\ny\r\n',
      conflicts: 0,
    });
    assert.deepEqual(mergeBack('', [{ before: '', after: '' }]), { text: '', conflicts: 0 });
  });
});
