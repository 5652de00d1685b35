import { describe, expect, test } from 'vitest';
import type { MlmRunSpec } from '#contract/spec.ts';
import '#engine/backend.ts';
import { eagerEngine } from '#engine/eager.ts';
import { LoadedParameters, SeededParameters } from '#engine/parameters.ts';
import { stream } from '#engine/random.ts';
import { type Tensor, tensor, tidy } from '#engine/tf.ts';
import { chosen } from '#science/choice.ts';
import { flatnessMeasures } from '#science/components.ts';
import { type TransformerShape, tiled } from '#science/nn/tile.ts';
import { transformer } from '#science/nn/transformer.ts';
import { expandRuns, resolveExperiment } from '#science/registry.ts';
import { build } from '#science/studies/mlm/build.ts';

const tokens = { vocabulary: 9, words: 5, length: 6 };
const ids = [
  [5, 0, 7, 2, 6, 8],
  [5, 1, 3, 4, 0, 6],
];
const mask = [
  [1, 1, 1, 1, 1, 0],
  [1, 1, 1, 1, 1, 1],
];
const small: TransformerShape = {
  layers: 2,
  width: 8,
  heads: 2,
  feedForward: 12,
  shared: false,
  tied: false,
};

/** Weights of a model, every one of them moved away from zeros and ones. */
function drawn(shape: TransformerShape): Map<string, Float32Array> {
  const parameters = new SeededParameters(1);
  transformer.build({ ...shape, causal: false, alike: false }, tokens, parameters);
  const random = stream(2, 'weights');
  const numbers = [...parameters.all].map(
    ([name, weight]) =>
      [name, Float32Array.from(weight.dataSync(), (value) => value + 0.3 * random.normal())] as const,
  );
  parameters.dispose();
  return new Map(numbers);
}

function outputs(shape: TransformerShape, weights: ReadonlyMap<string, Float32Array>) {
  const parameters = new LoadedParameters(weights);
  const model = transformer.build({ ...shape, causal: false, alike: false }, tokens, parameters);
  const count = parameters.count;
  const found = tidy(() => {
    const embeddings = model.embed(tensor(ids, undefined, 'int32') as never, tensor(mask) as never);
    const rows: Tensor = embeddings.reshape([-1, shape.width]);
    return { embeddings: [...embeddings.dataSync()], logits: [...model.logits(rows).dataSync()] };
  });
  parameters.dispose();
  return { ...found, count };
}

describe('a tiled model computes what the small one does', () => {
  test.each([
    ['as wide, the same', {}],
    ['twice as wide', { width: 16, heads: 4, feedForward: 24 }],
    ['three times as wide, feed-forward five times', { width: 24, heads: 6, feedForward: 60 }],
    ['with wider heads, and as many', { width: 16, heads: 2, feedForward: 24 }],
    ['with twice as many heads that are three times as wide', { width: 48, heads: 4, feedForward: 24 }],
    ['with three layers more', { layers: 5, width: 16, heads: 4, feedForward: 24 }],
  ])('%s', (_, changes) => {
    const large = { ...small, ...changes };
    const weights = drawn(small);
    const [before, after] = [outputs(small, weights), outputs(large, tiled(weights, small, large))];
    for (const [i, logit] of before.logits.entries())
      expect(Math.abs((after.logits[i] ?? Number.NaN) - logit)).toBeLessThan(1e-5);
    for (const [i, number] of after.embeddings.entries()) {
      const row = Math.floor(i / large.width);
      const expected = before.embeddings[row * small.width + ((i % large.width) % small.width)];
      expect(Math.abs(number - (expected ?? Number.NaN))).toBeLessThan(1e-5);
    }
  });

  test('also with a tied output, and with shared layers', () => {
    for (const changes of [{ tied: true }, { shared: true }]) {
      const [from, to] = [
        { ...small, ...changes },
        { ...small, ...changes, width: 24, heads: 6, feedForward: 36 },
      ];
      const weights = drawn(from);
      const [before, after] = [outputs(from, weights), outputs(to, tiled(weights, from, to))];
      for (const [i, logit] of before.logits.entries())
        expect(Math.abs((after.logits[i] ?? Number.NaN) - logit)).toBeLessThan(1e-5);
    }
  });

  test.each([
    [{ width: 12, heads: 3 }, 'Setting flatness.width: it must be a multiple of the model’s own, 8.'],
    [{ feedForward: 20 }, 'Setting flatness.feedForward: it must be a multiple of the model’s own, 12.'],
    [{ width: 16, heads: 8 }, 'Setting flatness.heads: 8 heads are no multiple'],
    [{ layers: 1 }, 'Setting flatness.layers: it must be at least the model’s own, 2.'],
    [{ shared: true, layers: 3 }, 'Setting flatness.layers: shared layers cannot be followed by empty ones.'],
  ])('%o is refused', (changes, message) => {
    const weights = drawn(small);
    const from = { ...small, shared: 'shared' in changes };
    expect(() => tiled(weights, from, { ...small, ...changes })).toThrow(message.replace('’s', "'s"));
  });
});

