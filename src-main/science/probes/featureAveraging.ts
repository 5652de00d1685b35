/**
 * Preconditioned feature averaging (HaoChen et al. 2022, arXiv 2204.02683): a head for a target domain that is
 * fitted to labels of the source and to unlabelled features of both. This is the working form; the paper's
 * pseudo-code was not seen, and with it the sign and size of the exponent. Σ⁻¹ b_c is the least-squares answer to
 * "1 for class c of the source, 0 for all else", the target included: larger powers can turn its answers over.
 */
import type { Engine } from '#engine/engine.ts';
import { matMul, type Tensor2D } from '#engine/tf.ts';
import type { FeatureSet } from '../definition.ts';
import { eigh } from '../linalg/eigh.ts';
import { addScaled, dot } from '../linalg/vectors.ts';
import type { LinearClassifier } from './linearClassifier.ts';

/** An eigenvalue of Σ that exceeds 0, with its unit vector [width]. */
interface Direction {
  readonly value: number;
  readonly vector: Float64Array;
}

/** Σ = E[f fᵀ] over all examples, not centred, with ridge · tr Σ / width added to its diagonal; decomposed. */
export function secondMoment({ features, width }: FeatureSet, ridge: number, engine: Engine): Direction[] {
  const count = features.length / width;
  const program = engine.compile('second moment', ({ rows }) => ({
    moment: matMul(rows as Tensor2D, rows as Tensor2D, true),
  }));
  try {
    const { moment } = program.run({ rows: { shape: [count, width], data: features } });
    const matrix = Float64Array.from(moment, (entry) => entry / count);
    let trace = 0;
    for (let j = 0; j < width; j++) trace += matrix[j * width + j] as number;
    for (let j = 0; j < width; j++)
      matrix[j * width + j] = (matrix[j * width + j] as number) + (ridge * trace) / width;
    const { values, vectors } = eigh(matrix, width);
    // Without a ridge, directions that no feature has are left out: a pseudo-inverse.
    const least = 1e-7 * Math.max(...values);
    return vectors.flatMap((vector, i) => {
      const value = values[i] as number;
      return value > least ? [{ value, vector }] : [];
    });
  } finally {
    program.dispose();
  }
}

/** w_c = Σ^{−exponent} b_c with b_c the mean feature of class c in `source`; no biases. 0 leaves the plain means. */
export function averagedHead(
  source: FeatureSet,
  classes: number,
  directions: readonly Direction[],
  exponent: number,
): LinearClassifier {
  const { width } = source;
  const weights = new Float64Array(width * classes);
  for (const [c, mean] of classMeans(source, classes).entries()) {
    const preconditioned = exponent === 0 ? mean : new Float64Array(width);
    if (exponent !== 0) {
      for (const { value, vector } of directions) {
        addScaled(preconditioned, dot(vector, mean) * value ** -exponent, vector);
      }
    }
    for (let j = 0; j < width; j++) weights[j * classes + c] = preconditioned[j] as number;
  }
  return { weights, bias: new Float64Array(classes) };
}

/** A class without examples has zeros, and so the score 0. */
function classMeans({ features, width, labels }: FeatureSet, classes: number): Float64Array[] {
  const counts = new Int32Array(classes);
  for (const label of labels) counts[label] = (counts[label] as number) + 1;
  const means = Array.from({ length: classes }, () => new Float64Array(width));
  for (const [i, label] of labels.entries()) {
    const row = features.subarray(i * width, (i + 1) * width);
    addScaled(means[label] as Float64Array, 1 / (counts[label] as number), row);
  }
  return means;
}
