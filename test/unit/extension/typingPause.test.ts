// A modal waits for a pause in the user's typing, however long they go on.
import assert from 'node:assert/strict';
import { TypingPause, type TypingClock } from '../../../src/approvals/typingPause.ts';

class HandClock implements TypingClock {
  now = 0;
  tasks: { at: number; run: () => void }[] = [];

  nowMs(): number {
    return this.now;
  }

  after(delayMs: number, run: () => void) {
    const task = { at: this.now + delayMs, run };
    this.tasks.push(task);
    return { dispose: () => void this.tasks.splice(this.tasks.indexOf(task), 1) };
  }

  advance(ms: number): void {
    this.now += ms;
    for (const task of this.tasks.filter(({ at }) => at <= this.now)) {
      this.tasks.splice(this.tasks.indexOf(task), 1);
      task.run();
    }
  }
}

describe('typing pause', () => {
  it('does not wait when nobody types', async () => {
    await new TypingPause(new HandClock()).wait();
  });

  it('waits until the typing has stopped for a while', async () => {
    const clock = new HandClock();
    const pause = new TypingPause(clock);
    pause.typed();
    let isOver = false;
    const waiting = pause.wait().then(() => (isOver = true));
    clock.advance(600);
    pause.typed();
    clock.advance(600);
    await Promise.resolve();
    assert.equal(isOver, false);
    clock.advance(600);
    await waiting;
    assert.equal(isOver, true);
    assert.equal(clock.tasks.length, 0);
  });

  it('leaves nobody waiting and no timer when it is disposed', async () => {
    const clock = new HandClock();
    const pause = new TypingPause(clock);
    pause.typed();
    const waiting = pause.wait();
    pause.dispose();
    await waiting;
    assert.equal(clock.tasks.length, 0);
  });
});
