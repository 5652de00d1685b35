import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { nativeBackend, tf } from '#engine/backend.ts';
import { capturedEngine } from '#engine/capture/engine.ts';
import { eagerEngine } from '#engine/eager.ts';
import { type Engine, type Feeds, type Inputs, scalarOf } from '#engine/engine.ts';
import { valueAndGradients } from '#engine/gradients/valueAndGradients.ts';
import { stream } from '#engine/random.ts';
import type { Scalar, Tensor } from '#engine/tf.ts';
import type { Landscape } from '#science/definition.ts';
import { denseMatrix } from '#science/flatness/exact.ts';
import { type ChosenWeights, weightsNamed } from '#science/flatness/operators/chosenWeights.ts';
import type { CurvatureOperator } from '#science/flatness/operators/curvatureOperator.ts';
import { empiricalFisher } from '#science/flatness/operators/empiricalFisher.ts';
import { exactHessian } from '#science/flatness/operators/exactHessian.ts';
import { gaussNewton } from '#science/flatness/operators/gaussNewton.ts';
import { probes } from '#science/linalg/probes.ts';
import { expandRuns, resolveExperiment, studyOf } from '#science/registry.ts';
import type { Training } from '#science/studies/training.ts';

// Each operator is recorded as a graph first.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

type Rows = readonly (readonly number[])[];

const shared = {
  ...{
    format: 'basin/1',
    title: 'tiny',
    steps: 30,
    seeds: [3],
    logEvery: 1,
    checkpointEvery: 30,
    batchSize: 16,
  },
  ...{ optimizer: { id: 'adamw', learningRate: 0.01 }, schedule: { id: 'constant' } },
};
const language = {
  ...{ id: 'pcfg', roots: 2, layers: 2, symbols: 3, rulesMin: 2, rulesMax: 3, words: 6 },
  ...{ symbolWordsMin: 2, symbolWordsMax: 2, earlyStop: 0.2 },
};
const contrastive = {
  ...{
    ...shared,
    study: 'contrastive',
    data: { id: 'mnist', trainCount: 200 },
    augmentation: { id: 'digits' },
  },
  encoder: { id: 'conv', channels: 4, stages: 3 },
  projector: { id: 'mlp', hidden: 8, width: 4 },
};

/** Trained a little, so that losses, outputs and gradients are unremarkable. */
async function trained(experiment: object, engine: Engine): Promise<Training> {
  const spec = expandRuns(resolveExperiment(experiment))[0]?.spec;
  if (!spec) throw new Error('The experiment has no run.');
  const training = await studyOf(spec.study).build(spec, engine);
  for (let step = 0; step < spec.steps; step++) training.step(step, 0.01);
  return training;
}

/** As in a worker; a program that cannot be captured fails the test. */
const captured = capturedEngine(nativeBackend, {
  warn: (message) => {
    throw new Error(message);
  },
});

/** The Hessian of softmax cross-entropy by one row of logits: (diag(p) − ppᵀ) times the row's weight. */
function crossEntropyHessian(outputs: Rows, feeds: Feeds): Rows {
  const weights = typeof feeds.weights === 'object' ? [...feeds.weights.data] : [];
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const width = outputs[0]?.length ?? 0;
  return outputs.flatMap((row, i) => {
    const largest = Math.max(...row);
    const sum = row.reduce((all, z) => all + Math.exp(z - largest), 0);
    const p = row.map((z) => Math.exp(z - largest) / sum);
    return row.map((_, a) =>
      outputs.flatMap((_other, j) =>
        Array.from({ length: width }, (_entry, b) => {
          const [pa, pb] = [p[a] ?? Number.NaN, p[b] ?? Number.NaN];
          return i === j ? (((a === b ? pa : 0) - pa * pb) * (weights[i] ?? Number.NaN)) / total : 0;
        }),
      ),
    );
  });
}

