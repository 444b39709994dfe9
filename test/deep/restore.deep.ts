// Restores of random edits, many cases, other ones in each run.
import fc from 'fast-check';
import { restoreCase, restoresAnything } from '../unit/core/checkpoint/properties.ts';

describe('restores, many cases', () => {
  it('give the tree before any edits, and their redo the tree after them', () =>
    fc.assert(fc.asyncProperty(restoreCase, restoresAnything), { numRuns: 3_000 }));
});
