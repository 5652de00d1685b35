import { afterEach, beforeAll, expect, test } from 'vitest';
import type { ContrastiveRunSpec } from '#contract/spec.ts';
import { tf } from '#engine/backend.ts';
import { eagerEngine } from '#engine/eager.ts';
import type { RunResult } from '#science/definition.ts';
import { contrastiveStudy } from '#science/studies/contrastive/index.ts';
import { loadSource } from '#science/studies/contrastive/source.ts';
import type { Training } from '#science/studies/training.ts';

const small: ContrastiveRunSpec = {
  format: 'basin/1',
  study: 'contrastive',
  pairs: 'sampled',
  title: 'small',
  steps: 250,
  batchSize: 16,
  seed: 1,
  data: { id: 'mnist', trainCount: 1000 },
  augmentation: { id: 'digits' },
  encoder: { id: 'conv', channels: 4, stages: 3 },
  projector: { id: 'mlp', hidden: 16, width: 8 },
  loss: { id: 'spectral' },
  optimizer: { id: 'adamw', learningRate: 3e-3 },
  schedule: { id: 'constant' },
  probes: [{ id: 'linear', every: 100, iterations: 10 }],
  evaluations: [],
  flatness: { id: 'trace', every: 100, probes: 2, batchSize: 8 },
  logEvery: 10,
  checkpointEvery: 100,
  start: null,
  stopAt: null,
};

let live: Training | undefined;

beforeAll(() => expect(tf.getBackend()).toBe('tensorflow'));
afterEach(() => {
  live?.dispose();
  live = undefined;
});

async function build(overrides: object = {}): Promise<Training> {
  live?.dispose();
  live = await contrastiveStudy.build({ ...small, ...overrides } as ContrastiveRunSpec, eagerEngine());
  return live;
}

const losses = (training: Training, from: number, to: number): (number | undefined)[] =>
  Array.from({ length: to - from }, (_, i) => training.step(from + i, 3e-3).loss);

test('200 steps lower the loss, keep the features spread, and leave no tensor behind', async () => {
  const empty = tf.memory().numTensors;
  const training = await build();
  expect(training.references).toEqual({ 'features/spread_healthy': 1 / Math.sqrt(8) });
  const early = losses(training, 0, 5);
  const before = tf.memory().numTensors;
  losses(training, 5, 200);
  expect(tf.memory().numTensors).toBe(before);
  const late = training.step(200, 3e-3);
  const mean = early.reduce<number>((sum, loss) => sum + (loss ?? Number.NaN), 0) / early.length;
  expect(late.loss).toBeLessThan(mean - 0.2);
  expect(late['features/spread']).toBeGreaterThan(0.5 / Math.sqrt(8));
  expect(late['features/spread']).toBeLessThan(1.001 / Math.sqrt(8));
  training.dispose();
  live = undefined;
  expect(tf.memory().numTensors).toBe(empty);
}, 120_000);

test('step t is a pure function of spec, weights and t: two builds agree, another seed does not', async () => {
  const first = losses(await build(), 0, 4);
  expect(losses(await build(), 0, 4)).toEqual(first);
  expect(losses(await build({ seed: 2 }), 0, 4)).not.toEqual(first);
});

test('measures leave weights, slots and later steps as they were, and repeat their numbers', async () => {
  const plain = await build();
  const expected = losses(plain, 0, 6);
  const training = await build();
  losses(training, 0, 3);
  const values = training.measures.map((measure) => measure.run(3));
  expect(training.measures.map((measure) => measure.run(3))).toEqual(values);
  expect(losses(training, 3, 6)).toEqual(expected.slice(3));
  const names = values.flat().map(({ name }) => name);
  expect(names).toEqual(['accuracy/linear', 'flatness/trace']);
  for (const { value, stderr } of values.flat()) {
    expect(Number.isFinite(value)).toBe(true);
    expect(stderr).toBeGreaterThan(0);
  }
}, 120_000);

test('probes see the weights of the moment', async () => {
  const training = await build();
  const [probe] = training.measures;
  const before = probe?.run(0)[0]?.value;
  losses(training, 0, 30);
  expect(probe?.run(30)[0]?.value).not.toBe(before);
}, 120_000);