/** The Hessian of a contrastive loss, written in double precision, by second differences. */
function differencesHessian(loss: (z: Rows) => number, outputs: Rows): Rows {
  const width = outputs[0]?.length ?? 0;
  const flat = outputs.flat();
  const epsilon = 1e-4;
  const at = (moves: readonly (readonly [number, number])[]): number => {
    const moved = [...flat];
    for (const [i, by] of moves) moved[i] = (moved[i] ?? Number.NaN) + by;
    return loss(outputs.map((_, i) => moved.slice(i * width, (i + 1) * width)));
  };
  const mixed = (i: number, j: number): number =>
    [1, -1]
      .flatMap((a) =>
        [1, -1].map(
          (b) =>
            a *
            b *
            at([
              [i, a * epsilon],
              [j, b * epsilon],
            ]),
        ),
      )
      .reduce((sum, term) => sum + term, 0) /
    (4 * epsilon ** 2);
  return flat.map((_, i) => flat.map((_other, j) => mixed(i, j)));
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, entry, i) => sum + entry * (b[i] ?? Number.NaN), 0);

/** HaoChen et al. 2021, with μ = 1, from its definition. */
function spectralLoss(views: Rows): number {
  const capped = views.map((z) => z.map((entry) => entry / Math.max(1, Math.sqrt(dot(z, z)))));
  const count = views.length / 2;
  const pair = (i: number, j: number): number => dot(capped[i] ?? [], capped[count + j] ?? []);
  const all = Array.from({ length: count }, (_, i) => i);
  const positive = all.reduce((sum, i) => sum + pair(i, i), 0) / count;
  const negative = all.flatMap((i) => all.map((j) => (i === j ? 0 : pair(i, j) ** 2)));
  return negative.reduce((sum, term) => sum + term, 0) / (count * (count - 1)) - 2 * positive;
}

/** Chen et al. 2020, equation 1, with τ = 0.5. */
function simclrLoss(views: Rows): number {
  const unit = views.map((z) => z.map((entry) => entry / Math.sqrt(dot(z, z))));
  const count = views.length;
  const losses = unit.map((z, i) => {
    const others = unit.map((other, j) => (j === i ? 0 : Math.exp(dot(z, other) / 0.5)));
    return (
      Math.log(others.reduce((sum, term) => sum + term, 0)) -
      dot(z, unit[(i + count / 2) % count] ?? []) / 0.5
    );
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / count;
}

const cases = {
  mlm: {
    experiment: {
      ...{ ...shared, study: 'mlm', data: language, masking: { id: 'bert' }, loss: { id: 'mlm' } },
      encoder: { id: 'transformer', layers: 1, width: 8, heads: 2, feedForward: 16 },
    },
    weights: 'block0/attention/norm/*,norm/*,output/*',
    outputHessian: crossEntropyHessian,
  },
  spectral: {
    experiment: { ...contrastive, loss: { id: 'spectral' } },
    weights: 'encoder/conv1/*,projector/output/*',
    outputHessian: (outputs: Rows) => differencesHessian(spectralLoss, outputs),
  },
  simclr: {
    experiment: { ...contrastive, loss: { id: 'simclr' } },
    weights: 'encoder/conv1/*,projector/output/*',
    outputHessian: (outputs: Rows) => differencesHessian(simclrLoss, outputs),
  },
};

/** Numbers of what `body` gives for a batch, flat. */
function evaluated(feeds: Feeds, body: (inputs: Inputs) => Tensor): number[] {
  return [
    ...(eagerEngine()
      .compile('check', (inputs) => ({ value: body(inputs) }))
      .run(feeds).value ?? []),
  ];
}

/** Gradients [outputs, weights] of every entry of `outputs`, each by a backward pass of its own. */
function explicitJacobian(
  feeds: Feeds,
  weights: ChosenWeights,
  outputs: (inputs: Inputs) => Tensor,
): number[][] {
  const count = evaluated(feeds, outputs).length;
  const program = eagerEngine().compile('row', (inputs) => {
    const entry = () => tf.sum(tf.mul(tf.reshape(outputs(inputs), [-1]), inputs.chosen as Tensor)) as Scalar;
    return valueAndGradients(entry, weights).gradients;
  });
  return Array.from({ length: count }, (_, k) => {
    const chosen = {
      shape: [count],
      data: Float32Array.from({ length: count }, (_entry, i) => (i === k ? 1 : 0)),
    };
    const parts = program.run({ ...feeds, chosen });
    return [...weights.all.keys()].flatMap((name) => [...(parts[name] ?? [])]);
  });
}

/** Jᵀ M J, the sum over batches by their shares of all examples. */
function sandwich(
  { examples }: Landscape,
  batches: readonly Feeds[],
  size: number,
  of: (feeds: Feeds) => { jacobian: Rows; middle: Rows },
): Float64Array {
  const total = batches.reduce((sum, feeds) => sum + examples(feeds), 0);
  const matrix = new Float64Array(size * size);
  for (const feeds of batches) {
    const { jacobian, middle } = of(feeds);
    const share = examples(feeds) / total;
    for (const [a, row] of middle.entries()) {
      const curved = new Float64Array(size);
      for (const [b, factor] of row.entries()) {
        if (factor !== 0)
          for (let j = 0; j < size; j++)
            curved[j] = (curved[j] ?? 0) + factor * (jacobian[b]?.[j] ?? Number.NaN);
      }
      const left = jacobian[a] ?? [];
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) {
          matrix[i * size + j] =
            (matrix[i * size + j] ?? 0) + share * (left[i] ?? Number.NaN) * (curved[j] ?? Number.NaN);
        }
      }
    }
  }
  return matrix;
}