test('the trace at one size is that of the larger model, by central differences of its loss as well', async () => {
  const experiment = resolveExperiment({
    ...{ format: 'basin/1', title: 'test', study: 'mlm', steps: 20, batchSize: 16, seeds: [4] },
    data: {
      ...{ id: 'pcfg', roots: 2, layers: 1, symbols: 2, rulesMin: 2, rulesMax: 2, words: 4 },
      ...{ symbolWordsMin: 2, symbolWordsMax: 2, earlyStop: 0 },
    },
    ...{ masking: { id: 'bert' }, loss: { id: 'mlm' }, schedule: { id: 'constant' } },
    encoder: { id: 'transformer', layers: 1, width: 4, heads: 1, feedForward: 4 },
    optimizer: { id: 'adamw', learningRate: 0.02 },
    ...{ logEvery: 1, checkpointEvery: 20 },
  });
  const training = await build(expandRuns(experiment)[0]?.spec as MlmRunSpec, eagerEngine());
  for (let step = 0; step < 20; step++) training.step(step, 0.02);
  const { landscape } = training;
  const large = landscape.enlarged?.({ width: 8, layers: 2 }) ?? expect.unreachable();
  const batch = landscape.batch(16);
  const inputs = () =>
    Object.fromEntries(
      Object.entries(batch).map(([name, feed]) => {
        if (typeof feed !== 'object') throw new Error('no scalars here');
        const type = feed.data instanceof Int32Array ? 'int32' : 'float32';
        return [name, tensor(feed.data, [...feed.shape], type)];
      }),
    );
  const loss = (one: typeof landscape): number => tidy(() => one.loss(inputs()).dataSync()[0] as number);
  expect(Math.abs(loss(large) - loss(landscape))).toBeLessThan(1e-5);
  large.parameters.dispose();

  const measure = (choice: object) => {
    const { definition, params } = chosen(flatnessMeasures, { id: 'tiled-trace', ...choice }, 'flatness');
    return definition.measure(params, landscape, stream(1, 'flatness'));
  };
  const settings = { width: 8, layers: 2, probes: 4, batchSize: 16 };
  const exact = measure(settings);
  expect(exact.name).toBe('flatness/tiled/trace');
  expect(exact.detail).toMatchObject({ width: 8, layers: 2 });
  const differences = measure({ ...settings, product: 'differences', epsilon: 3e-3 });
  expect(Math.abs(differences.value - exact.value)).toBeLessThan(0.02 * Math.abs(exact.value));
  const plain = measure({ ...settings, width: 4, layers: 1 });
  const { definition, params } = chosen(
    flatnessMeasures,
    { id: 'trace', probes: 4, batchSize: 16 },
    'flatness',
  );
  expect(plain.value).toBe(definition.measure(params, landscape, stream(1, 'flatness')).value);
  training.dispose();
}, 60_000);