test('after the last step the untrained encoder is probed as well', async () => {
  const training = await build({ steps: 6, flatness: null });
  const [probe] = training.measures;
  const start = probe?.run(0)[0];
  losses(training, 0, 6);
  const [trained] = probe?.run(6) ?? [];
  const [untrained] = probe?.atEnd?.(6) ?? [];
  expect(untrained).toEqual({ ...start, name: 'accuracy/linear_untrained' });
  expect(trained?.value).not.toBe(untrained?.value);
}, 120_000);

test.each([
  { loss: { id: 'simclr' } },
  { encoder: { id: 'mlp', hidden: 16, layers: 1, width: 8 } },
  { projector: { id: 'none' } },
  { projector: { id: 'mlp', hidden: 8, width: 4, batchNorm: false }, optimizer: { id: 'sgd' } },
  { encoder: { id: 'conv', channels: 4, stages: 2, pooling: 'mean' } },
])('trains with %j, and counts its parameters without a backend', async (overrides) => {
  const training = await build(overrides);
  for (const loss of losses(training, 0, 2)) expect(Number.isFinite(loss)).toBe(true);
  const spec = { ...small, ...overrides } as ContrastiveRunSpec;
  expect(contrastiveStudy.parameterCount(spec)).toBe(training.parameters.count);
  expect(contrastiveStudy.estimate(spec).seconds).toBeGreaterThan(0);
});

test.each([
  ['a momentum target', { loss: { id: 'moco' } }, { loss: { id: 'simclr' } }],
  ['fine-tuning', { probes: [{ id: 'fine-tune', every: 100 }] }, { probes: [{ id: 'linear', every: 100 }] }],
  ['ridge regression', { probes: [{ id: 'ridge', every: 100 }] }, { probes: [{ id: 'linear', every: 100 }] }],
  ['an embedding', { probes: [{ id: 'embedding', every: 100 }] }, { probes: [{ id: 'linear', every: 100 }] }],
  [
    'a graph of views',
    { probes: [{ id: 'graph-alignment', every: 100 }] },
    { probes: [{ id: 'linear', every: 100 }] },
  ],
  [
    'connectivity',
    { data: { id: 'digit-domains' }, evaluations: [{ id: 'connectivity', every: 100 }] },
    { data: { id: 'digit-domains' } },
  ],
])('%s counts in the estimate', (_what, more, less) => {
  const seconds = (overrides: object) =>
    contrastiveStudy.estimate({ ...small, flatness: null, ...overrides } as ContrastiveRunSpec).seconds;
  expect(seconds(more)).toBeGreaterThan(1.01 * seconds(less));
});

test('a run is estimated longer for more steps, larger batches and wider encoders', () => {
  const seconds = (overrides: object): number =>
    contrastiveStudy.estimate({ ...small, probes: [], flatness: null, ...overrides } as ContrastiveRunSpec)
      .seconds;
  const base = seconds({ steps: 10_000 });
  expect(seconds({ steps: 20_000 }) / base).toBeGreaterThan(1.8);
  expect(seconds({ steps: 10_000, batchSize: 512 }) / base).toBeGreaterThan(3);
  const wide = { id: 'conv', channels: 64, stages: 3 };
  expect(seconds({ steps: 10_000, batchSize: 512, encoder: wide })).toBeGreaterThan(
    2 * seconds({ steps: 10_000, batchSize: 512 }),
  );
});

test('an epoch shows every image once, in an order of its own', async () => {
  const { plainViews } = await loadSource({ ...small, batchSize: 100 });
  const epoch = (from: number): number[] =>
    Array.from({ length: 10 }, (_, i) => [...(plainViews?.indices(from + i) ?? [])]).flat();
  const [first, second] = [epoch(0), epoch(10)];
  expect(new Set(first).size).toBe(1000);
  expect(new Set(second).size).toBe(1000);
  expect(second).not.toEqual(first);
  expect(epoch(0)).toEqual(first);
});

test("labels of a second domain's images are not fed; its images are", async () => {
  const data = { id: 'digit-domains', sourceCount: 100, targetCount: 100 };
  const { pairs, plainViews, train } = await loadSource({ ...small, batchSize: 50, data });
  const seen = [0, 1, 2, 3].flatMap((step) => {
    const { labels } = pairs.batch(step);
    const images = plainViews?.indices(step) ?? [];
    return [...(labels as { data: Int32Array }).data].map(
      (label, row) => [images[row] ?? -1, label] as const,
    );
  });
  expect(seen.length).toBe(200);
  for (const [image, label] of seen) expect(label).toBe(image < 100 ? train.labels[image] : -1);
});

