// Measures the two servers in pairs: one round is one sample of a probe for each of them.
import { floodProbes } from './floodProbes.ts';
import { historyProbes } from './historyProbes.ts';
import type { Probe } from './probe.ts';
import { findPrograms, type ProgramName, type Programs } from './programs.ts';
import type { Sample, Samples } from './report.ts';
import { turnProbes } from './turnProbes.ts';

const PROBES: readonly Probe[] = [...turnProbes, ...historyProbes, ...floodProbes];
/** Of a probe that takes seconds. */
const LEAST_ROUNDS = 3;

export interface ServerMeasures {
  readonly runs: number;
  /** Probes without one of these measures are left out. */
  isWanted(key: string): boolean;
  told(text: string): void;
}

/** Takes samples of each program, one after the other in turn, after one round that does not count. */
export async function measureServers({ runs, isWanted, told }: ServerMeasures): Promise<Samples> {
  const programs = await findPrograms();
  const samples: Record<ProgramName, Sample[]> = { ours: [], reference: [] };
  try {
    for (const probe of PROBES.filter(({ keys }) => keys.some(isWanted))) {
      const rounds = probe.isLong === true ? Math.min(runs, Math.max(LEAST_ROUNDS, Math.ceil(runs / 3))) : runs;
      told(`${probe.keys[0]}: getting ready`);
      await measureProbe(probe, programs, {
        rounds,
        told: (text) => told(`${probe.keys[0]}: ${text}`),
        taken: (name, sample) => void samples[name].push(sample),
      });
    }
  } finally {
    programs.dispose();
  }
  return samples;
}

interface Rounds {
  readonly rounds: number;
  told(text: string): void;
  taken(name: ProgramName, sample: Sample): void;
}

async function measureProbe(probe: Probe, programs: Programs, { rounds, told, taken }: Rounds): Promise<void> {
  await using open = await probe.open(programs);
  for (let round = 0; round <= rounds; round += 1) {
    told(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
    // who is first changes, so that a drift of the machine hits both alike
    const order = round % 2 === 0 ? (['ours', 'reference'] as const) : (['reference', 'ours'] as const);
    for (const name of order) {
      const sample = await open.sample(name);
      if (round > 0) taken(name, sample);
    }
  }
}
