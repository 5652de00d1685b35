/** One contrastive step on MNIST as a run takes it: two views of 256 digits, encoder, projector, loss, AdamW. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ContrastiveRunSpec, runSpec } from '#contract/spec.ts';
import { mnist } from '#science/data/mnist.ts';
import { build } from '#science/studies/contrastive/build.ts';
import { loadSource } from '#science/studies/contrastive/source.ts';
import { startFeeder } from '../../src-main/worker/feeder.ts';
import { type BuildWork, writeBatches, writeWeights } from './work.ts';

const learningRate = 4e-3;
const batchSize = 256;
/** Steps on views that the peer is given; from then on each side draws its own. */
const checked = 3;

export const contrastiveStep =
  (loss: 'simclr' | 'spectral'): BuildWork =>
  async (engine, folder) => {
    const spec = specOf(loss);
    const training = await build(spec, engine);
    const { shape: image, plainViews } = await loadSource(spec);
    const shape = [2 * batchSize, image.height, image.width, image.channels];
    writeWeights(folder, training.parameters);
    writeBatches(
      folder,
      Array.from({ length: checked }, (_, step) => ({
        views: { shape, data: plainViews?.at(step).views as Float32Array },
      })),
    );
    const { train } = await mnist.load({ trainCount: 60_000 });
    writeFileSync(join(folder, 'images.bin'), train.pixels);
    const feeder = startFeeder(spec);
    let step = 0;
    const next = async (): Promise<number> => {
      const metrics = training.step(step, learningRate, await feeder.next(step));
      step += 1;
      return metrics.loss as number;
    };
    const losses = async (count: number): Promise<number[]> => {
      const values: number[] = [];
      for (let i = 0; i < count; i++) values.push(await next());
      return values;
    };
    return {
      operations: 0,
      check: () => losses(checked),
      run: async (count) => (await losses(count)).slice(-1),
    };
  };

function specOf(loss: string): ContrastiveRunSpec {
  return runSpec.parse({
    format: 'basin/1',
    study: 'contrastive',
    title: 'Benchmark',
    steps: 1_000_000,
    batchSize,
    data: { id: 'mnist' },
    augmentation: { id: 'digits' },
    encoder: { id: 'conv' },
    projector: { id: 'mlp' },
    loss: { id: loss },
    optimizer: { id: 'adamw', learningRate },
    schedule: { id: 'constant' },
    logEvery: 1,
    checkpointEvery: 1_000_000,
    seed: 0,
  }) as ContrastiveRunSpec;
}