test('of a source with few labels all images are fed, and those labels', async () => {
  const data = { id: 'digit-domains', sourceCount: 100, sourceLabels: 40, targetCount: 100 };
  const { pairs, plainViews, labelled, train } = await loadSource({ ...small, batchSize: 20, data });
  const labelsOf = (step: number, of: typeof pairs) => [
    ...(of.batch(step).labels as { data: Int32Array }).data,
  ];
  const seen = new Map<number, number>();
  for (let step = 0; step < 10; step++) {
    const images = plainViews?.indices(step) ?? [];
    for (const [row, label] of labelsOf(step, pairs).entries()) seen.set(images[row] ?? -1, label);
  }
  expect(seen.size).toBe(200);
  for (const [image, label] of seen) expect(label).toBe(image < 40 ? train.labels[image] : -1);
  const shown = [0, 1].flatMap((step) => labelsOf(step, labelled)).sort();
  expect(shown).toEqual([...train.labels.subarray(0, 40)].sort());
  const supervised = await loadSource({ ...small, batchSize: 20, data, loss: { id: 'supervised' } });
  expect([0, 1].flatMap((step) => labelsOf(step, supervised.pairs)).sort()).toEqual(shown);
  expect(supervised.train.count).toBe(200);
});

test('a program stacks the two views of each image as the preview does', async () => {
  const { pairs, plainViews } = await loadSource(small);
  const program = eagerEngine().compile('views', (batch) => ({ views: pairs.views(batch).images }));
  const { views } = program.run(pairs.batch(7));
  const plain = plainViews?.at(7).views ?? new Float32Array(0);
  expect(views.length).toBe(2 * 16 * 784);
  expect(plain.length).toBe(views.length);
  for (const [i, value] of plain.entries())
    expect(Math.abs((views[i] ?? Number.NaN) - value)).toBeLessThan(1e-5);
});

const multiCrop = { id: 'swav', prototypes: 8, smallViews: 2, smallLeast: 0.05, smallMost: 0.06 };

test('small views follow the pairs, and leave their draws as they were', async () => {
  const [plain, more] = await Promise.all([
    loadSource({ ...small, loss: { id: 'swav' } }),
    loadSource({ ...small, loss: multiCrop }),
  ]);
  const viewsOf = ({ pairs }: typeof plain) => {
    const program = eagerEngine().compile('views', (batch) => ({ views: pairs.views(batch).images }));
    return program.run(pairs.batch(7)).views;
  };
  const [two, four] = [viewsOf(plain), viewsOf(more)];
  expect(two.length).toBe(2 * 16 * 784);
  expect(four.length).toBe(4 * 16 * 784);
  expect(four.slice(0, two.length)).toEqual(two);
  // A crop of a twentieth of the area shows strokes that are 4.3 times as wide: far fewer edges.
  const roughness = (views: Float32Array) => {
    let [sum, squares] = [0, 0];
    for (let i = 1; i < views.length; i++) {
      const value = views[i] ?? Number.NaN;
      sum += (value - (views[i - 1] ?? Number.NaN)) ** 2;
      squares += value ** 2;
    }
    return sum / squares;
  };
  const [first, second] = [four.slice(two.length, 3 * 16 * 784), four.slice(3 * 16 * 784)];
  expect(first).not.toEqual(second);
  for (const views of [first, second]) expect(roughness(views)).toBeLessThan(0.5 * roughness(two));
});

test('SwAV learns with small views, whose pairs are probed as others are', async () => {
  const probes = [{ id: 'alignment-uniformity', every: 1 }];
  const training = await build({ loss: multiCrop, probes, flatness: null });
  const first = training.step(0, 3e-3).loss ?? Number.NaN;
  const before = tf.memory().numTensors;
  let last = first;
  for (let step = 1; step < 25; step++) last = training.step(step, 3e-3).loss ?? Number.NaN;
  expect(tf.memory().numTensors).toBe(before);
  expect(last).toBeLessThan(first);
  const [alignment] = training.measures[0]?.run(25) ?? [];
  expect(alignment?.value).toBeGreaterThan(0);
  const plain = contrastiveStudy.estimate({
    ...small,
    loss: { id: 'swav', prototypes: 8 },
  } as ContrastiveRunSpec);
  const more = contrastiveStudy.estimate({ ...small, loss: multiCrop } as ContrastiveRunSpec);
  expect(more.seconds).toBeGreaterThan(plain.seconds);
});

