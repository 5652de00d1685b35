/** From a probe's answers to its result. */
import type { ProbeResult } from '../definition.ts';

/** Accuracy, its binomial standard error √(a(1 − a)/n), and the share of the most frequent class. */
export function judged(answers: Int32Array, labels: Int32Array, classes: number): ProbeResult {
  const count = labels.length;
  const frequency = new Int32Array(classes);
  let right = 0;
  for (const [i, label] of labels.entries()) {
    frequency[label] = (frequency[label] as number) + 1;
    if (answers[i] === label) right++;
  }
  const accuracy = right / count;
  return {
    accuracy,
    stderr: Math.sqrt((accuracy * (1 - accuracy)) / count),
    baseline: Math.max(...frequency) / count,
  };
}
