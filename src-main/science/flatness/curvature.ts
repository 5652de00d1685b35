/** Which curvature matrix, on which examples and weights: what all flatness measures let one choose. */
import { z } from 'zod';
import type { Landscape, OnProducts } from '../definition.ts';
import type { SymmetricOperator } from '../linalg/operator.ts';
import { weightsNamed } from './operators/chosenWeights.ts';
import type { CurvatureOperator } from './operators/curvatureOperator.ts';
import { empiricalFisher } from './operators/empiricalFisher.ts';
import { exactHessian } from './operators/exactHessian.ts';
import { gaussNewton } from './operators/gaussNewton.ts';

export const curvatureSettings = {
  operator: z.enum(['hessian', 'ggn', 'fisher']).default('hessian').meta({
    title: 'Matrix',
    description: 'Hessian of the loss, its generalised Gauss-Newton matrix, or the empirical Fisher matrix.',
  }),
  batchSize: z.int().min(1).max(65_536).default(128).meta({
    title: 'Batch',
    description: 'Examples of the fixed batch on which curvature is taken.',
    scale: 'log',
  }),
  batches: z.int().min(1).max(1000).default(1).meta({
    title: 'Batches',
    description: 'Fixed batches over which curvature is averaged, by their examples.',
    scale: 'log',
  }),
  parameters: z.string().min(1).default('*').meta({
    title: 'Weights',
    description:
      'Names of the weights that may move, with * for any characters: encoder/*. Commas between several.',
  }),
};

export type CurvatureSettings = z.output<z.ZodObject<typeof curvatureSettings>>;

/** The chosen matrix at the weights' present values. */
export function curvatureOf(landscape: Landscape, settings: CurvatureSettings): CurvatureOperator {
  const { weights, batches } = subjectOf(landscape, settings);
  const make = { hessian: exactHessian, ggn: gaussNewton, fisher: empiricalFisher }[settings.operator];
  return make(landscape, weights, batches);
}

/** The weights and batches that the settings name. */
export function subjectOf(landscape: Landscape, { batchSize, batches, parameters }: CurvatureSettings) {
  return {
    weights: weightsNamed(landscape.parameters, parameters),
    batches: Array.from({ length: batches }, (_, index) => landscape.batch(batchSize, index)),
  };
}

/** `flatness/trace` for the Hessian of all weights, else with the matrix and the names: `flatness/ggn/trace/encoder/*`. */
export function seriesName(measure: string, { operator, parameters }: CurvatureSettings): string {
  const parts = ['flatness', ...(operator === 'hessian' ? [] : [operator]), measure];
  return [...parts, ...(parameters === '*' ? [] : [parameters])].join('/');
}

/** `operator`, telling of each product; and how many there have been. */
export function counted(operator: SymmetricOperator, onProducts: OnProducts = () => {}) {
  let done = 0;
  const counting: SymmetricOperator = {
    size: operator.size,
    matvec(vector) {
      const product = operator.matvec(vector);
      done += 1;
      onProducts(done);
      return product;
    },
  };
  return { operator: counting, products: () => done };
}
