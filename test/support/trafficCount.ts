// Counts what the stories say on the wire, for `npm run test:oracle`.
import { appendFileSync } from 'node:fs';

/** Names the file to which each story appends a line. */
const TRAFFIC_FILE = 'BOWLINE_ORACLE_COUNTS';

export interface Traffic {
  readonly messages: number;
  /** What in them does not fit the published schema. */
  readonly violations: readonly string[];
}

export function countTraffic(traffic: Traffic): void {
  const file = process.env[TRAFFIC_FILE];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(traffic)}\n`);
}
