/**
 * Ridge regression on the labels (Hoerl and Kennard 1970): for each class a least-squares head that answers +1 for it
 * and −1 for all others, the largest answer wins. In closed form, in double precision.
 */
import { z } from 'zod';
import type { AccuracyProbe, FeatureSet } from '../definition.ts';
import { judged } from './accuracy.ts';
import { leastSquares } from './leastSquares.ts';
import { classify, type LinearClassifier } from './linearClassifier.ts';
import { standardisedTask } from './standardised.ts';

const params = z.strictObject({
  l2: z.number().positive().max(10).default(1e-3).meta({
    title: 'L2 penalty',
    description: 'Times the squared weights, added to the mean squared error; biases are free.',
    scale: 'log',
  }),
});

export const ridgeProbe: AccuracyProbe<typeof params> = {
  kind: 'probe',
  id: 'ridge',
  title: 'Ridge regression',
  help:
    'Least squares on ±1 for each class, in closed form on standardised features: nothing to converge. ' +
    'Time grows with the square of the features’ width.',
  reference: 'Hoerl and Kennard 1970, Technometrics 12',
  studies: ['contrastive', 'mlm'],
  params,
  cost: (_params, { train, width }) => ({ products: (train * width ** 2) / 2 }),
  run({ l2 }, task) {
    const { train, test } = standardisedTask(task);
    return judged(classify(test, ridgeClassifier(train, task.classes, l2)), test.labels, task.classes);
  },
};

/**
 * Minimises (1/n)‖XW + b − Y‖² + λ‖W‖², Y [n, classes] of ±1, λ as in `leastSquares`. The columns of X must have
 * mean 0: then b is the mean of Y, and W belongs to the targets without their mean.
 */
export function ridgeClassifier(train: FeatureSet, classes: number, l2: number): LinearClassifier {
  const count = train.labels.length;
  const bias = new Float64Array(classes).fill(-1);
  for (const label of train.labels) bias[label] = (bias[label] as number) + 2 / count;
  const targets = new Float64Array(count * classes);
  for (const [i, label] of train.labels.entries()) {
    for (let c = 0; c < classes; c++) targets[i * classes + c] = (c === label ? 1 : -1) - (bias[c] as number);
  }
  return { weights: leastSquares(train, targets, classes, l2), bias };
}
