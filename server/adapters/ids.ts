// Makes UUIDv7 ids that sort in the order in which this process made them.
import type { Clock, Ids } from '../core/ports.ts';

const COUNTER_LIMIT = 0x1000;

/**
 * Ids after RFC 9562, method 1: 48 bits of milliseconds, a 12-bit counter, 62 random bits. The counter starts low in each millisecond
 * and borrows the next one when it is used up; a clock that is set back does not make ids go back.
 */
export function uuidV7Ids(clock: Clock): Ids {
  let lastMs = 0;
  let counter = 0;
  return {
    next() {
      const nowMs = clock.nowMs();
      if (nowMs > lastMs) {
        lastMs = nowMs;
        counter = randomStart();
      } else if (++counter === COUNTER_LIMIT) {
        lastMs += 1;
        counter = 0;
      }
      return format(lastMs, counter);
    },
  };
}

function format(timeMs: number, counter: number): string {
  const time = timeMs.toString(16).padStart(12, '0');
  // the platform's own source: node:crypto is a megabyte that the handshake does not need
  const random = crypto.getRandomValues(Buffer.alloc(8));
  random.writeUInt8((random.readUInt8(0) & 0x3f) | 0x80, 0);
  const tail = random.toString('hex');
  const version = `7${counter.toString(16).padStart(3, '0')}`;
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}-${tail.slice(0, 4)}-${tail.slice(4)}`;
}

/** Where the counter begins in a new millisecond: in the lower half, so that there is room to count. */
function randomStart(): number {
  const [random = 0] = crypto.getRandomValues(new Uint16Array(1));
  return random % (COUNTER_LIMIT / 2);
}
