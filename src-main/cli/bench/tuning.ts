/**
 * The settings of TensorFlow that run a work fastest here: each is tried in a process of its own, as a worker
 * does before a long run (src-main/worker/tuning.ts), but on the benchmark's own model.
 */
import {
  type ComputeSettings,
  computeCandidates,
  computeMargin,
  describeCompute,
  plainCompute,
} from '#engine/compute.ts';
import { perUnit } from './interleave.ts';
import type { Lab } from './lab.ts';

/** Description of the settings of a candidate. */
export function described(settings: ComputeSettings): string {
  return describeCompute('captured', settings);
}

export const plain = described(plainCompute);

/** @param units of the work that take about a second */
export async function tuned(lab: Lab, work: string, units: number): Promise<string> {
  const times = new Map<string, number>();
  for (const compute of computeCandidates.map(described)) {
    const side = lab.ours(compute);
    await side.ask({ op: 'build', work, folder: lab.folder() });
    await perUnit(side, 3);
    // The least of three: what disturbs a measurement only adds to it.
    let seconds = Number.POSITIVE_INFINITY;
    for (let block = 0; block < 3; block++) seconds = Math.min(seconds, await perUnit(side, units));
    times.set(compute, seconds);
    lab.note(`${work} with ${compute}: ${(1000 * seconds).toPrecision(3)} ms`);
    await lab.end(side);
  }
  return fastest(times);
}

/** The plain settings unless others are clearly faster. */
export function fastest(times: ReadonlyMap<string, number>): string {
  const [best] = [...times].toSorted(([, a], [, b]) => a - b);
  if (best === undefined) return plain;
  const [compute, seconds] = best;
  return seconds < (1 - computeMargin) * (times.get(plain) ?? Number.POSITIVE_INFINITY) ? compute : plain;
}