test('the preview shows the first batch: digits, each with two views', async () => {
  const preview = await contrastiveStudy.preview(small);
  if (preview.kind !== 'images') throw new Error('MNIST is images.');
  const { plainViews, train } = await loadSource(small);
  const [image] = plainViews?.indices(0) ?? [];
  expect(preview.examples[0]?.label).toBe(String(train.labels[image ?? 0]));
  expect(preview.examples[0]?.original.length).toBe(784);
  const views = plainViews?.at(0).views ?? [];
  const second = preview.examples[0]?.views[1];
  expect(second?.[400]).toBe(Math.round(255 * (views[16 * 784 + 400] ?? Number.NaN)));
  expect(Math.max(...(second ?? []))).toBeGreaterThan(100);
});

test.each([
  [{ batchSize: 1 }, 'batchSize'],
  [{ batchSize: 2000 }, 'batchSize'],
  [{ encoder: { id: 'nothing' } }, 'encoder.id'],
  [{ probes: [{ id: 'domain-transfer', every: 1 }] }, 'probes.0'],
  [{ loss: { id: 'simclr', temperature: 0 } }, 'loss.temperature'],
  [{ loss: multiCrop, augmentation: { id: 'none' } }, 'augmentation'],
  [{ loss: { ...multiCrop, smallLeast: 0.5 } }, 'loss.smallMost'],
  [{ augmentation: { id: 'digits', maxScale: 0.2 } }, 'augmentation.maxScale'],
  [
    { loss: multiCrop, data: { id: 'block-model' }, augmentation: { id: 'none' }, encoder: { id: 'mlp' } },
    'loss.smallViews',
  ],
  [
    {
      probes: [{ id: 'graph-alignment', every: 1 }],
      data: { id: 'block-model' },
      augmentation: { id: 'none' },
      encoder: { id: 'mlp' },
    },
    'probes.0',
  ],
])('a setting that cannot work is refused by its path (%j)', async (overrides, path) => {
  await expect(build(overrides)).rejects.toMatchObject({ code: 'bad-input', path });
});

test('reports judge their claim by the finished runs alone', () => {
  const [digits, versus] = contrastiveStudy.presets;
  if (!digits || !versus) throw new Error('Two presets are expected.');
  const spec = { ...small, seeds: [1], vary: {} };
  const run = (loss: string, accuracy: number, status = 'finished'): RunResult => ({
    name: loss,
    spec: { ...small, loss: { id: loss } },
    status,
    step: 250,
    seconds: 9,
    metrics: { loss: -1.5, 'accuracy/linear': accuracy },
    measurements: [
      { name: 'accuracy/linear', value: accuracy, stderr: 0.003, step: 250 },
      { name: 'accuracy/linear_untrained', value: Math.min(0.93, accuracy), stderr: 0.004, step: 250 },
    ],
  });
  const held = digits.report(spec, [run('spectral', 0.951)]);
  expect(held.verdict).toBe('held');
  // √(0.003² + 0.004²) = 0.005.
  expect(held.statements.join(' ')).toMatch(/95\.10 %.*93\.00 %; training adds 2\.10 points .*0\.50/);
  expect(digits.report(spec, [run('spectral', 0.899)]).verdict).toBe('not held');
  // Within two errors of the untrained encoder.
  expect(digits.report(spec, [run('spectral', 0.939)]).verdict).toBe('not held');
  expect(digits.report(spec, [run('spectral', 0.951, 'stopped')]).verdict).toBe('not tested');
  expect(digits.report(spec, []).verdict).toBe('not tested');
  const pair = versus.report(spec, [run('spectral', 0.951), run('simclr', 0.96)]);
  expect(pair.verdict).toBe('held');
  expect(pair.statements.join(' ')).toMatch(/95\.10 %.*96\.00 %.*-0\.90 points/);
  expect(versus.report(spec, [run('spectral', 0.91), run('simclr', 0.96)]).verdict).toBe('not held');
  expect(versus.report(spec, [run('spectral', 0.951)]).verdict).toBe('not tested');
  const [table] = pair.tables;
  for (const row of table?.rows ?? []) expect(row.length).toBe(table?.columns.length);
});
