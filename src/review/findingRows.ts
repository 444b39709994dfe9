// The findings of a review as problems of files: where each stands, how urgent it is, and what it says.
import { isAbsolute, resolve } from 'node:path';
import { parseReview, priorityOf, type ReviewFinding } from '../../server/protocol/reviewText.ts';

export type FindingSeverity = 'error' | 'warning' | 'information';

export interface FindingRow {
  /** Absolute. */
  readonly path: string;
  /** From 1, inclusive. */
  readonly startLine: number;
  readonly endLine: number;
  readonly severity: FindingSeverity;
  readonly message: string;
}

/** A relative path is one of the thread's folder. A review without findings gives none. */
export function findingRows(review: string, cwd: string): FindingRow[] {
  return parseReview(review).findings.map((finding) => ({
    path: isAbsolute(finding.path) ? finding.path : resolve(cwd, finding.path),
    startLine: Math.max(1, finding.startLine),
    endLine: Math.max(1, finding.startLine, finding.endLine),
    severity: severityOf(finding),
    message: finding.body === '' ? finding.title : `${finding.title}\n${finding.body}`,
  }));
}

/** P0 blocks, P1 is to be mended next, the rest is for later; a finding without a priority is taken seriously. */
function severityOf(finding: ReviewFinding): FindingSeverity {
  const priority = priorityOf(finding);
  if (priority === 0) return 'error';
  return priority === null || priority === 1 ? 'warning' : 'information';
}