/** The operator's entries against `expected`, as a share of the largest. */
function worst(operator: CurvatureOperator, expected: Float64Array): number {
  const { entries, asymmetry } = denseMatrix(operator);
  operator.dispose();
  expect(asymmetry).toBeLessThan(1e-4);
  const largest = expected.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
  return (
    entries.reduce((most, entry, i) => Math.max(most, Math.abs(entry - (expected[i] ?? Number.NaN))), 0) /
    largest
  );
}

describe.each(Object.entries(cases))('%s', (_name, { experiment, weights: names, outputHessian }) => {
  let training: Training;
  let weights: ChosenWeights;
  let batches: readonly Feeds[];
  beforeAll(async () => {
    training = await trained(experiment, captured);
    weights = weightsNamed(training.parameters, names);
    batches = [0, 1].map((index) => training.landscape.batch(6, index));
  });
  afterAll(() => training.dispose());

  test('Gauss-Newton is JᵀHJ of an explicit Jacobian, with the loss’s own second derivatives between', () => {
    const { landscape } = training;
    const expected = sandwich(landscape, batches, weights.count, (feeds) => {
      const outputs = evaluated(feeds, landscape.outputs);
      const rows = evaluated(feeds, (inputs) => tf.tensor1d(landscape.outputs(inputs).shape));
      const [count, width] = rows as [number, number];
      const table = Array.from({ length: count }, (_, i) => outputs.slice(i * width, (i + 1) * width));
      return {
        jacobian: explicitJacobian(feeds, weights, landscape.outputs),
        middle: outputHessian(table, feeds),
      };
    });
    // Float32 rounding of three passes.
    expect(worst(gaussNewton(landscape, weights, batches), expected)).toBeLessThan(2e-4);
  });

  test('empirical Fisher is the mean of outer products of each example’s gradient', () => {
    const { landscape } = training;
    const { examples, exampleLosses } = landscape;
    for (const feeds of batches) {
      const losses = evaluated(feeds, exampleLosses);
      const loss = scalarOf(Float32Array.from(evaluated(feeds, landscape.loss)));
      expect(losses.reduce((sum, one) => sum + one, 0) / examples(feeds)).toBeCloseTo(loss, 5);
    }
    const expected = sandwich(landscape, batches, weights.count, (feeds) => {
      const jacobian = explicitJacobian(feeds, weights, exampleLosses);
      const middle = jacobian.map((_, i) => jacobian.map((_row, j) => (i === j ? 1 / examples(feeds) : 0)));
      return { jacobian, middle };
    });
    expect(worst(empiricalFisher(landscape, weights, batches), expected)).toBeLessThan(2e-4);
  });

  test('the Hessian over batches is that of their joint loss; the eager engine gives its products', () => {
    const { landscape } = training;
    const { size, matvec, dispose } = exactHessian(landscape, weights, batches);
    const vectors = [...probes(size, 5, 'rademacher', stream(1, 'probes'))];
    const alone = vectors.map((vector) => matvec(vector));
    const eager = exactHessian({ ...landscape, engine: eagerEngine() }, weights, batches);
    const scale = Math.max(...alone.flatMap((product) => [...product.map(Math.abs)]));
    const difference = (a: Float64Array, b: Float64Array): number =>
      a.reduce((most, entry, i) => Math.max(most, Math.abs(entry - (b[i] ?? Number.NaN))), 0) / scale;
    // The second product, too, for which the gradient was held.
    for (const [i, product] of alone.slice(0, 2).entries()) {
      expect(difference(product, eager.matvec(vectors[i] as Float32Array))).toBeLessThan(1e-5);
    }
    const total = batches.reduce((sum, feeds) => sum + landscape.examples(feeds), 0);
    const joint = new Float64Array(size);
    for (const feeds of batches) {
      const one = exactHessian(landscape, weights, [feeds]);
      const share = landscape.examples(feeds) / total;
      for (const [i, entry] of one.matvec(vectors[0] as Float32Array).entries()) {
        joint[i] = (joint[i] ?? 0) + share * entry;
      }
      one.dispose();
    }
    expect(difference(alone[0] as Float64Array, joint)).toBeLessThan(1e-6);
    dispose();
  });
});

