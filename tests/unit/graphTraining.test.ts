import { beforeAll, expect, test } from 'vitest';
import type { ContrastiveRunSpec } from '#contract/spec.ts';
import { nativeBackend, tf } from '#engine/backend.ts';
import { capturedEngine } from '#engine/capture/engine.ts';
import { eagerEngine } from '#engine/eager.ts';
import { learningRate } from '#science/learningRate.ts';
import { components, expandRuns, resolveExperiment } from '#science/registry.ts';
import { losses } from '#science/studies/contrastive/components.ts';
import { contrastiveStudy } from '#science/studies/contrastive/index.ts';
import { populationTensors } from '#science/studies/contrastive/populationTensors.ts';
import { kVersusR } from '#science/studies/contrastive/presets/kVersusR.ts';
import { loadSource } from '#science/studies/contrastive/source.ts';

const graph: ContrastiveRunSpec = {
  format: 'basin/1',
  study: 'contrastive',
  pairs: 'population',
  title: 'graph',
  steps: 200,
  batchSize: 64,
  seed: 1,
  data: { id: 'block-model', blocks: 3, vertices: 10 },
  augmentation: { id: 'none' },
  encoder: { id: 'table', width: 3 },
  projector: { id: 'none' },
  loss: { id: 'spectral', mu: 100 },
  optimizer: { id: 'adamw', learningRate: 0.1, weightDecay: 0 },
  schedule: { id: 'cosine' },
  probes: [{ id: 'labellings', every: 200 }],
  evaluations: [],
  flatness: null,
  logEvery: 10,
  checkpointEvery: 200,
  start: null,
  stopAt: null,
};

beforeAll(() => expect(tf.getBackend()).toBe('tensorflow'));

const engine = capturedEngine(nativeBackend, { warn: (message) => expect.unreachable(message) });

async function trained(overrides: object) {
  const spec = { ...graph, ...overrides } as ContrastiveRunSpec;
  const training = await contrastiveStudy.build(spec, engine);
  const rate = learningRate(spec);
  let loss = Number.NaN;
  for (let step = 0; step < spec.steps; step++) loss = training.step(step, rate(step)).loss ?? Number.NaN;
  const measured = training.measures.flatMap(({ run, atEnd }) => [
    ...run(spec.steps),
    ...(atEnd?.(spec.steps) ?? []),
  ]);
  training.dispose();
  return { loss, value: (name: string) => measured.find((one) => one.name === name)?.value };
}

test('a table trained on the whole population ends at −Σλ² and solves every labelling of the blocks', async () => {
  const { loss, value } = await trained({});
  // The default probabilities, 0.5 and 0.02.
  const second = (1 + 9 * 0.5 - 10 * 0.02) / (1 + 9 * 0.5 + 20 * 0.02);
  expect(Math.abs(100 * loss + 1 + 2 * second ** 2)).toBeLessThan(1e-4);
  expect(value('error/worst')).toBe(0);
  expect(value('error/worst_untrained')).toBeGreaterThan(0);
});

test('fewer directions than blocks leave a labelling unsolved', async () => {
  expect((await trained({ encoder: { id: 'table', width: 2 } })).value('error/worst')).toBeGreaterThan(0);
});

test('sampled pairs lead near the same minimum', async () => {
  const { loss, value } = await trained({ pairs: 'sampled', batchSize: 256 });
  const second = (1 + 9 * 0.5 - 10 * 0.02) / (1 + 9 * 0.5 + 20 * 0.02);
  expect(Math.abs(100 * loss + 1 + 2 * second ** 2)).toBeLessThan(0.5);
  expect(value('error/worst')).toBe(0);
});

test('the presets’ training tells eigenvalues apart that differ by less than a thousandth', async () => {
  const run = expandRuns(resolveExperiment(kVersusR.experiment)).find(
    ({ spec }) => spec.data.clusters === 8 && spec.encoder.width === 7,
  );
  const { value } = await trained({
    ...run?.spec,
    probes: [],
    evaluations: [{ id: 'graph', every: 1500 }],
    seed: 7,
  });
  expect(Math.abs(value('loss/gap') ?? Number.NaN)).toBeLessThan(1e-6);
}, 60_000);

test('a table has no vectors for images, and says so before it is built', () => {
  const images = { ...graph, data: { id: 'mnist' }, pairs: 'sampled' } as ContrastiveRunSpec;
  expect(() => contrastiveStudy.parameterCount(images)).toThrow(
    'Setting encoder.id: a table has one vector for each vertex, and the data are images. Take another encoder, or a graph as data.',
  );
  expect(contrastiveStudy.parameterCount(graph)).toBe(90);
});

