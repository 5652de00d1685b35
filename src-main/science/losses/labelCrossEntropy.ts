/** Mean −log softmax(logits) at each row's label, nats: logits [rows, classes], labels [rows], int32. */
import { mean, mul, oneHot, type Scalar, sub, sum, type Tensor1D, type Tensor2D } from '#engine/tf.ts';
import { logSumExp } from './logSumExp.ts';

export function labelCrossEntropy(logits: Tensor2D, labels: Tensor1D, classes: number): Scalar {
  const answers = oneHot(labels, classes, 1, 0, 'float32');
  return mean(sub(logSumExp(logits), sum(mul(logits, answers), 1)));
}
