/** The spectral density of a curvature matrix, by stochastic Lanczos quadrature. */
import { z } from 'zod';
import type { FlatnessDefinition } from '../definition.ts';
import { spectralDensity } from '../linalg/slq.ts';
import { counted, curvatureOf, curvatureSettings, seriesName } from './curvature.ts';

const params = z.strictObject({
  ...curvatureSettings,
  probes: z.int().min(1).max(1000).default(4).meta({
    title: 'Probes',
    description: 'Random directions over which the density is averaged.',
  }),
  steps: z.int().min(2).max(500).default(40).meta({
    title: 'Lanczos steps',
    description:
      'Products for each direction, all of which are held in memory: more tell finer structure apart.',
    scale: 'log',
  }),
  relativeWidth: z.number().positive().max(1).default(0.01).meta({
    title: 'Width',
    description:
      'Standard deviation of the Gaussian that each eigenvalue is drawn with, as a share of the range.',
    scale: 'log',
  }),
  points: z.int().min(16).max(100_000).default(1024).meta({
    title: 'Points',
    description: 'Of the grid on which the density is given.',
    scale: 'log',
  }),
});

export const density: FlatnessDefinition<typeof params> = {
  kind: 'flatness',
  id: 'density',
  title: 'Spectral density of the Hessian',
  help:
    'How the eigenvalues are spread, by stochastic Lanczos quadrature. The curve shows the share of the ' +
    'spectrum that is negative; the density itself is kept beside it.',
  reference: 'Ghorbani, Krishnan and Xiao 2019, arXiv 1901.10159',
  studies: ['contrastive', 'mlm'],
  params,
  products: ({ probes, steps }, size) => probes * Math.min(steps, size),
  measure(settings, landscape, random, onProducts) {
    const matrix = curvatureOf(landscape, settings);
    try {
      const { operator, products } = counted(matrix, onProducts);
      const { grid, density: heights, width, nodes, weights } = spectralDensity(operator, settings, random);
      const negative = weights.reduce((sum, weight, i) => sum + ((nodes[i] as number) < 0 ? weight : 0), 0);
      return {
        name: seriesName('negative_share', settings),
        value: negative,
        stderr: null,
        detail: { grid: [...grid], density: [...heights], width, negative, products: products() },
      };
    } finally {
      matrix.dispose();
    }
  },
};
