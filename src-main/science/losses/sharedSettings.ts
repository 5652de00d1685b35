/** Settings that several losses have. */
import { z } from 'zod';

export const momentum = z.number().min(0).max(1).default(0.99).meta({
  title: 'Momentum m',
  description: 'The target’s weights become m times themselves plus 1 − m times the trained ones, each step.',
});

export const temperature = (usual: number) =>
  z.number().min(0.03).max(10).default(usual).meta({
    title: 'Temperature τ',
    description: 'Cosines are divided by it: small values weigh the hardest negatives.',
    scale: 'log',
  });
