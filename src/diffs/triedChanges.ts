// What was tried, or would be done, and was not: its changes, and what it wrote to the terminal.
import type { Rehearsal } from '../../server/protocol/schema/safety.ts';

export type TriedChanges = Pick<Rehearsal, 'rehearsalId' | 'output' | 'changes'>;
