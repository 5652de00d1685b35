/** The trace of a curvature matrix, estimated on fixed batches from products with random directions. */
import { z } from 'zod';
import { BasinError } from '#contract/error.ts';
import type { FlatnessDefinition } from '../definition.ts';
import { hutchinson } from '../linalg/hutchinson.ts';
import { fewestProducts, hutchpp } from '../linalg/hutchpp.ts';
import { counted, curvatureOf, curvatureSettings, seriesName, subjectOf } from './curvature.ts';
import { centralDifferenceHessian } from './operators/centralDifferenceHessian.ts';
import type { CurvatureOperator } from './operators/curvatureOperator.ts';

const params = z.strictObject({
  ...curvatureSettings,
  method: z
    .enum(['hutchinson', 'hutchpp'])
    .default('hutchinson')
    .meta({
      title: 'Estimator',
      description:
        'Hutchinson: the mean of vᵀAv. Hutch++: a third of the products finds the largest directions, whose ' +
        'trace is taken exactly; better where few eigenvalues make up the trace.',
    }),
  probes: z.int().min(2).max(10_000).default(8).meta({
    title: 'Probes',
    description:
      'Products with random directions; the standard error falls with their square root or faster.',
    scale: 'log',
  }),
  distribution: z.enum(['rademacher', 'normal']).default('rademacher').meta({
    title: 'Directions',
    description: 'Random signs (least variance), or normal numbers as in the papers.',
  }),
  product: z
    .enum(['exact', 'differences'])
    .default('exact')
    .meta({
      title: 'Products',
      description:
        'Second derivatives, or central differences of gradients: noisy for rectified units, for the Hessian ' +
        'alone, and for losses with operations whose second derivative is not known to be right.',
    }),
  epsilon: z.number().positive().max(1).default(1e-3).meta({
    title: 'Difference step',
    description: 'Step of central differences along a direction with entries of size 1.',
    scale: 'log',
  }),
});

export const trace: FlatnessDefinition<typeof params> = {
  kind: 'flatness',
  id: 'trace',
  title: 'Trace of the Hessian',
  help:
    'Sum of the eigenvalues, from random directions v and products Av. The error covers the choice of ' +
    'directions, not of the batch. The trace changes under rescalings of weights that leave the function unchanged.',
  reference:
    'Hutchinson 1990; Meyer, Musco, Musco and Woodruff 2021, arXiv 2010.09649; Liu et al. 2022, arXiv 2210.14199',
  studies: ['contrastive', 'mlm'],
  params,
  products: ({ probes }) => probes,
  measure(settings, landscape, random, onProducts) {
    const { operator, method, probes, distribution, product, epsilon } = settings;
    if (method === 'hutchpp' && probes < fewestProducts) {
      const why = `Hutch++ needs ${fewestProducts} products or more`;
      throw new BasinError('bad-input', `Setting probes: ${why}. Raise it, or take Hutchinson’s.`, 'probes');
    }
    if (operator !== 'hessian' && product === 'differences') {
      const why = 'central differences of gradients give the Hessian alone';
      throw new BasinError('bad-input', `Setting product: ${why}. Take exact products.`, 'product');
    }
    const estimate = (matrix: CurvatureOperator) => {
      try {
        const { operator: counting, products } = counted(matrix, onProducts);
        const found = { hutchinson, hutchpp }[method](counting, probes, distribution, random);
        return {
          name: seriesName('trace', settings),
          value: found.estimate,
          stderr: found.stderr,
          detail: { ...found, samples: [...found.samples], products: products() },
        };
      } finally {
        matrix.dispose();
      }
    };
    if (product === 'exact') return estimate(curvatureOf(landscape, settings));
    const { weights, batches } = subjectOf(landscape, settings);
    return estimate(centralDifferenceHessian(landscape, weights, batches, epsilon));
  },
};
