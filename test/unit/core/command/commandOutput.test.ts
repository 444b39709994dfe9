// What the model is told about a command: the facts of the wire, and output cut in the middle.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  renderCommandReport,
  truncateMiddle,
  type CommandReport,
} from '../../../../server/core/command/commandOutput.ts';

const report: CommandReport = {
  chunkId: 'c43c76',
  wallTimeMs: 585.4,
  progress: { type: 'ended', exit: { type: 'exited', exitCode: 0 } },
  output: 'hi\n',
  totalBytes: 3,
  maxTokens: 10_000,
};

describe('command report', () => {
  it('has chunk, time, exit code, size and output', () => {
    assert.equal(
      renderCommandReport(report),
      'Chunk ID: c43c76\nWall time: 0.5854 seconds\nProcess exited with code 0\nOriginal token count: 1\nOutput:\nhi\n',
    );
  });

  for (const [progress, line] of [
    [{ type: 'running', sessionId: 7 }, 'Process running with session ID 7'],
    [{ type: 'interrupted', sessionId: null }, 'aborted by user'],
    [{ type: 'interrupted', sessionId: 7 }, 'aborted by user\nProcess running with session ID 7'],
    [{ type: 'ended', exit: { type: 'exited', exitCode: 3 } }, 'Process exited with code 3'],
    [
      { type: 'ended', exit: { type: 'signalled', signal: 'SIGKILL', exitCode: 137 } },
      'Process exited with code 137 (killed by SIGKILL)',
    ],
    [
      { type: 'ended', exit: { type: 'timedOut', exitCode: 124 } },
      'Process exited with code 124 (killed at its time limit)',
    ],
    [
      { type: 'ended', exit: { type: 'failedToStart', message: 'no folder' } },
      'Process could not be started: no folder',
    ],
  ] as const) {
    it(`says "${line}"`, () => assert.ok(renderCommandReport({ ...report, progress }).includes(`\n${line}\n`)));
  }

  it('cuts the middle to the tokens asked for', () => {
    const text = renderCommandReport({ ...report, output: `${'a'.repeat(90_000)}END`, totalBytes: 90_003 });
    assert.ok(text.includes('Original token count: 22501'));
    assert.ok(text.endsWith('END'));
    assert.ok(/\[\.\.\. about \d+ tokens left out \.\.\.\]/.test(text));
    assert.ok(text.length < 40_200);
  });

  it('never goes over the limit and never breaks a character', () => {
    const value = fc.string({ unit: fc.constantFrom('a', 'ß', '€', '😀', '\n'), maxLength: 400 });
    fc.assert(
      fc.property(value, fc.integer({ min: 64, max: 900 }), (text, max) => {
        const cut = truncateMiddle(text, max);
        assert.ok(Buffer.byteLength(cut) <= max);
        assert.ok(cut.isWellFormed());
        if (Buffer.byteLength(text) <= max) assert.equal(cut, text);
      }),
    );
  });
});
