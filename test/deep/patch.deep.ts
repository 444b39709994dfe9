// The properties of patches on 100,000 cases each, other ones in each run.
import fc from 'fast-check';
import { onlyItsOwnError, thereAndBack, untouchedLines, wholeOrNothing } from '../unit/core/patch/properties.ts';

const MANY = { numRuns: 100_000 };

describe('patches, many cases', () => {
  it('throw nothing but their own error when read', () => fc.assert(onlyItsOwnError, MANY));
  it('become file changes and back', () => fc.assert(thereAndBack, MANY));
  it('leave every byte outside of the changed lines as it was', () => fc.assert(untouchedLines, MANY));
  it('are applied as shown, or touch no file', () => fc.assert(wholeOrNothing, MANY));
});
