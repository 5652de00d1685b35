/**
 * Neurons that attend to places: each sums the encodings of the words, `+` 1, `-` −1 and a hidden word 0, with
 * weights of its own, and each place reads the neurons with weights of its own. The log-odds at place t are
 * z_t = Σ_j o_tj Σ_s a_sj x_s: linear in each matrix, so that many pairs of matrices are the same function.
 */
import { z } from 'zod';
import { BasinError } from '#contract/error.ts';
import type { Parameters } from '#engine/parameters.ts';
import {
  gather,
  matMul,
  mul,
  oneHot,
  type Rank,
  reshape,
  sum,
  type Tensor2D,
  tensor1d,
  tensor2d,
} from '#engine/tf.ts';
import type { TokenEncoder } from '../definition.ts';

const params = z.strictObject({
  neurons: z.int().min(2).max(400).default(24).meta({
    title: 'Neurons',
    description: 'Sums over the places; two suffice for two features.',
  }),
  spread: z.number().positive().max(10).default(1).meta({
    title: 'Spread',
    description: 'Standard deviation of the attention weights at first; the output weights begin with zero.',
  }),
});

export const positionNeurons: TokenEncoder<typeof params> = {
  kind: 'encoder',
  id: 'position-neurons',
  title: 'Neurons over places',
  help:
    'A toy for two words: neurons that sum the words with weights a place, and places that read the neurons. ' +
    'With more neurons than features it has a manifold of equally good minima, which begins at random neurons.',
  studies: ['mlm'],
  params,
  build({ neurons, spread }, { words, vocabulary, length }, parameters: Parameters) {
    if (words !== 2) {
      const path = 'encoder.id';
      const why = `position-neurons reads languages of two words, and this one has ${words}`;
      throw new BasinError('bad-input', `Setting ${path}: ${why}. Take two-features.`, path);
    }
    const places = length - 2;
    const attention = parameters.normal('attention', [places, neurons], spread) as unknown as Tensor2D;
    const output = parameters.constant('output', [places, neurons], 0) as unknown as Tensor2D;
    /** [length, neurons], with zeros for [CLS] and [SEP]. */
    const placed = (weights: Tensor2D): Tensor2D =>
      matMul(tensor2d(placeMatrix(length), [length, places]), weights);
    return {
      width: neurons,
      embed(ids, _mask, slots) {
        const [batch] = ids.shape;
        const encodings = gather(tensor1d(encodingsOf(vocabulary)), ids) as unknown as Tensor2D;
        const sums = reshape(matMul(encodings, placed(attention)), [batch, 1, neurons]);
        const weights = placed(output);
        const read = slots
          ? matMul(reshape<Rank.R2>(oneHot(slots, length, 1, 0, 'float32'), [-1, length]), weights)
          : weights;
        const rows = reshape(read, [slots ? batch : 1, -1, neurons]);
        return mul(rows, sums);
      },
      logits: (embeddings) =>
        matMul(reshape(sum(embeddings as Tensor2D, 1), [-1, 1]), tensor2d([-0.5, 0.5], [1, 2])) as Tensor2D,
    };
  },
};

/** −1 and 1 for the two words, 0 for every other token. */
function encodingsOf(vocabulary: number): Float32Array {
  return Float32Array.from({ length: vocabulary }, (_, id) => [-1, 1][id] ?? 0);
}

/** [length, length − 2]: row 1 + s has its 1 in column s. */
function placeMatrix(length: number): Float32Array {
  const places = length - 2;
  return Float32Array.from({ length: length * places }, (_, at) =>
    Math.floor(at / places) === (at % places) + 1 ? 1 : 0,
  );
}
