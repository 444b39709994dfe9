// A sample of the framing's fuzzing; `npm run test:deep` does 100,000 cases of each.
import { anyBytesAreRead, framingHolds } from './framing.ts';

describe('JSON Lines, fuzzed', function () {
  this.timeout(60_000);
  it('every line gives its message or its fault, however the bytes come', () => framingHolds(300));
  it('any bytes are read to their end', () => anyBytesAreRead(1_000));
});
