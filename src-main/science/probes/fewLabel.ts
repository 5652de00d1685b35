/** How well a linear head does that is given a few labels of each class: the mean over repeated draws. */
import { z } from 'zod';
import type { Stream } from '#engine/random.ts';
import type { FeatureProbe, FeatureSet } from '../definition.ts';
import { meanOf } from '../linalg/hutchinson.ts';
import { judged } from './accuracy.ts';
import { fitClassifier, linearProbe } from './linear.ts';
import { classify } from './linearClassifier.ts';
import { rowsAt } from './rows.ts';
import { standardisedTask } from './standardised.ts';

const { l2, iterations } = linearProbe.params.shape;

const params = z.strictObject({
  labels: z.int().min(1).max(100_000).default(10).meta({
    title: 'Labels m',
    description: 'Labelled examples of each class; all there are, where a class has fewer.',
    scale: 'log',
  }),
  draws: z.int().min(2).max(1000).default(10).meta({
    title: 'Draws',
    description: 'Sets of labelled examples, over which accuracy is averaged.',
  }),
  l2: l2.default(1e-2),
  iterations,
});

export const fewLabelProbe: FeatureProbe<typeof params> = {
  kind: 'probe',
  id: 'few-label',
  title: 'Few labels',
  help: 'Logistic regression on m labelled examples a class, judged on the test set: mean and standard error over repeated draws. Features are scaled by all training examples, of which no other label is used.',
  studies: ['contrastive', 'mlm'],
  params,
  measure({ labels: each, draws, ...fit }, task, engine, random) {
    const { train, test } = standardisedTask(task);
    const places = placesByClass(train, task.classes);
    const results = Array.from({ length: draws }, () => {
      const drawn = rowsAt(train, Int32Array.from(places.flatMap((all) => sample(all, each, random))));
      const head = fitClassifier(drawn, task.classes, fit, engine);
      return judged(classify(test, head), test.labels, task.classes);
    });
    const samples = results.map(({ accuracy }) => accuracy);
    const { estimate, stderr } = meanOf(samples);
    const labelled = places.reduce((total, all) => total + Math.min(each, all.length), 0);
    const detail = { baseline: results[0]?.baseline ?? null, samples, labelled };
    return [{ name: 'accuracy/few-label', value: estimate, stderr, detail }];
  },
};

function placesByClass({ labels }: FeatureSet, classes: number): number[][] {
  const places: number[][] = Array.from({ length: classes }, () => []);
  for (const [i, label] of labels.entries()) places[label]?.push(i);
  return places;
}

/** `count` of them without replacement, or all: the first steps of a shuffle. */
function sample(all: readonly number[], count: number, random: Stream): number[] {
  const rest = [...all];
  return Array.from({ length: Math.min(count, all.length) }, (_, taken) => {
    const place = taken + random.integer(rest.length - taken);
    const chosen = rest[place] as number;
    rest[place] = rest[taken] as number;
    return chosen;
  });
}