describe('choosing', () => {
  test.each([
    ['top', { count: 1 }, 'flatness/top'],
    ['density', { steps: 4, probes: 1, operator: 'ggn' }, 'flatness/ggn/negative_share'],
  ])('a run measures %s where its spec asks for it', async (id, settings, name) => {
    const flatness = { id, every: 10, batchSize: 4, ...settings };
    const training = await trained({ ...cases.mlm.experiment, flatness }, eagerEngine());
    const [measure] = training.measures;
    expect(measure?.every).toBe(10);
    const first = measure?.run(30);
    expect(first).toMatchObject([{ name, value: expect.any(Number), stderr: null }]);
    expect(measure?.run(30)).toEqual(first);
    training.dispose();
  });

  test('weights by name, several patterns, and an error that lists them', async () => {
    const training = await trained(cases.mlm.experiment, eagerEngine());
    const named = (globs: string): string[] => [...weightsNamed(training.parameters, globs).all.keys()];
    expect(named('*')).toEqual([...training.parameters.all.keys()]);
    expect(named('norm/*, output/*')).toEqual(['norm/gain', 'norm/offset', 'output/kernel', 'output/bias']);
    expect(named('*/gain').every((name) => name.endsWith('/gain'))).toBe(true);
    expect(() => named('output/*,encoder/*')).toThrow(/^Parameters encoder\/\*: no weight.*tokens/);
    // Freeing the choice leaves the model's weights alone.
    weightsNamed(training.parameters, '*').dispose();
    expect(training.parameters.all.get('output/kernel')?.isDisposed).toBe(false);
    training.dispose();
  });

  test('products leave no tensor behind, and the weights as they were', async () => {
    const training = await trained(cases.mlm.experiment, eagerEngine());
    const { landscape, parameters } = training;
    const batches = [landscape.batch(4)];
    const before = tf.memory().numTensors;
    const numbers = () => [...parameters.all.values()].map((weight) => [...weight.dataSync()]);
    const origin = numbers();
    const vector = Float32Array.from({ length: parameters.count }, (_, i) => Math.sin(i));
    for (const make of [exactHessian, gaussNewton, empiricalFisher]) {
      const operator = make(landscape, parameters, batches);
      operator.matvec(vector);
      operator.dispose();
      expect(tf.memory().numTensors).toBe(before);
    }
    expect(numbers()).toEqual(origin);
    training.dispose();
  });

  test('batches of other images, as far as there are any', async () => {
    const training = await trained({ ...cases.spectral.experiment, steps: 1 }, eagerEngine());
    const { batch, examples } = training.landscape;
    const pixels = (index: number): number[] => {
      const { images } = batch(50, index);
      return typeof images === 'object' ? [...images.data] : [];
    };
    expect(pixels(0)).toEqual(pixels(0));
    expect(pixels(3)).not.toEqual(pixels(0));
    expect(examples(batch(50, 3))).toBe(50);
    expect(() => batch(50, 4)).toThrow(/250 pairs are more than the 200 images/);
    expect(() => batch(1)).toThrow(/one pair has no other/);
    training.dispose();
  });

  test('weights that have diverged give an error, not a number', async () => {
    const training = await trained(cases.mlm.experiment, eagerEngine());
    const { landscape, parameters } = training;
    tf.tidy(() =>
      parameters.all
        .get('output/kernel')
        ?.assign(tf.fill(parameters.all.get('output/kernel')?.shape ?? [], Number.NaN)),
    );
    const operator = gaussNewton(landscape, parameters, [landscape.batch(4)]);
    expect(() => operator.matvec(new Float32Array(parameters.count).fill(1))).toThrow(/not finite/);
    training.dispose();
  });
});
