/** Scores that are linear in the features; the largest is the answer. */
import type { FeatureSet } from '../definition.ts';

export interface LinearClassifier {
  /** [width × classes], row-major. */
  readonly weights: Float32Array | Float64Array;
  readonly bias: Float32Array | Float64Array;
}

export function classify(set: FeatureSet, classifier: LinearClassifier): Int32Array {
  const answers = new Int32Array(set.labels.length);
  forScores(set, classifier, (scores, i) => {
    answers[i] = largestOf(scores);
  });
  return answers;
}

/** The class of the largest score, the first of equal ones. */
export function largestOf(scores: Float32Array | Float64Array): number {
  let best = 0;
  for (let c = 1; c < scores.length; c++) if ((scores[c] as number) > (scores[best] as number)) best = c;
  return best;
}

/** Mean −log softmax(scores) at the label, nats. */
export function crossEntropy(set: FeatureSet, classifier: LinearClassifier): number {
  const { labels } = set;
  let sum = 0;
  forScores(set, classifier, (scores, i) => {
    const most = Math.max(...scores);
    const total = scores.reduce((partial, score) => partial + Math.exp(score - most), 0);
    sum += most + Math.log(total) - (scores[labels[i] as number] as number);
  });
  return sum / labels.length;
}

/** `scores` is written over from one example to the next. */
function forScores(
  { features, width, labels }: FeatureSet,
  { weights, bias }: LinearClassifier,
  visit: (scores: Float64Array, example: number) => void,
): void {
  const classes = bias.length;
  const scores = new Float64Array(classes);
  for (let i = 0; i < labels.length; i++) {
    scores.set(bias);
    for (let j = 0; j < width; j++) {
      const feature = features[i * width + j] as number;
      for (let c = 0; c < classes; c++) {
        scores[c] = (scores[c] as number) + feature * (weights[j * classes + c] as number);
      }
    }
    visit(scores, i);
  }
}
