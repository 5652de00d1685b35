/**
 * Fine-tuning: a linear head on the encoder and a copy of the encoder itself learn the task together, by the
 * recipe of Liu, Xie, Li and Ma 2022 (arXiv 2210.14199).
 */
import { z } from 'zod';
import type { Engine } from '#engine/engine.ts';
import { SeededParameters } from '#engine/parameters.ts';
import { permutation, type Stream } from '#engine/random.ts';
import {
  add,
  addN,
  div,
  matMul,
  mul,
  relu,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '#engine/tf.ts';
import type { AccuracyProbe, Optimizer, Tunable } from '../definition.ts';
import { ChosenWeights } from '../flatness/operators/chosenWeights.ts';
import { labelCrossEntropy } from '../losses/labelCrossEntropy.ts';
import { adamw } from '../optimizers/adamw.ts';
import { linear } from '../optimizers/schedules.ts';
import { stepBody, takeStep } from '../studies/training.ts';
import { judged } from './accuracy.ts';
import { largestOf } from './linearClassifier.ts';

const params = z.strictObject({
  epochs: z.int().min(1).max(1000).default(50).meta({
    title: 'Epochs',
    description: 'Passes over the training set; the one that is best on the validation set is judged.',
    scale: 'log',
  }),
  batchSize: z.int().min(1).max(65_536).default(128).meta({
    title: 'Batch',
    description: 'Examples a step.',
    scale: 'log',
  }),
  learningRate: z.number().positive().max(1).default(1e-4).meta({
    title: 'Learning rate',
    description: 'Of AdamW; it falls linearly to zero.',
    scale: 'log',
  }),
  weightDecay: adamw.params.shape.weightDecay,
  warmup: z.int().min(0).max(1_000_000).default(50).meta({
    title: 'Warm-up',
    description: 'Steps over which the rate rises linearly.',
    unit: 'steps',
  }),
  clip: z.number().positive().max(1e6).default(1).meta({
    title: 'Clip',
    description: 'Longest gradient, all weights together; a longer one is shortened to it.',
    scale: 'log',
  }),
});
type Params = z.output<typeof params>;

/** Examples that are answered at once. */
const block = 250;

export const fineTuneSentences: AccuracyProbe<typeof params> = {
  kind: 'probe',
  id: 'fine-tune-sentences',
  title: 'Fine-tuning on sentences',
  help:
    'A linear head and a copy of the encoder learn the task together; the run’s own weights stay as they are. ' +
    'The epoch is chosen on the validation set.',
  reference: 'Liu, Xie, Li and Ma 2022, arXiv 2210.14199',
  studies: ['mlm'],
  params,
  tunes: true,
  run(settings, { classes, test, tunable }, engine, random) {
    if (!tunable) throw new Error('The study offers no encoder to fine-tune.');
    const copy = tunable();
    try {
      return judged(answersOf(settings, copy, classes, engine, random), test.labels, classes);
    } finally {
      copy.dispose();
    }
  },
};

/** Answers on the test set after the epoch that is best on the validation set. */
function answersOf(p: Params, copy: Tunable, classes: number, engine: Engine, random: Stream): Int32Array {
  const head = new SeededParameters(0);
  const kernel = head.constant('head/kernel', [copy.width, classes], 0) as unknown as Tensor2D;
  const bias = head.constant('head/bias', [classes], 0) as unknown as Tensor1D;
  const weights = new ChosenWeights([...copy.parameters.all, ...head.all]);
  const optimizer = adamw.build(adamw.params.parse({ weightDecay: p.weightDecay }), weights);
  const scores = (inputs: Readonly<Record<string, Tensor>>): Tensor2D =>
    add(matMul(copy.features(inputs), kernel), bias);
  const body = stepBody(weights, { ...optimizer, apply: clippedSteps(optimizer, p.clip) }, (inputs) => ({
    loss: labelCrossEntropy(scores(inputs), inputs.labels as Tensor1D, classes),
    metrics: {},
  }));
  const training = engine.compile('fine-tuning', body);
  const answering = engine.compile('fine-tuned answers', (inputs) => ({ scores: scores(inputs) }));

  const answers = (set: 'validation' | 'test'): Int32Array => {
    const found = new Int32Array(copy.labels(set).length);
    for (let start = 0; start < found.length; start += block) {
      const places = Int32Array.from({ length: Math.min(block, found.length - start) }, (_, i) => start + i);
      const rows = answering.run(copy.feeds(set, places)).scores;
      for (const i of places.keys())
        found[start + i] = largestOf(rows.subarray(i * classes, (i + 1) * classes));
    }
    return found;
  };
  const labels = copy.labels('train');
  const size = Math.min(p.batchSize, labels.length);
  const perEpoch = Math.floor(labels.length / size);
  const steps = p.epochs * perEpoch;
  try {
    let best = { right: -1, answers: new Int32Array(0) };
    for (let step = 0, order = labels; step < steps; step++) {
      const batch = step % perEpoch;
      if (batch === 0) order = permutation(random, labels.length);
      const places = order.slice(batch * size, (batch + 1) * size);
      const data = Int32Array.from(places, (place) => labels[place] as number);
      const factor = linear.factor({ warmup: p.warmup / steps, floor: 0 }, step, steps);
      takeStep(
        training,
        { ...copy.feeds('train', places), labels: { shape: [size], data } },
        p.learningRate * factor,
        step,
      );
      if (batch < perEpoch - 1) continue;
      const right = agreeing(answers('validation'), copy.labels('validation'));
      if (right > best.right) best = { right, answers: new Int32Array(answers('test')) };
    }
    return best.answers;
  } finally {
    training.dispose();
    answering.dispose();
    for (const slot of optimizer.slots.values()) slot.dispose();
    head.dispose();
  }
}

/** Steps by gradients that are shortened, all by one factor, where together they are longer than `most`. */
function clippedSteps(optimizer: Optimizer, most: number): Optimizer['apply'] {
  return (gradients, learningRate, step) => {
    const length = sqrt(addN(Object.values(gradients).map((gradient) => sum(square(gradient)))));
    // most / max(length, most).
    const factor = div(most, add(relu(sub(length, most)), most));
    const clipped = Object.entries(gradients).map(([name, one]) => [name, mul(one, factor)]);
    optimizer.apply(Object.fromEntries(clipped), learningRate, step);
  };
}

function agreeing(answers: Int32Array, labels: Int32Array): number {
  return answers.reduce((count, answer, i) => count + (answer === labels[i] ? 1 : 0), 0);
}
