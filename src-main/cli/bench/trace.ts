/** Seconds to the trace of the Hessian at two per cent standard error, by Hutchinson's estimator on both sides. */
import type { BenchCheck } from '#contract/bench.ts';
import { productsAgree } from './agreement.ts';
import type { Benchmark, Lab } from './lab.ts';
import type { Side } from './side.ts';
import { summary } from './statistics.ts';

const relativeError = 0.02;
/** Probes from which the number that is needed is foretold. */
const pilot = 32;
/** A trace near zero would need any number of them. */
const most = 1000;

export const traceBenchmarks: readonly Benchmark[] = ['hessian-eigenthings', 'pyhessian'].map((library) => ({
  id: `trace/${library}`,
  work: 'trace of the Hessian of the MLM loss to 2 % standard error, Rademacher probes',
  against: library,
  unit: 's',
  target: { of: 'ratio', at: 'least', value: 2 },
  async measure(lab: Lab) {
    const compute = await lab.computeFor('mlm-step');
    const { ours, peer } = await lab.pair('trace', `trace/${library}`, compute);
    const checks = [...(await productsAgree(ours, peer))];
    const { values } = await ours.ask({ op: 'run', count: pilot });
    const probes = probesNeeded(values, pilot);
    lab.note(`trace/${library}: ${probes} probes`);
    // The same number on both sides: how many are needed lies in the matrix, not in who multiplies by it.
    const blocks = lab.quick ? 1 : 5;
    const pairs: { readonly ours: Estimate; readonly peer: Estimate }[] = [];
    for (let block = 0; block < blocks; block++) {
      pairs.push({ ours: await estimate(ours, probes), peer: await estimate(peer, probes) });
      lab.note(`trace/${library}: estimate ${block + 1} of ${blocks}`);
    }
    checks.push(...pairs.map(tracesAgree));
    await lab.end(ours, peer);
    const ratio = summary(pairs.map((pair) => pair.peer.seconds / pair.ours.seconds));
    return {
      compute,
      ours: summary(pairs.map((pair) => pair.ours.seconds)).median,
      peer: summary(pairs.map((pair) => pair.peer.seconds)).median,
      ratio: ratio.median,
      spread: ratio.spread,
      blocks,
      checks,
    };
  },
}));

interface Estimate {
  readonly seconds: number;
  readonly trace: number;
  readonly stderr: number;
}

async function estimate(side: Pick<Side, 'ask'>, probes: number): Promise<Estimate> {
  const { seconds, values } = await side.ask({ op: 'run', count: probes });
  const [trace = Number.NaN, stderr = Number.NaN] = values;
  return { seconds, trace, stderr };
}

/** The standard error falls with the root of the number of probes. `values`: estimate and standard error of `made` probes. */
export function probesNeeded([trace = 0, stderr = 0]: readonly number[], made: number): number {
  const needed = made * (stderr / (relativeError * trace)) ** 2;
  return Math.min(most, Math.max(2, Math.ceil(needed)));
}

/** Each side draws probes of its own: four standard errors of the difference are chance once in 16,000. */
export function tracesAgree({
  ours,
  peer,
}: {
  readonly ours: Estimate;
  readonly peer: Estimate;
}): BenchCheck {
  const difference = Math.abs(ours.trace - peer.trace) / Math.hypot(ours.stderr, peer.stderr);
  const tolerance = 4;
  return { name: 'traces, in standard errors', difference, tolerance, ok: difference <= tolerance };
}
