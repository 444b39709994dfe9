// Asks a server made-up requests of every method and prints what came of it; a program of its own, so that it can be locked in.
// Usage: node --expose-gc test/support/fuzz/paramsWorker.ts SCRATCH CASES SEED [METHOD]
import assert from 'node:assert/strict';
import fc, { type Arbitrary } from 'fast-check';
import { clientRequests } from '../../../server/protocol/methods.ts';
import { openSchemaOracle } from '../schemaOracle.ts';
import { ParamsSession, type MadeUp } from './paramsSession.ts';
import { anyText, paramsOf } from './schemaValues.ts';
import { junk, nearly } from './wrongParams.ts';

const [scratch = '', cases = '1000', seed = '1', only] = process.argv.slice(2);
/** Together on the wire, in one look at the server. */
const MOST_AT_ONCE = 24;
/** So many looks, then an empty home again. */
const LOOKS_A_ROUND = 25;
const MOST_GROWTH = 1.2;
const ROUNDS_A_REPORT = 20;

assert.ok(scratch.startsWith('/tmp/') || scratch.includes('/T/'), 'the scratch folder is no temporary folder');
process.chdir(scratch);

const session = await ParamsSession.open(scratch, await openSchemaOracle());
process.on('unhandledRejection', (error) => session.blame(`a rejection that nobody handled: ${stackOf(error)}`));
process.on('warning', (warning) => session.blame(`a warning of Node: ${stackOf(warning)}`));
process.on('uncaughtException', (error) => session.blame(`an exception that nobody caught: ${stackOf(error)}`));

const heaps: number[] = [];
let asked = 0;

const look = fc.asyncProperty(
  fc.array(oneRequest(), { minLength: 1, maxLength: MOST_AT_ONCE, size: 'max' }),
  async (requests) => {
    asked += requests.length;
    await session.ask(requests);
  },
);
// what is thrown here would be taken for one of those that the listeners above hear of
let round = 0;
try {
  for (; asked < Number(cases); round += 1) {
    await fc.assert(look, { seed: Number(seed) + round, numRuns: LOOKS_A_ROUND });
    await nextRound();
    if (round % ROUNDS_A_REPORT === ROUNDS_A_REPORT - 1) console.log(`${asked} requests so far`);
  }
  assertNoGrowth();
  report();
  await session.close();
  session.throwFaults();
} catch (error) {
  console.error(`again with BOWLINE_FUZZ_SEED=${Number(seed) + round} BOWLINE_FUZZ_CASES=1: ${stackOf(error)}`);
  process.exit(1);
}
process.exit(0);

function oneRequest(): Arbitrary<MadeUp> {
  const methods = Object.entries(clientRequests).filter(([method]) => only === undefined || method === only);
  const known = methods.map(([method, line]) => {
    const right = paramsOf(line.params);
    const params = fc.oneof(
      { weight: 5, arbitrary: right },
      { weight: 4, arbitrary: nearly(right) },
      { weight: 1, arbitrary: junk },
    );
    return fc.record({ method: fc.constant<string>(method), params, isStranger: rarely() });
  });
  const unknown = fc.record({ method: anyText.map((text) => `x${text}`), params: junk, isStranger: rarely() });
  return fc.oneof({ weight: 60, arbitrary: fc.oneof(...known) }, { weight: 1, arbitrary: unknown });
}

function rarely(): Arbitrary<boolean> {
  return fc.nat(29).map((n) => n === 0);
}

async function nextRound(): Promise<void> {
  await session.beginAnew();
  session.throwFaults();
  globalThis.gc?.();
  heaps.push(process.memoryUsage().heapUsed);
}

/** The least of a third: what is garbage yet does not count. */
function assertNoGrowth(): void {
  const third = Math.floor(heaps.length / 3);
  if (third < 5) return;
  const middle = Math.min(...heaps.slice(third, 2 * third));
  const last = Math.min(...heaps.slice(-third));
  assert.ok(last <= middle * MOST_GROWTH, `the heap has grown from ${middle} to ${last} bytes: ${heaps.join(' ')}`);
}

function report(): void {
  const megabytes = (bytes: number | undefined): number => Math.round((bytes ?? 0) / 1e6);
  const counts = [...session.tally.entries()].toSorted(([left], [right]) => left.localeCompare(right));
  for (const [method, { good, refused }] of counts)
    if (Object.hasOwn(clientRequests, method)) console.log(`${method}: ${good} answered, ${refused} refused`);
  const third = Math.floor(heaps.length / 3);
  const growth = [heaps.at(third), heaps.at(2 * third), heaps.at(-1)].map(megabytes).join(' -> ');
  console.log(`${asked} requests, seed ${seed}; heap ${growth} MB`);
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.stack ?? error.message}${error.cause === undefined ? '' : `\n${stackOf(error.cause)}`}`;
}
