/** Fine-tuning: a copy of the encoder goes on learning, from labels. */
import { z } from 'zod';
import type { FeatureProbe, Measured } from '../definition.ts';
import { judged } from './accuracy.ts';

const params = z.strictObject({
  steps: z.int().min(1).max(1_000_000).default(300).meta({
    title: 'Steps',
    description: 'Of training on labels, with the batches of pre-training.',
    unit: 'steps',
    scale: 'log',
  }),
  learningRate: z.number().positive().max(1).default(1e-3).meta({
    title: 'Learning rate',
    description: 'Base rate of AdamW; it falls along half a cosine.',
    scale: 'log',
  }),
});

export const fineTuneProbe: FeatureProbe<typeof params> = {
  kind: 'probe',
  id: 'fine-tune',
  title: 'Fine-tuning',
  help: 'Encoder and projector are copied and trained further on labels, with a linear head and the same augmentation. Of two domains the labels of the source alone are seen, and both are judged. On the untrained encoder it is supervised learning of as many steps.',
  studies: ['contrastive'],
  params,
  cost: ({ steps }) => ({ steps }),
  measure(settings, task) {
    const { test, classes } = task;
    const answers = task.fineTuned?.(settings);
    if (!answers) return [];
    const of = (name: string, places: readonly number[]): Measured => {
      const own = (all: Int32Array) => Int32Array.from(places, (i) => all[i] as number);
      const { accuracy, stderr, baseline } = judged(own(answers), own(test.labels), classes);
      return { name: `accuracy/${name}`, value: accuracy, stderr, detail: { baseline } };
    };
    const all = [...test.labels.keys()];
    const { domains } = test;
    if (!domains) return [of('fine_tuned', all)];
    return [
      of(
        'target_fine_tuned',
        all.filter((i) => domains[i] !== 0),
      ),
      of(
        'source_fine_tuned',
        all.filter((i) => domains[i] === 0),
      ),
    ];
  },
};
