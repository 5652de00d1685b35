/** How much of what the machine can do a training step uses: its GFLOP/s over those of the best matrix product. */
import { plainCompute } from '#engine/compute.ts';
import { perUnit, warmUp } from './interleave.ts';
import type { Benchmark, Lab } from './lab.ts';
import { summary } from './statistics.ts';
import { described, plain } from './tuning.ts';

export const peakBenchmark: Benchmark = {
  id: 'peak',
  work: 'mlm-step, GFLOP/s of its matrix products, over the better of TensorFlow’s and PyTorch’s products of 2048 × 2048',
  unit: 'GFLOP/s',
  against: 'best sgemm',
  target: { of: 'ratio', at: 'least', value: 0.6 },
  async measure(lab: Lab) {
    const compute = await lab.computeFor('mlm-step');
    const pair = await lab.pair('matmul', 'matmul', plain);
    const withOneDnn = lab.ours(described({ ...plainCompute, oneDnn: true }));
    await withOneDnn.ask({ op: 'build', work: 'matmul', folder: lab.folder() });
    const multipliers = [pair.ours, withOneDnn, pair.peer];
    const step = lab.ours(compute);
    const { operations } = await step.ask({ op: 'build', work: 'mlm-step', folder: lab.folder() });
    const { count, seconds } = lab.blocks;
    const steps = await warmUp(step, seconds);
    const products: number[] = [];
    for (const side of multipliers) products.push(await warmUp(side, seconds / 2));
    const achieved: number[] = [];
    const best: number[] = [];
    for (let block = 0; block < count; block++) {
      achieved.push(operations / (await perUnit(step, steps)) / 1e9);
      let fastest = Number.POSITIVE_INFINITY;
      for (const [i, side] of multipliers.entries()) {
        fastest = Math.min(fastest, await perUnit(side, products[i] as number));
      }
      best.push(pair.operations / fastest / 1e9);
      lab.note(`peak: block ${block + 1} of ${count}`);
    }
    await lab.end(step, ...multipliers);
    const ratio = summary(achieved.map((rate, block) => rate / (best[block] as number)));
    return {
      compute,
      ours: summary(achieved).median,
      peer: summary(best).median,
      ratio: ratio.median,
      spread: ratio.spread,
      blocks: count,
      checks: [],
    };
  },
};
