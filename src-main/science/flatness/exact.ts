/** All eigenvalues of a curvature matrix, from its entries: the ground truth for small models. */
import { z } from 'zod';
import { BasinError } from '#contract/error.ts';
import type { FlatnessDefinition } from '../definition.ts';
import { eigenvalues } from '../linalg/eigh.ts';
import type { SymmetricOperator } from '../linalg/operator.ts';
import { counted, curvatureOf, curvatureSettings, seriesName } from './curvature.ts';
import { weightsNamed } from './operators/chosenWeights.ts';
import { weightSizes } from './operators/scaledByWeights.ts';

/** The matrix has the square of as many entries: 200 MB. */
const weightLimit = 5000;

const params = z.strictObject(curvatureSettings);

export const exact: FlatnessDefinition<typeof params> = {
  kind: 'flatness',
  id: 'exact',
  title: 'Exact spectrum of the Hessian',
  help: `Every eigenvalue and their sum, from a product with each unit vector: for at most ${weightLimit} weights.`,
  studies: ['contrastive', 'mlm'],
  params,
  products: (_params, size) => size,
  measure(settings, landscape, _random, onProducts) {
    const matrix = curvatureOf(landscape, settings);
    const { size } = matrix;
    try {
      if (size > weightLimit) {
        const why = `${size.toLocaleString('en')} weights are more than the ${weightLimit.toLocaleString('en')} allowed`;
        throw new BasinError(
          'bad-input',
          `Exact curvature: ${why}. Name fewer by parameters, or estimate the trace.`,
          'parameters',
        );
      }
      const { operator, products } = counted(matrix, onProducts);
      const { entries, asymmetry } = denseMatrix(operator);
      const weights = weightSizes(weightsNamed(landscape.parameters, settings.parameters));
      let [trace, scaledTrace] = [0, 0];
      for (let i = 0; i < size; i++) {
        const entry = entries[i * size + i] as number;
        trace += entry;
        scaledTrace += (weights[i] as number) ** 2 * entry;
      }
      const values = [...eigenvalues(entries, size)].reverse();
      return {
        name: seriesName('exact_trace', settings),
        value: trace,
        stderr: null,
        detail: { trace, scaledTrace, eigenvalues: values, asymmetry, products: products() },
      };
    } finally {
      matrix.dispose();
    }
  },
};

/** (A + Aᵀ) / 2, row-major, and the largest |A − Aᵀ| as a share of the largest |A|: rounding of the products. */
export function denseMatrix(operator: SymmetricOperator): { entries: Float64Array; asymmetry: number } {
  const { size } = operator;
  const entries = new Float64Array(size * size);
  const unit = new Float32Array(size);
  for (let row = 0; row < size; row++) {
    unit[row] = 1;
    entries.set(operator.matvec(unit), size * row);
    unit[row] = 0;
  }
  let [largest, difference] = [0, 0];
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const [a, b] = [entries[i * size + j] as number, entries[j * size + i] as number];
      largest = Math.max(largest, Math.abs(a), Math.abs(b));
      difference = Math.max(difference, Math.abs(a - b));
      entries[i * size + j] = (a + b) / 2;
      entries[j * size + i] = (a + b) / 2;
    }
  }
  return { entries, asymmetry: largest === 0 ? 0 : difference / largest };
}