const domains = (alpha: number, gamma: number, width: number) => ({
  data: { id: 'class-domain-graph', classes: 3, vertices: 8, rho: 0.6, alpha, beta: 0.1, gamma },
  encoder: { id: 'table', width },
  probes: [{ id: 'domain-transfer', every: 200 }],
});
const heads = ['linear', 'mean', 'averaged'].map((head) => `accuracy/target_${head}`);

test('heads of the source domain solve the target where α > γ, and are wrong everywhere where α < γ', async () => {
  // Four features: the constant, the domains, and the classes, alike in both domains or with opposite signs.
  const joined = await trained(domains(0.2, 0.02, 4));
  const crossed = await trained(domains(0.02, 0.2, 4));
  for (const { value } of [joined, crossed]) expect(value('accuracy/source_linear')).toBe(1);
  expect(heads.map(joined.value)).toEqual([1, 1, 1]);
  expect(heads.map(crossed.value)).toEqual([0, 0, 0]);
});

test('with features for classes of either sign, a head averaged by Σ^(−2) follows the weaker connection', async () => {
  // f Σ^(−2) f weighs an eigenvector by 1 / λ where f f weighs it by λ. A logistic head may take either.
  const averages = heads.slice(1);
  expect(averages.map((await trained(domains(0.2, 0.02, 6))).value)).toEqual([1, 0]);
  expect(averages.map((await trained(domains(0.02, 0.2, 6))).value)).toEqual([0, 1]);
});

test('a run over a whole population costs by its vertices, sampled pairs by their number', () => {
  const seconds = (overrides: object): number =>
    contrastiveStudy.estimate({ ...graph, steps: 10_000, probes: [], ...overrides } as ContrastiveRunSpec)
      .seconds;
  const wide = { encoder: { id: 'mlp', hidden: 512 }, data: { id: 'block-model', vertices: 100 } };
  const large = { ...wide, data: { id: 'block-model', vertices: 400 } };
  expect(seconds(large)).toBeGreaterThan(3 * seconds(wide));
  expect(seconds({ ...wide, batchSize: 1024 })).toBe(seconds(wide));
  const sampled = { ...wide, pairs: 'sampled' };
  expect(seconds({ ...sampled, batchSize: 1024 })).toBeGreaterThan(
    3 * seconds({ ...sampled, batchSize: 256 }),
  );
  expect(seconds({ ...large, pairs: 'sampled' })).toBe(seconds(sampled));
});

const everyLoss = components('loss').flatMap(({ id, studies }) =>
  studies.includes('contrastive') ? [id] : [],
);

test.each(everyLoss)(
  '%s trains on sampled pairs, and on all of them where it says what that means',
  async (id) => {
    const spec = {
      ...graph,
      loss: { id },
      probes: [],
      encoder: { id: 'mlp', hidden: 8, layers: 1, width: 4 },
    };
    for (const pairs of ['sampled', 'population']) {
      const training = await contrastiveStudy.build({ ...spec, pairs } as ContrastiveRunSpec, eagerEngine());
      const { population } = losses.find((loss) => loss.id === id) ?? expect.unreachable(id);
      if (pairs === 'sampled' || population) {
        for (const step of [0, 1]) expect(training.step(step, 1e-3).loss, pairs).toSatisfy(Number.isFinite);
      } else {
        expect(() => training.step(0, 1e-3)).toThrow(`the loss ${id} has no exact expectation`);
      }
      training.dispose();
    }
  },
);

test("labels of the target's vertices are not fed, and a loss of labels alone sees none of its pairs", async () => {
  const data = { id: 'class-domain-graph', vertices: 5 };
  const fed = async (loss: string) => {
    const spec = { ...graph, data, pairs: 'sampled', loss: { id: loss } } as ContrastiveRunSpec;
    const { pairs, train } = await loadSource(spec);
    const { labels, vertices } = pairs.batch(0) as Record<string, { readonly data: Int32Array }>;
    const domains = [...(vertices?.data ?? [])].map((x) => train.domains?.[x]);
    for (const [row, label] of [...(labels?.data ?? [])].entries()) {
      const vertex = vertices?.data[row] ?? -1;
      expect(label).toBe(domains[row] === 0 ? train.labels[vertex] : -1);
    }
    return new Set(domains);
  };
  expect(await fed('spectral')).toEqual(new Set([0, 1]));
  expect(await fed('supervised')).toEqual(new Set([0]));
  const { population } = await loadSource({ ...graph, data } as ContrastiveRunSpec);
  const whole = populationTensors(population ?? expect.unreachable());
  const held = [...(await whole.views.labels.data())];
  whole.dispose();
  expect(held).toEqual([...Array.from({ length: 15 }, (_, x) => Math.floor(x / 5)), ...Array(15).fill(-1)]);
});
