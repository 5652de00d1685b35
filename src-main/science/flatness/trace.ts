/** The trace of a curvature matrix, estimated on fixed batches from products with random directions. */
import { z } from 'zod';
import { BasinError } from '#contract/error.ts';
import type { FlatnessDefinition } from '../definition.ts';
import { hutchinson, type TraceEstimate } from '../linalg/hutchinson.ts';
import { fewestProducts, hutchpp } from '../linalg/hutchpp.ts';
import type { SymmetricOperator } from '../linalg/operator.ts';
import { counted, curvatureOf, curvatureSettings, seriesName, subjectOf } from './curvature.ts';
import { centralDifferenceHessian } from './operators/centralDifferenceHessian.ts';
import type { CurvatureOperator } from './operators/curvatureOperator.ts';
import { scaledByWeights } from './operators/scaledByWeights.ts';

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
  scaled: z
    .boolean()
    .default(false)
    .meta({
      title: 'Scaled trace',
      description:
        'Also Tr(DAD) with D = diag |w|, which rescalings of weights before a normalisation leave as it is; as many ' +
        'products again.',
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
    'directions, not of the batch. The trace changes under rescalings of weights that leave the function unchanged; ' +
    'scaled by the weights (Basin’s own form of adaptive sharpness) it does not.',
  reference:
    'Hutchinson 1990; Meyer, Musco, Musco and Woodruff 2021, arXiv 2010.09649; Liu et al. 2022, arXiv 2210.14199; ' +
    'relative perturbations: Kwon, Kim, Park and Choi 2021, arXiv 2102.11600',
  studies: ['contrastive', 'mlm'],
  params,
  products: ({ probes, scaled }) => (scaled ? 2 * probes : probes),
  measure(settings, landscape, random, onProducts) {
    const { operator, method, probes, distribution, scaled, product, epsilon } = settings;
    if (method === 'hutchpp' && probes < fewestProducts) {
      const why = `Hutch++ needs ${fewestProducts} products or more`;
      throw new BasinError('bad-input', `Setting probes: ${why}. Raise it, or take Hutchinson’s.`, 'probes');
    }
    if (operator !== 'hessian' && product === 'differences') {
      const why = 'central differences of gradients give the Hessian alone';
      throw new BasinError('bad-input', `Setting product: ${why}. Take exact products.`, 'product');
    }
    const { weights, batches } = subjectOf(landscape, settings);
    const series = (measure: string, { estimate: value, stderr }: TraceEstimate) => ({
      ...{ name: seriesName(measure, settings), value, stderr },
    });
    const estimate = (matrix: CurvatureOperator) => {
      try {
        const { operator: counting, products } = counted(matrix, onProducts);
        const traceOf = (subject: SymmetricOperator) => {
          const found = { hutchinson, hutchpp }[method](subject, probes, distribution, random);
          return { ...found, samples: [...found.samples] };
        };
        const found = traceOf(counting);
        const beside = scaled ? traceOf(scaledByWeights(counting, weights)) : null;
        return {
          ...series('trace', found),
          detail: { ...found, ...(beside ? { scaled: beside } : {}), products: products() },
          ...(beside ? { beside: [series('scaled_trace', beside)] } : {}),
        };
      } finally {
        matrix.dispose();
      }
    };
    if (product === 'exact') return estimate(curvatureOf(landscape, settings));
    return estimate(centralDifferenceHessian(landscape, weights, batches, epsilon));
  },
};
