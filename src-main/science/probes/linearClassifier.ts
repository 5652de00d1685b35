/** Scores that are linear in the features; the largest is the answer. */
import type { FeatureSet } from '../definition.ts';

export interface LinearClassifier {
  /** [width × classes], row-major. */
  readonly weights: Float32Array | Float64Array;
  readonly bias: Float32Array | Float64Array;
}

export function classify(
  { features, width, labels }: FeatureSet,
  { weights, bias }: LinearClassifier,
): Int32Array {
  const classes = bias.length;
  const answers = new Int32Array(labels.length);
  const scores = new Float64Array(classes);
  for (let i = 0; i < answers.length; i++) {
    scores.set(bias);
    for (let j = 0; j < width; j++) {
      const feature = features[i * width + j] as number;
      for (let c = 0; c < classes; c++) {
        scores[c] = (scores[c] as number) + feature * (weights[j * classes + c] as number);
      }
    }
    let best = 0;
    for (let c = 1; c < classes; c++) if ((scores[c] as number) > (scores[best] as number)) best = c;
    answers[i] = best;
  }
  return answers;
}
