import { afterEach, expect, test, vi } from 'vitest';
import { tf } from '#engine/backend.ts';
import { eagerEngine } from '#engine/eager.ts';
import type { Inputs } from '#engine/engine.ts';
import { SeededParameters } from '#engine/parameters.ts';
import { stream } from '#engine/random.ts';
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '#engine/tf.ts';
import type { FlatnessDefinition, Landscape } from '#science/definition.ts';
import { density } from '#science/flatness/density.ts';
import { exact } from '#science/flatness/exact.ts';
import { top } from '#science/flatness/top.ts';
import { trace } from '#science/flatness/trace.ts';
import { jacobiEigenvalues, type Matrix, randomSymmetric, traceOf } from './support/matrices.ts';

// Operation by operation, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

const parameters = new SeededParameters(0);
afterEach(() => parameters.dispose());

const size = 6;
const matrix = randomSymmetric(size, 8);

/**
 * L = ½ wᵀAw · scale, in two weights of four and two numbers, with w as the outputs: Hessian and
 * Gauss-Newton matrix are A times the mean scale. Its examples have the losses x·w: the Fisher matrix is
 * the mean of xxᵀ. Batch i has i + 1 examples and the scale i + 1.
 */
function quadratic(): Landscape {
  parameters.dispose();
  const weights = [parameters.normal('first', [4], 1), parameters.normal('second', [2], 1)];
  const outputs = (): Tensor => tf.concat(weights, 0);
  const lossOf = (w: Tensor, { scale }: Inputs): Scalar => {
    const row = tf.reshape(w, [1, size]) as Tensor2D;
    const curved = tf.matMul(row, tf.tensor2d(matrix as number[][]));
    return tf.mul(tf.mul(tf.sum(tf.mul(curved, row)), 0.5), scale as Scalar) as Scalar;
  };
  return {
    ...{ engine: eagerEngine(), parameters, outputs, lossOf },
    loss: (inputs) => lossOf(outputs(), inputs),
    exampleLosses: ({ x }) => tf.reshape(tf.matMul(x as Tensor2D, tf.reshape(outputs(), [size, 1])), [-1]),
    batch: (_size, index = 0) => ({
      scale: index + 1,
      x: { shape: [index + 1, size], data: Float32Array.from(rowsOf(index).flat()) },
    }),
    examples: ({ x }) => (typeof x === 'object' ? (x.shape[0] ?? 0) : 0),
  };
}

const rowsOf = (index: number): number[][] =>
  Array.from({ length: index + 1 }, (_, i) =>
    Array.from({ length: size }, (_entry, j) => Math.sin(1 + i + 7 * j * (index + 1))),
  );

function measured(definition: FlatnessDefinition, settings: object, onProducts?: (done: number) => void) {
  const params = definition.params.parse(settings);
  return definition.measure(params, quadratic(), stream(1, 'flatness'), onProducts);
}

const spectrumOf = (of: Matrix): number[] => jacobiEigenvalues(of).reverse();

test('trace, largest eigenvalues and whole spectrum agree with the matrix, averaged over batches by examples', () => {
  // (1 · 1 + 2 · 2) / (1 + 2)
  const scale = 5 / 3;
  const spectrum = spectrumOf(matrix).map((value) => value * scale);
  for (const operator of ['hessian', 'ggn']) {
    const all = measured(exact, { operator, batches: 2 });
    expect(all.value).toBeCloseTo(traceOf(matrix) * scale, 4);
    const found = all.detail.eigenvalues as number[];
    for (const [i, value] of spectrum.entries()) expect(found[i]).toBeCloseTo(value, 4);
    const largest = measured(top, { operator, batches: 2, count: 2 });
    expect(largest.value).toBeCloseTo(spectrum[0] ?? Number.NaN, 4);
    expect((largest.detail.eigenvalues as number[])[1]).toBeCloseTo(spectrum[1] ?? Number.NaN, 4);
    const estimated = measured(trace, { operator, batches: 2, probes: 40 });
    expect(Math.abs(estimated.value - traceOf(matrix) * scale)).toBeLessThan(4 * (estimated.stderr ?? 0));
    // As many products as dimensions in the sketch: nothing is left to estimate.
    const improved = measured(trace, { operator, batches: 2, probes: 30, method: 'hutchpp' });
    expect(improved.value).toBeCloseTo(traceOf(matrix) * scale, 3);
    expect(improved.stderr).toBeLessThan(1e-3);
    const weights = [...parameters.all.values()].flatMap((weight) => [...weight.dataSync()]);
    const scaled = weights.reduce((sum, w, i) => sum + w * w * (matrix[i]?.[i] ?? 0) * scale, 0);
    expect(all.detail.scaledTrace).toBeCloseTo(scaled, 4);
  }
});

