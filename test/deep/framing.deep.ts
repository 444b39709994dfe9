// The framing's fuzzing at full length; fast-check prints the seed of what fails.
import { anyBytesAreRead, framingHolds } from '../unit/rpc/framing.ts';

describe('JSON Lines, fuzzed at length', () => {
  it('every line gives its message or its fault, however the bytes come', () => framingHolds(100_000));
  it('any bytes are read to their end', () => anyBytesAreRead(100_000));
});
