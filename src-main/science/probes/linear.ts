/**
 * Linear probe: multinomial logistic regression on frozen, standardised features, solved to
 * convergence by L-BFGS on the whole training set: no rate or number of epochs to choose.
 */
import { z } from 'zod';
import { type Engine, scalarOf } from '#engine/engine.ts';
import {
  add,
  div,
  exp,
  log,
  matMul,
  max,
  mean,
  mul,
  sub,
  sum,
  type Tensor2D,
  tensor2d,
  tidy,
  transpose,
  type Variable,
  variable,
} from '#engine/tf.ts';
import type { AccuracyProbe, FeatureSet } from '../definition.ts';
import { lbfgs } from '../linalg/lbfgs.ts';
import { judged } from './accuracy.ts';
import { classify, crossEntropy, type LinearClassifier } from './linearClassifier.ts';
import { standardisedTask } from './standardised.ts';

const params = z.strictObject({
  l2: z.number().min(0).max(10).default(1e-4).meta({
    title: 'L2 penalty',
    description: 'Times half the squared weights, added to the mean cross-entropy; biases are free.',
    scale: 'log',
  }),
  iterations: z.int().min(1).max(10_000).default(100).meta({
    title: 'Iterations',
    description: 'Most quasi-Newton steps; it stops earlier when it has converged.',
    scale: 'log',
  }),
});

export const linearProbe: AccuracyProbe<typeof params> = {
  kind: 'probe',
  id: 'linear',
  title: 'Linear probe',
  help: 'Logistic regression on the frozen features of the training set, judged on the test set.',
  studies: ['contrastive', 'mlm'],
  params,
  run({ l2, iterations }, task, engine) {
    const { train, test } = standardisedTask(task);
    const classifier = fitClassifier(train, task.classes, { l2, iterations }, engine);
    const result = judged(classify(test, classifier), test.labels, task.classes);
    return { ...result, loss: crossEntropy(test, classifier) };
  },
};

/**
 * Minimises mean cross-entropy + (l2 / 2)‖W‖². The gradient is written out: with P the predicted
 * probabilities and Y the labels, ∂W = Xᵀ(P − Y) / n + l2 · W and ∂b the column means of P − Y.
 */
export function fitClassifier(
  { features, width, labels }: FeatureSet,
  classes: number,
  { l2, iterations }: z.output<typeof params>,
  engine: Engine,
): LinearClassifier {
  const count = labels.length;
  const x = held(features, count, width);
  const y = held(oneHot(labels, classes), count, classes);
  const program = engine.compile('linear probe', ({ weights, bias }) => {
    const logits = add(matMul(x as unknown as Tensor2D, weights as Tensor2D), bias as Tensor2D);
    const centred = sub(logits, max(logits, 1, true));
    const exponentials = exp(centred);
    const totals = sum(exponentials, 1, true);
    const loss = mean(sub(log(totals), sum(mul(centred, y), 1, true)));
    const errors = mul(sub(div(exponentials, totals), y), 1 / count) as Tensor2D;
    return {
      loss,
      // Xᵀ(P − Y) as ((P − Y)ᵀX)ᵀ: turning the small matrix over takes a third of the time.
      weights: transpose(matMul(errors, x as unknown as Tensor2D, true, false)),
      bias: sum(errors, 0),
    };
  });
  const size = width * classes;
  try {
    const solution = lbfgs(
      (point, gradient) => {
        const single = Float32Array.from(point);
        const answer = program.run({
          weights: { shape: [width, classes], data: single.subarray(0, size) },
          bias: { shape: [classes], data: single.subarray(size) },
        });
        gradient.set(answer.weights);
        gradient.set(answer.bias, size);
        let squares = 0;
        for (let i = 0; i < size; i++) {
          squares += (point[i] as number) ** 2;
          gradient[i] = (gradient[i] as number) + l2 * (point[i] as number);
        }
        return scalarOf(answer.loss) + (l2 / 2) * squares;
      },
      new Float64Array(size + classes),
      { iterations, tolerance: 1e-5 },
    );
    const point = Float32Array.from(solution.point);
    return { weights: point.subarray(0, size), bias: point.subarray(size) };
  } finally {
    program.dispose();
    x.dispose();
    y.dispose();
  }
}

function held(data: Float32Array, rows: number, columns: number): Variable {
  return tidy(() => variable(tensor2d(data, [rows, columns]), false));
}

function oneHot(labels: Int32Array, classes: number): Float32Array {
  const rows = new Float32Array(labels.length * classes);
  for (const [i, label] of labels.entries()) rows[i * classes + label] = 1;
  return rows;
}
