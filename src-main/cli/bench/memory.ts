/** A worker's memory over many steps: the most that it held, and whether what it holds grows. */
import type { Benchmark, Lab } from './lab.ts';
import { summary } from './statistics.ts';

const work = 'contrastive-step/spectral';
const steps = { full: 10_000, quick: 500 };
const samples = 100;

export const memoryBenchmarks: readonly Benchmark[] = [
  {
    id: 'memory',
    work: `largest resident memory of a worker over 10,000 steps (--quick: 500) of ${work}`,
    unit: 'MB',
    against: null,
    target: null,
    measure: async (lab) => {
      const { compute, peak } = await watch(lab);
      return outcome(compute, peak / 1e6);
    },
  },
  {
    id: 'memory/growth',
    work: 'growth of its resident memory over these steps, after the first tenth',
    unit: '%',
    against: null,
    target: { of: 'ours', at: 'most', value: 1 },
    measure: async (lab) => {
      const { compute, resident } = await watch(lab);
      return outcome(compute, 100 * growth(resident));
    },
  },
];

function outcome(compute: string, ours: number) {
  return { compute, ours, peer: null, ratio: null, spread: null, blocks: 1, checks: [] };
}

interface Memory {
  readonly compute: string;
  readonly peak: number;
  /** Bytes after each hundredth of the steps. */
  readonly resident: readonly number[];
}

/** Both rows read one run. */
const watched = new WeakMap<Lab, Promise<Memory>>();

function watch(lab: Lab): Promise<Memory> {
  const known = watched.get(lab);
  if (known) return known;
  const run = takeSteps(lab);
  watched.set(lab, run);
  return run;
}

async function takeSteps(lab: Lab): Promise<Memory> {
  const compute = await lab.computeFor('spectral-step');
  const side = lab.ours(compute);
  await side.ask({ op: 'build', work: 'spectral-step', folder: lab.folder() });
  const total = lab.quick ? steps.quick : steps.full;
  const resident: number[] = [];
  let peak = 0;
  for (let sample = 1; sample <= samples; sample++) {
    await side.ask({ op: 'run', count: total / samples });
    const held = await side.ask({ op: 'describe' });
    resident.push(held.resident);
    peak = held.peak;
    if (sample % 10 === 0) lab.note(`memory: step ${(sample * total) / samples} of ${total}`);
  }
  await lab.end(side);
  return { compute, peak, resident };
}

/** Last tenth over second tenth, less one: medians, because the allocator breathes. */
export function growth(resident: readonly number[]): number {
  const tenth = Math.max(1, Math.floor(resident.length / 10));
  const early = summary(resident.slice(tenth, 2 * tenth)).median;
  const late = summary(resident.slice(-tenth)).median;
  return late / early - 1;
}
