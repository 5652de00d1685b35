/**
 * The linear probe as it is usually trained: mini-batches, at a rate that falls along a cosine. On the same objective
 * as `linear`, which solves it to convergence; here steps and rate have to be chosen.
 */
import { z } from 'zod';
import type { Engine } from '#engine/engine.ts';
import { SeededParameters } from '#engine/parameters.ts';
import { type Stream, shuffle } from '#engine/random.ts';
import { add, matMul, mul, square, sum, type Tensor1D, type Tensor2D } from '#engine/tf.ts';
import type { AccuracyProbe, FeatureSet, Optimizer } from '../definition.ts';
import { labelCrossEntropy } from '../losses/labelCrossEntropy.ts';
import { adamw } from '../optimizers/adamw.ts';
import { cosine } from '../optimizers/schedules.ts';
import { sgd } from '../optimizers/sgd.ts';
import { stepBody, takeStep } from '../studies/training.ts';
import { judged } from './accuracy.ts';
import { linearProbe } from './linear.ts';
import { classify, crossEntropy, type LinearClassifier } from './linearClassifier.ts';
import { rowsAt } from './rows.ts';
import { standardisedTask } from './standardised.ts';

const params = z.strictObject({
  optimizer: z.enum(['adamw', 'sgd']).default('adamw').meta({
    title: 'Optimizer',
    description: 'AdamW, or SGD with momentum 0.9; the penalty is part of the loss in both.',
  }),
  learningRate: z.number().positive().max(10).default(0.03).meta({
    title: 'Learning rate',
    description: 'At first; it falls to zero along a cosine. Wide features ask SGD for less.',
    scale: 'log',
  }),
  steps: z.int().min(1).max(1_000_000).default(3000).meta({
    title: 'Steps',
    description: 'Mini-batches, in passes over the training set that are each in an order of their own.',
    unit: 'steps',
    scale: 'log',
  }),
  batchSize: z.int().min(1).max(65_536).default(256).meta({
    title: 'Batch',
    description: 'Examples a step.',
    unit: 'examples',
    scale: 'log',
  }),
  l2: linearProbe.params.shape.l2,
});
type Params = z.output<typeof params>;

export const linearSgdProbe: AccuracyProbe<typeof params> = {
  kind: 'probe',
  id: 'linear-sgd',
  title: 'Linear probe by SGD',
  help: 'Logistic regression on the frozen features, trained by mini-batches as most papers do; linear solves the same problem to convergence.',
  studies: ['contrastive', 'mlm'],
  params,
  run(settings, task, engine, random) {
    const { train, test } = standardisedTask(task);
    const classifier = trainClassifier(train, task.classes, settings, engine, random);
    const result = judged(classify(test, classifier), test.labels, task.classes);
    return { ...result, loss: crossEntropy(test, classifier) };
  },
};

/** Descends mean cross-entropy + (l2 / 2)‖W‖² from zero weights. */
export function trainClassifier(
  train: FeatureSet,
  classes: number,
  { optimizer: id, learningRate, steps, batchSize, l2 }: Params,
  engine: Engine,
  random: Stream,
): LinearClassifier {
  const parameters = new SeededParameters(0);
  const weights = parameters.constant('kernel', [train.width, classes], 0);
  const bias = parameters.constant('bias', [classes], 0);
  const optimizer = optimizerNamed(id, parameters);
  const body = stepBody(parameters, optimizer, ({ features, labels }) => {
    const logits: Tensor2D = add(matMul(features as Tensor2D, weights as unknown as Tensor2D), bias);
    const surprise = labelCrossEntropy(logits, labels as Tensor1D, classes);
    return { loss: add(surprise, mul(sum(square(weights)), l2 / 2)), metrics: {} };
  });
  const program = engine.compile('linear probe by SGD', body);
  try {
    const count = train.labels.length;
    const size = Math.min(batchSize, count);
    // Every batch has one shape: what a pass leaves over comes at another place in the next.
    const perPass = Math.floor(count / size);
    const order = Int32Array.from({ length: count }, (_, i) => i);
    for (let step = 0; step < steps; step++) {
      const place = step % perPass;
      if (place === 0) shuffle(order, random);
      const { features, labels } = rowsAt(train, order.subarray(place * size, (place + 1) * size));
      const rate = learningRate * cosine.factor({ warmup: 0, floor: 0 }, step, steps);
      takeStep(
        program,
        { features: { shape: [size, train.width], data: features }, labels: { shape: [size], data: labels } },
        rate,
        step,
      );
    }
    return {
      weights: Float32Array.from(weights.dataSync()),
      bias: Float32Array.from(bias.dataSync()),
    };
  } finally {
    program.dispose();
    for (const slot of optimizer.slots.values()) slot.dispose();
    parameters.dispose();
  }
}

function optimizerNamed(id: Params['optimizer'], parameters: SeededParameters): Optimizer {
  return id === 'adamw'
    ? adamw.build(adamw.params.parse({ weightDecay: 0 }), parameters)
    : sgd.build(sgd.params.parse({ momentum: 0.9, weightDecay: 0 }), parameters);
}
