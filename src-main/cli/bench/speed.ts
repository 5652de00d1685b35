/** Benchmarks of one unit of work, a step or a product, against the same unit of a peer. */
import type { BenchCheck } from '#contract/bench.ts';
import { lossesAgree, productsAgree } from './agreement.ts';
import type { Benchmark, Lab } from './lab.ts';
import type { Side } from './side.ts';

interface Comparison {
  readonly id: string;
  readonly work: string;
  readonly against: string;
  /** The work that decides on the settings. */
  readonly model: Parameters<Lab['computeFor']>[0];
  /** Works of bench/ours and bench/peer. */
  readonly ours: string;
  readonly peer: string;
  /** Least ratio that is aimed for; null for a row that explains another. */
  readonly least: number | null;
  agree(ours: Side, peer: Side): Promise<readonly BenchCheck[]>;
}

const compiled = 'torch.compile, fused AdamW';

export const speedBenchmarks: readonly Benchmark[] = [
  speed({
    id: 'mlm-step',
    work: 'training step of a transformer, width 128, 4 layers, 64 tokens, batch 64, AdamW',
    against: compiled,
    model: 'mlm-step',
    ours: 'mlm-step',
    peer: 'mlm-step',
    least: 1.5,
    agree: lossesAgree,
  }),
  speed({
    id: 'mlm-step/pruned',
    work: 'the same, where the peer’s last block, too, computes only what the loss reads',
    against: `${compiled}, pruned by hand`,
    model: 'mlm-step',
    ours: 'mlm-step',
    peer: 'mlm-step/pruned',
    least: null,
    agree: lossesAgree,
  }),
  ...['simclr', 'spectral'].map((loss) =>
    speed({
      id: `contrastive-step/${loss}`,
      work: `training step on MNIST, ${loss} loss, convolutional encoder, batch 256, with augmentation`,
      against: `${compiled}, channels-last`,
      model: 'spectral-step',
      ours: `${loss}-step`,
      peer: `${loss}-step`,
      least: 1.2,
      agree: lossesAgree,
    }),
  ),
  ...['hessian-eigenthings', 'pyhessian'].map((library) =>
    speed({
      id: `hvp/${library}`,
      work: 'Hessian-vector product of the MLM loss, batch 64',
      against: library,
      model: 'mlm-step',
      ours: 'product',
      peer: `product/${library}`,
      least: 2,
      agree: productsAgree,
    }),
  ),
];

function speed({ id, work, against, model, ours, peer, least, agree }: Comparison): Benchmark {
  return {
    ...{ id, work, against, unit: 'ms' },
    target: least === null ? null : { of: 'ratio', at: 'least', value: least },
    async measure(lab: Lab) {
      const compute = await lab.computeFor(model);
      const sides = await lab.pair(ours, peer, compute);
      const checks = [...(await agree(sides.ours, sides.peer))];
      return { compute, checks, ...(await lab.timed(id, sides)) };
    },
  };
}
