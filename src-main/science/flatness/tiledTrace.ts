/** The trace of a small model as the larger model that it is part of: for comparisons between sizes. */
import { z } from 'zod';
import { BasinError } from '#contract/error.ts';
import type { FlatnessDefinition, FlatnessDetail, FlatnessFound, Measured } from '../definition.ts';
import { trace } from './trace.ts';

const params = z.strictObject({
  ...trace.params.shape,
  width: z.int().min(4).max(16_384).default(256).meta({
    title: 'Width',
    description:
      'Of the larger model: a multiple of the run’s own. Heads and feed-forward widths grow with it.',
    scale: 'log',
  }),
  layers: z.int().min(1).max(48).default(4).meta({
    title: 'Layers',
    description: 'Of the larger model, at least the run’s own; what is added passes everything on.',
  }),
  plain: z.boolean().default(false).meta({
    title: 'Plain trace, too',
    description: 'A run also measures the model as it is, at the cost of that model.',
  }),
});

export const tiledTrace: FlatnessDefinition<typeof params> = {
  kind: 'flatness',
  id: 'tiled-trace',
  title: 'Trace at one size',
  help:
    'The trace after the weights have been tiled into a larger model that computes the same function, so that ' +
    'models of different sizes are compared by matrices of one size. It costs what the larger model costs.',
  reference: 'Liu et al. 2022, arXiv 2210.14199; Basin’s own treatment of heads, norms and tied outputs',
  studies: ['mlm'],
  params,
  products: trace.products,
  enlarged: ({ width, layers, plain }) => ({ width, layers, plain }),
  measure({ width, layers, plain, ...settings }, landscape, random, onProducts) {
    if (!landscape.enlarged) {
      throw new BasinError(
        'unsupported',
        'Curvature: this study has no larger models. Take trace.',
        'flatness.id',
      );
    }
    const large = landscape.enlarged({ width, layers });
    try {
      const found = trace.measure(settings, large, random, onProducts);
      const own = plain ? seriesOf(trace.measure(settings, landscape, random)) : [];
      return {
        ...tiled(found),
        beside: [...(found.beside ?? []).map(tiled), ...own],
        detail: { ...(found.detail as FlatnessDetail), width, layers, size: large.parameters.count },
      };
    } finally {
      large.parameters.dispose();
    }
  },
};

function tiled<T extends Measured>(found: T): T {
  return { ...found, name: found.name.replace(/^flatness\//, 'flatness/tiled/') };
}

function seriesOf({ beside = [], ...found }: FlatnessFound): Measured[] {
  return [found, ...beside];
}
