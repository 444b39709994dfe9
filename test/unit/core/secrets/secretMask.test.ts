// Secrets are masked, and what only looks like one is not; in one piece and in many.
import assert from 'node:assert/strict';
import { createSecretDetector } from '../../../../server/adapters/secrets/detector.ts';
import { MaskStream } from '../../../../server/core/secrets/maskStream.ts';
import { countMarks, maskedNote, SecretMask } from '../../../../server/core/secrets/secretMask.ts';
import { githubToken, HARMLESS, privateKey, random, SECRETS } from './secretTable.ts';

const detector = createSecretDetector();
const mask = new SecretMask({ detector, known: () => [] });

/** Around the secret: what is before and behind its place, which the first `@` marks. */
function textWith(around: string, secret: string): { text: string; expected: (label: string) => string } {
  const at = around.indexOf('@');
  const [before, behind] = [around.slice(0, at), around.slice(at + 1)];
  return { text: before + secret + behind, expected: (label) => `${before}[secret masked: ${label}]${behind}` };
}

describe('secret mask', () => {
  SECRETS.forEach(([label, secret, around], index) => {
    it(`masks ${label} (${index + 1})`, () => {
      const { text, expected } = textWith(around, secret);
      const masked = mask.mask(text);
      assert.ok(!masked.text.includes(secret), masked.text);
      assert.equal(masked.count, 1, masked.text);
      assert.equal(masked.text, expected(label));
    });
  });

  HARMLESS.forEach((text, index) => {
    it(`leaves ${JSON.stringify(text.slice(0, 40))} alone (${index + 1})`, () =>
      assert.deepEqual(mask.mask(text), { text, count: 0 }));
  });

  it('masks known values wherever they stand, and none that is too short', () => {
    const known = new SecretMask({
      detector,
      known: () => [
        { value: 'opaque-value-1', label: 'API key' },
        { value: 'short', label: 'API key' },
      ],
    });
    assert.equal(known.mask('a=opaque-value-1;short').text, 'a=[secret masked: API key];short');
  });

  it('does not let a comment in the text switch it off', () => {
    const text = `/* secretlint-disable */ ${githubToken()}`;
    assert.equal(mask.mask(text).count, 1);
  });

  it('is the same when it is done again', () => {
    for (const [, secret, around] of SECRETS) {
      const once = mask.mask(textWith(around, secret).text).text;
      assert.deepEqual(mask.mask(once), { text: once, count: 0 });
    }
  });

  it('keeps the number of lines where that is asked', () => {
    const text = `a\n${privateKey()}\nb`;
    const masked = mask.mask(text, { keepsLines: true });
    assert.equal(masked.text.split('\n').length, text.split('\n').length);
    assert.equal(masked.text.split('\n').at(-1), 'b');
  });

  it('counts its marks and says how many there were', () => {
    const { text } = mask.mask(`${githubToken()} ${random(3)} ${githubToken()}`);
    assert.equal(countMarks(text), 2);
    assert.match(maskedNote(1), /1 secret was/);
    assert.match(maskedNote(2), /2 secrets were/);
  });

  it('takes no long time for a megabyte, whatever is in it', function () {
    this.timeout(20_000);
    const unkind = [
      'eyJ',
      'A3T',
      'https://a:',
      `${'-'.repeat(5)}BEGIN PRIVATE KEY${'-'.repeat(5)}`,
      'A',
      'a=',
      ' \n',
      'PASSWORD=',
      '-',
      'key: ',
      'ghp_',
    ];
    for (const piece of [...unkind, `${random(500)}\n`, `"x": "sha512-${random(86)}==",\n`]) {
      const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
      const startedAt = performance.now();
      mask.mask(text);
      const tookMs = performance.now() - startedAt;
      // far above what it takes (10 to 100 ms), far below what a pattern that backtracks would
      assert.ok(tookMs < 3000, `${JSON.stringify(piece.slice(0, 20))}: ${Math.round(tookMs)} ms`);
    }
  });
});

describe('mask stream', () => {
  const streamed = (text: string, size: number, peeks = false): { text: string; count: number } => {
    const stream = new MaskStream(mask);
    let result = '';
    for (let at = 0; at < text.length; at += size) {
      result += stream.push(text.slice(at, at + size));
      if (peeks) result += stream.peek();
    }
    return { text: result + stream.end(), count: stream.count };
  };

  for (const size of [1, 3, 7, 64, 1000]) {
    it(`masks the same in pieces of ${size} as in one`, () => {
      SECRETS.forEach(([label, secret, around]) => {
        const { text } = textWith(`before\n${around}\nbehind\n`, secret);
        assert.deepEqual(streamed(text, size), mask.mask(text), label);
      });
      for (const text of HARMLESS) assert.equal(streamed(text, size).text, text);
    });
  }

  it('shows no part of a secret, also when it is looked at after each character', () => {
    for (const [label, secret, around] of SECRETS) {
      const { text } = textWith(`${around}\n`, secret);
      const shown = streamed(text, 1, true).text;
      for (let at = 0; at + 16 <= secret.length; at += 1)
        assert.ok(!shown.includes(secret.slice(at, at + 16)), `${label}: ${shown}`);
    }
  });

  it('shows lines at once, and a question without a line end when it is looked at', () => {
    const stream = new MaskStream(mask);
    assert.equal(stream.push('one\ntwo\n'), 'one\ntwo\n');
    assert.equal(stream.push('Continue? [y/N'), 'Continue? [');
    assert.equal(stream.peek(), 'y/N');
    assert.equal(stream.push('] yes\n'), '] yes\n');
    assert.equal(stream.end(), '');
  });

  it('holds no more than a key', () => {
    const stream = new MaskStream(mask);
    const shown = stream.push('a'.repeat(200_000));
    assert.ok(shown.length > 190_000);
    assert.equal(shown.length + stream.end().length, 200_000);
  });

  it('does not hold back what is said about keys', () => {
    const stream = new MaskStream(mask);
    const text = `Write ${'-'.repeat(5)}BEGIN PRIVATE KEY${'-'.repeat(5)} in the first line\n`;
    assert.equal(stream.push(text), text);
  });

  it('keeps up with commands that print much', function () {
    this.timeout(20_000);
    const stream = new MaskStream(mask);
    const piece = Array.from(
      { length: 100 },
      (_, line) => `${line}: the quick brown fox ${random(30, undefined, line)}\n`,
    ).join('');
    const startedAt = performance.now();
    for (let bytes = 0; bytes < 1_000_000; bytes += piece.length) stream.push(piece);
    const tookMs = performance.now() - startedAt;
    assert.ok(tookMs < 3000, `${Math.round(tookMs)} ms`);
  });
});
