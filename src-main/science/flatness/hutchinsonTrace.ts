/** Tr(H) of the pre-training loss by Hutchinson's estimator on a fixed batch. */
import { z } from 'zod';
import type { FlatnessDefinition } from '../definition.ts';
import { hutchinson } from '../linalg/hutchinson.ts';
import { centralDifferenceHessian } from './operators/centralDifferenceHessian.ts';

const params = z.strictObject({
  probes: z.int().min(2).max(10_000).default(8).meta({
    title: 'Probes',
    description: 'Random directions; the standard error falls with their square root.',
    scale: 'log',
  }),
  batchSize: z.int().min(1).max(65_536).default(128).meta({
    title: 'Batch',
    description: 'Examples of the fixed batch on which curvature is taken.',
    scale: 'log',
  }),
  distribution: z.enum(['rademacher', 'normal']).default('rademacher').meta({
    title: 'Directions',
    description: 'Random signs (least variance), or normal numbers as in the papers.',
  }),
  epsilon: z.number().positive().max(1).default(1e-3).meta({
    title: 'Difference step',
    description: 'Step of the central difference along a direction with entries of size 1.',
    scale: 'log',
  }),
});

export const hutchinsonTrace: FlatnessDefinition<typeof params> = {
  kind: 'flatness',
  id: 'trace',
  title: 'Trace of the Hessian',
  help:
    'Mean of vᵀHv over random directions v, by central differences of the gradient. The error ' +
    'covers the choice of directions, not of the batch. The trace changes under rescalings of ' +
    'weights that leave the function unchanged.',
  reference: 'Hutchinson 1990; Liu et al. 2022, arXiv 2210.14199',
  studies: ['contrastive', 'mlm'],
  params,
  measure({ probes, batchSize, distribution, epsilon }, { engine, parameters, loss, batch }, random) {
    const hessian = centralDifferenceHessian(engine, parameters, loss, batch(batchSize), epsilon);
    try {
      return hutchinson(hessian, probes, distribution, random);
    } finally {
      hessian.dispose();
    }
  },
};
