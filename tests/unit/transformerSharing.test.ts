import type { Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { tf } from '#engine/backend.ts';
import { tensorOfFeed } from '#engine/feeds.ts';
import { valueAndGradients } from '#engine/gradients/valueAndGradients.ts';
import { SeededParameters } from '#engine/parameters.ts';
import type { Scalar } from '#engine/tf.ts';
import { transformer } from '#science/nn/transformer.ts';
import { sequences, tokensOf } from '#science/studies/mlm/tokens.ts';

const tokens = tokensOf({ words: 7, maxLength: 6 });
const shape = { layers: 3, width: 8, heads: 2, feedForward: 12 };
const sentences = [Int32Array.of(1, 4, 2, 6), Int32Array.of(0, 3, 5, 5, 2, 1)];

function built(choice: object, seed = 3) {
  const parameters = new SeededParameters(seed);
  const model = transformer.build(transformer.params.parse({ ...shape, ...choice }), tokens, parameters);
  const feeds = sequences(tokens, sentences, (row) => [row]);
  const [ids, mask] = [feeds.ids, feeds.mask].map((feed) => tensorOfFeed(feed as never) as Tensor2D);
  const embed = () => tf.reshape(model.embed(ids as Tensor2D, mask as Tensor2D), [-1, 8]) as Tensor2D;
  return { parameters, embed, logits: () => model.logits(embed()) as Tensor2D };
}

test('shared layers equal separate ones of equal weights, and their gradient is the sum of those', () => {
  const [shared, separate] = [built({ shared: true }), built({})];
  const prefix = /^block\d+\//;
  for (const [name, weight] of separate.parameters.all) {
    weight.assign(shared.parameters.all.get(name.replace(prefix, 'block0/')) as Variable);
  }
  const blockSize = 4 * 8 + (8 * 24 + 24) + (8 * 8 + 8) + (8 * 12 + 12) + (12 * 8 + 8);
  expect(separate.parameters.count - shared.parameters.count).toBe(2 * blockSize);
  expect([...shared.logits().dataSync()]).toEqual([...separate.logits().dataSync()]);

  const gradientsOf = ({ parameters, logits }: ReturnType<typeof built>) =>
    valueAndGradients(() => tf.tidy(() => tf.mean(tf.square(logits())) as Scalar), parameters).gradients;
  const [whole, parts] = [gradientsOf(shared), gradientsOf(separate)];
  for (const name of shared.parameters.all.keys()) {
    const own = Object.entries(parts).filter(([one]) => one.replace(prefix, 'block0/') === name);
    const sum = tf.addN(own.map(([, gradient]) => gradient as Tensor)).dataSync();
    const gradient = (whole[name] as Tensor).dataSync();
    // Single precision: three terms of a sum in another order.
    for (const [i, value] of gradient.entries()) {
      expect(Math.abs(value - (sum[i] as number)), name).toBeLessThan(1e-5 * (1 + Math.abs(value)));
    }
  }
});

test('a tied output multiplies by the words’ embeddings', () => {
  const { parameters, embed, logits } = built({ tied: true });
  expect(parameters.all.has('output/kernel')).toBe(false);
  expect(built({}).parameters.count - parameters.count).toBe(8 * 7);
  const bias = parameters.all.get('output/bias') as Variable;
  bias.assign(tf.tensor1d([1, 2, 3, 4, 5, 6, 7]));
  const words = parameters.all.get('tokens')?.arraySync() as number[][];
  const rows = embed().arraySync();
  const scores = logits().arraySync();
  expect(scores).toHaveLength(rows.length);
  for (const [i, row] of rows.entries()) {
    for (let word = 0; word < 7; word++) {
      const exact = row.reduce((sum, x, j) => sum + x * (words[word]?.[j] as number), word + 1);
      expect(scores[i]?.[word]).toBeCloseTo(exact, 4);
    }
  }
});

test('alike at first: queries are keys of twice the size, and every other weight is as it would be', () => {
  const [alike, plain] = [built({ alike: true }), built({})];
  for (const [name, weight] of plain.parameters.all) {
    const [found, usual] = [alike.parameters.all.get(name)?.dataSync() ?? [], weight.dataSync()];
    if (!name.endsWith('query_key_value/kernel')) {
      expect(found, name).toEqual(usual);
      continue;
    }
    for (const [i, number] of found.entries()) {
      // Columns: eight of the queries, eight of the keys, eight of the values.
      const part = Math.floor((i % 24) / 8);
      const expected = part === 2 ? (usual[i] as number) : 2 * (usual[part === 1 ? i - 8 : i] as number);
      expect(number, `${name} ${i}`).toBe(expected);
    }
  }
});