test('the Fisher matrix is the mean over all examples of all batches', () => {
  const rows = [0, 1].flatMap(rowsOf);
  const fisher = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_entry, j) =>
      rows.reduce((sum, row) => sum + ((row[i] ?? 0) * (row[j] ?? 0)) / rows.length, 0),
    ),
  );
  const found = measured(exact, { operator: 'fisher', batches: 2 }).detail.eigenvalues as number[];
  for (const [i, value] of spectrumOf(fisher).entries()) expect(found[i]).toBeCloseTo(value, 5);
});

test('chosen weights alone give a block of the matrix, and a series of their own', () => {
  const { name, value } = measured(exact, { parameters: 'second' });
  expect(value).toBeCloseTo((matrix[4]?.[4] ?? 0) + (matrix[5]?.[5] ?? 0), 5);
  expect(name).toBe('flatness/exact_trace/second');
  expect(measured(trace, { operator: 'ggn', probes: 2 }).name).toBe('flatness/ggn/trace');
  expect(measured(top, {}).name).toBe('flatness/top');
});

test('the density integrates to one, and its negative share is that of the spectrum as each direction sees it', () => {
  const { detail, value } = measured(density, { probes: 30, steps: size, points: 2000 });
  const [grid, heights] = [detail.grid as number[], detail.density as number[]];
  const step = (grid[1] ?? Number.NaN) - (grid[0] ?? Number.NaN);
  expect(heights.reduce((sum, height) => sum + height * step, 0)).toBeCloseTo(1, 3);
  const negative = jacobiEigenvalues(matrix).filter((one) => one < 0).length / size;
  // Σ τ² over some of six eigenvectors: a standard deviation below 0.2, over 30 directions.
  expect(Math.abs(value - negative)).toBeLessThan(0.15);
});

test('products are told of as they are taken, and counted', () => {
  const counts: number[] = [];
  const { detail } = measured(trace, { probes: 7 }, (done) => counts.push(done));
  expect(counts).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(detail.products).toBe(7);
  expect(detail.samples).toHaveLength(7);
});

test('an operation whose second derivative is not known stops every matrix, in the model and in the loss', () => {
  const doubled = tf.customGrad((...inputs) => {
    const [x] = inputs as [Tensor];
    return { value: tf.mul(2, x), gradFunc: (dy: Tensor) => tf.mul(dy, 2) };
  });
  const plain = quadratic();
  const inModel: Landscape = {
    ...plain,
    loss: (inputs) => plain.lossOf(doubled(plain.outputs(inputs)), inputs),
    outputs: (inputs) => doubled(plain.outputs(inputs)),
    exampleLosses: (inputs) => doubled(plain.exampleLosses(inputs)) as Tensor1D,
  };
  const inLoss: Landscape = { ...plain, lossOf: (w, inputs) => plain.lossOf(doubled(w), inputs) };
  const before = tf.memory().numTensors;
  const measuring = (operator: string, landscape: Landscape) => () =>
    top.measure(top.params.parse({ operator }), landscape, stream(1, 'flatness'));
  for (const operator of ['hessian', 'ggn', 'fisher']) {
    expect(measuring(operator, inModel), operator).toThrow(/^Curvature: .* not known to be right/);
  }
  expect(measuring('ggn', inLoss)).toThrow(/^Curvature: .* not known to be right/);
  expect(tf.memory().numTensors).toBe(before);
});

test('what cannot be measured is refused in one line', () => {
  expect(() => measured(trace, { method: 'hutchpp', probes: 5 })).toThrow(/probes: Hutch\+\+ needs 6/);
  expect(() => measured(trace, { operator: 'ggn', product: 'differences' })).toThrow(/the Hessian alone/);
  const landscape = quadratic();
  parameters.constant('large', [5000], 0);
  const measure = () => exact.measure(exact.params.parse({}), landscape, stream(1, 'flatness'));
  expect(measure).toThrow(/5,006 weights are more than the 5,000/);
});
