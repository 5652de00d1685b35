/** How much of what the machine can do a training step uses: its GFLOP/s over those of the best matrix product. */
import { perUnit, warmUp } from './interleave.ts';
import type { Benchmark, Lab } from './lab.ts';
import { summary } from './statistics.ts';

export const peakBenchmark: Benchmark = {
  id: 'peak',
  work: 'mlm-step, GFLOP/s of its matrix products, over the better of TensorFlow’s and PyTorch’s products of 2048 × 2048',
  unit: 'GFLOP/s',
  against: 'best sgemm',
  target: { of: 'ratio', at: 'least', value: 0.6 },
  async measure(lab: Lab) {
    const { ours: product, peer: peersProduct, operations: perProduct } = await lab.pair('matmul', 'matmul');
    const step = lab.ours();
    const { operations } = await step.ask({ op: 'build', work: 'mlm-step', folder: lab.folder() });
    const { count, seconds } = lab.blocks;
    const units = {
      step: await warmUp(step, seconds),
      product: await warmUp(product, seconds / 2),
      peersProduct: await warmUp(peersProduct, seconds / 2),
    };
    const achieved: number[] = [];
    const best: number[] = [];
    for (let block = 0; block < count; block++) {
      achieved.push(operations / (await perUnit(step, units.step)) / 1e9);
      const fastest = Math.min(
        await perUnit(product, units.product),
        await perUnit(peersProduct, units.peersProduct),
      );
      best.push(perProduct / fastest / 1e9);
      lab.note(`peak: block ${block + 1} of ${count}`);
    }
    await lab.end(step, product, peersProduct);
    const ratio = summary(achieved.map((rate, block) => rate / (best[block] as number)));
    return {
      ours: summary(achieved).median,
      peer: summary(best).median,
      ratio: ratio.median,
      spread: ratio.spread,
      blocks: count,
      checks: [],
    };
  },
};
