/** The largest eigenvalues of a curvature matrix, by Lanczos' method. */
import { z } from 'zod';
import type { FlatnessDefinition } from '../definition.ts';
import { extremeEigenvalues } from '../linalg/extremeEigenvalues.ts';
import { counted, curvatureOf, curvatureSettings, seriesName } from './curvature.ts';

const params = z.strictObject({
  ...curvatureSettings,
  count: z.int().min(1).max(100).default(1).meta({
    title: 'Eigenvalues',
    description: 'How many, from the largest down.',
  }),
  tolerance: z.number().positive().max(0.1).default(1e-4).meta({
    title: 'Tolerance',
    description:
      'Of each residual ‖Av − λv‖, as a share of the largest eigenvalue. Products are float32: from 1e-6.',
    scale: 'log',
  }),
  maxProducts: z.int().min(1).max(100_000).default(400).meta({
    title: 'Most products',
    description: 'Where it ends, converged or not; the residuals tell how far it got.',
    scale: 'log',
  }),
});

/** What one eigenvalue took on the presets' models, and each further one. */
const [first, further] = [20, 15];

export const top: FlatnessDefinition<typeof params> = {
  kind: 'flatness',
  id: 'top',
  title: 'Largest eigenvalues of the Hessian',
  help:
    'The sharpest directions, by Lanczos’ method; the curve shows the largest. Eigenvalues change under ' +
    'rescalings of weights that leave the function unchanged.',
  reference: 'Lanczos 1950; Wu and Simon 2000',
  studies: ['contrastive', 'mlm'],
  params,
  products: ({ count, maxProducts }, size) => Math.min(size, maxProducts, first + further * (count - 1)),
  measure(settings, landscape, random, onProducts) {
    const { count, tolerance, maxProducts } = settings;
    const matrix = curvatureOf(landscape, settings);
    try {
      const { operator } = counted(matrix, onProducts);
      const found = extremeEigenvalues(operator, count, random, { tolerance, maxProducts });
      const { eigenvalues, residuals, products, converged } = found;
      return {
        name: seriesName('top', settings),
        value: eigenvalues[0] ?? Number.NaN,
        stderr: null,
        detail: { eigenvalues: [...eigenvalues], residuals: [...residuals], products, converged },
      };
    } finally {
      matrix.dispose();
    }
  },
};
