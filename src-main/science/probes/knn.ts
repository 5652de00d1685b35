/**
 * Weighted nearest neighbours (Wu et al. 2018, arXiv 1805.01978, section 3.4): the k training examples
 * with the highest cosine vote for their classes with weight exp(cosine / τ).
 */
import { z } from 'zod';
import type { Engine } from '#engine/engine.ts';
import { matMul, type Tensor2D, tensor2d, tidy, topk, type Variable, variable } from '#engine/tf.ts';
import type { AccuracyProbe, FeatureSet } from '../definition.ts';
import { judged } from './accuracy.ts';
import { thinned, unitLength } from './rows.ts';

const params = z.strictObject({
  k: z.int().min(1).max(10_000).default(200).meta({
    title: 'Neighbours k',
    description: 'Training examples that vote.',
    scale: 'log',
  }),
  temperature: z.number().min(0.001).max(10).default(0.1).meta({
    title: 'Temperature τ',
    description: 'A neighbour votes with weight exp(cosine / τ).',
    scale: 'log',
  }),
  bank: z.int().min(1).max(10_000_000).default(20_000).meta({
    title: 'Bank',
    description: 'Most training examples that are searched, taken at even distances; time grows with it.',
    unit: 'examples',
    scale: 'log',
  }),
});

/** Test examples that are compared at once: their similarities to 20,000 others take 10 MB. */
const block = 125;

export const knnProbe: AccuracyProbe<typeof params> = {
  kind: 'probe',
  id: 'knn',
  title: 'Nearest neighbours',
  help: 'Weighted vote of the nearest training examples by cosine; nothing is trained.',
  reference: 'Wu, Xiong, Yu and Lin 2018, arXiv 1805.01978, section 3.4',
  studies: ['contrastive', 'mlm'],
  params,
  run({ k, temperature, bank }, { train: all, test, classes }, engine) {
    const train = thinned(all, bank);
    const count = test.labels.length;
    const answers = new Int32Array(count);
    const neighbours = Math.min(k, train.labels.length);
    const votes = new Float64Array(classes);
    nearest(train, test, neighbours, engine, (example, cosines, indices) => {
      votes.fill(0);
      for (const [i, cosine] of cosines.entries()) {
        const label = train.labels[indices[i] as number] as number;
        // Relative to the highest cosine, so that no exponential overflows.
        votes[label] = (votes[label] as number) + Math.exp((cosine - 1) / temperature);
      }
      let best = 0;
      for (let c = 1; c < classes; c++) if ((votes[c] as number) > (votes[best] as number)) best = c;
      answers[example] = best;
    });
    return judged(answers, test.labels, classes);
  },
};

function nearest(
  train: FeatureSet,
  test: FeatureSet,
  k: number,
  engine: Engine,
  visit: (example: number, cosines: Float32Array, indices: Float32Array) => void,
): void {
  const { width } = train;
  const bank: Variable = tidy(() =>
    variable(tensor2d(unitLength(train), [train.labels.length, width]), false),
  );
  const queries = unitLength(test);
  const program = engine.compile('nearest neighbours', ({ query }) => {
    const cosines = matMul(query as Tensor2D, bank as unknown as Tensor2D, false, true);
    const { values, indices } = topk(cosines, k);
    return { values, indices };
  });
  try {
    for (let start = 0; start < test.labels.length; start += block) {
      const rows = Math.min(block, test.labels.length - start);
      const data = queries.subarray(start * width, (start + rows) * width);
      const { values, indices } = program.run({ query: { shape: [rows, width], data } });
      for (let i = 0; i < rows; i++) {
        visit(start + i, values.subarray(i * k, (i + 1) * k), indices.subarray(i * k, (i + 1) * k));
      }
    }
  } finally {
    program.dispose();
    bank.dispose();
  }
}
