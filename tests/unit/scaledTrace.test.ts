/** Tr(DHD), D = diag |w|: of a model whose first layer may be rescaled before a normalisation. */
import { afterEach, expect, test, vi } from 'vitest';
import { tf } from '#engine/backend.ts';
import { eagerEngine } from '#engine/eager.ts';
import type { Inputs } from '#engine/engine.ts';
import { SeededParameters } from '#engine/parameters.ts';
import { stream } from '#engine/random.ts';
import type { Tensor1D, Tensor2D } from '#engine/tf.ts';
import type { Landscape } from '#science/definition.ts';
import { denseMatrix } from '#science/flatness/exact.ts';
import { weightsNamed } from '#science/flatness/operators/chosenWeights.ts';
import { exactHessian } from '#science/flatness/operators/exactHessian.ts';
import { trace } from '#science/flatness/trace.ts';
import { labelCrossEntropy } from '#science/losses/labelCrossEntropy.ts';
import { dense } from '#science/nn/dense.ts';
import { layerNorm } from '#science/nn/layerNorm.ts';

// Operation by operation, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const [rows, from, hidden, classes] = [12, 3, 6, 4];
const parameters = new SeededParameters(5);
afterEach(() => parameters.dispose());

/** Dense, normalisation, dense; the first layer's weights and biases are `scale` times as large. */
function normalised(scale: number): Landscape {
  parameters.dispose();
  const first = dense('first', from, hidden, 1, parameters);
  const norm = layerNorm('norm', hidden, parameters);
  const second = dense('second', hidden, classes, 1, parameters);
  for (const name of ['first/kernel', 'first/bias']) {
    const weight = parameters.all.get(name) ?? expect.unreachable();
    const numbers = Float32Array.from({ length: weight.size }, (_, i) => scale * (1 + Math.sin(7 * i + 1)));
    tf.tidy(() => weight.assign(tf.tensor(numbers, weight.shape)));
  }
  const outputs = ({ x }: Inputs): Tensor2D => second(norm(first(x as Tensor2D)));
  const lossOf: Landscape['lossOf'] = (logits, { labels }) =>
    labelCrossEntropy(logits as Tensor2D, labels as Tensor1D, classes);
  return {
    ...{ engine: eagerEngine(), parameters, outputs, lossOf },
    loss: (inputs) => lossOf(outputs(inputs), inputs),
    exampleLosses: () => expect.unreachable(),
    // Large, so that the normalisation's ε is nothing beside the variance.
    batch: () => ({
      x: {
        shape: [rows, from],
        data: Float32Array.from({ length: rows * from }, (_, i) => 20 * Math.sin(i * i)),
      },
      labels: { shape: [rows], data: Int32Array.from({ length: rows }, (_, i) => (i * i) % classes) },
    }),
    examples: () => rows,
  };
}

function measured(landscape: Landscape, settings: object = {}) {
  const params = trace.params.parse({ scaled: true, probes: 20, ...settings });
  const found = trace.measure(params, landscape, stream(1, 'flatness'));
  const [scaled] = found.beside ?? [];
  if (!scaled) throw new Error('There is no scaled trace.');
  return { plain: found, scaled };
}

test('agrees with Σ w² H_ii of the explicit Hessian, by both estimators', () => {
  const landscape = normalised(1);
  const weights = weightsNamed(parameters, '*');
  const matrix = exactHessian(landscape, weights, [landscape.batch(rows, 0)]);
  const { entries } = denseMatrix(matrix);
  matrix.dispose();
  const numbers = [...parameters.all.values()].flatMap((weight) => [...weight.dataSync()]);
  const expected = numbers.reduce(
    (sum, w, i) => sum + w * w * (entries[i * numbers.length + i] as number),
    0,
  );
  const { scaled } = measured(landscape);
  expect(scaled.name).toBe('flatness/scaled_trace');
  expect(Math.abs(scaled.value - expected)).toBeLessThan(4 * (scaled.stderr ?? 0));
  // A sketch of as many directions as there are weights leaves nothing to estimate but rounding.
  const whole = measured(landscape, { method: 'hutchpp', probes: 3 * numbers.length }).scaled;
  expect(whole.value / expected).toBeCloseTo(1, 4);
});

test('stays where a layer before a normalisation is rescaled, as the plain trace does not', () => {
  // The same directions: what is left is rounding, and the normalisation's ε.
  const all = [1, 3].map((scale) => measured(normalised(scale)).scaled.value);
  expect((all[1] ?? 0) / (all[0] ?? 0)).toBeCloseTo(1, 3);
  const settings = { operator: 'ggn', parameters: 'first/*' };
  const [before, after] = [1, 3].map((scale) => measured(normalised(scale), settings));
  expect((after?.scaled.value ?? 0) / (before?.scaled.value ?? 0)).toBeCloseTo(1, 3);
  expect((after?.plain.value ?? 0) / (before?.plain.value ?? 0)).toBeCloseTo(1 / 9, 3);
  expect(after?.scaled.name).toBe('flatness/ggn/scaled_trace/first/*');
});

test('is left out unless it is asked for', () => {
  const found = trace.measure(trace.params.parse({ probes: 2 }), normalised(1), stream(1, 'flatness'));
  expect(found).not.toHaveProperty('beside');
  expect(trace.products(trace.params.parse({ probes: 4, scaled: true }), 10)).toBe(8);
});
