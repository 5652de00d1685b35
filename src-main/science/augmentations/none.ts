/** Views that are the images themselves: for graphs, whose edges say what a pair is, and as an ablation. */
import { z } from 'zod';
import type { Augmentation } from '../definition.ts';

const params = z.strictObject({});

export const noAugmentation: Augmentation<typeof params> = {
  kind: 'augmentation',
  id: 'none',
  title: 'None',
  help: 'Both views are the example itself. Of a graph the edges make the pairs.',
  studies: ['contrastive'],
  params,
  draw: () => ({}),
  views: (images) => images,
  plainViews: (images) => images,
};
