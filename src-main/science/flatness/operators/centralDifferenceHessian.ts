/**
 * The Hessian of a loss at the present weights, through central differences of its gradient:
 * Hv ≈ (g(w + εv) − g(w − εv)) / 2ε, with an error of order ε²‖v‖² beside float32 rounding of g / ε.
 * With rectified units the gradient jumps wherever a unit switches, which adds noise of order 1 / √ε.
 */
import type { Feeds, Program } from '#engine/engine.ts';
import { valueAndGradients } from '#engine/gradients/valueAndGradients.ts';
import type { Parameters } from '#engine/parameters.ts';
import { add, type Tensor, tensor, tidy, type Variable } from '#engine/tf.ts';
import type { Landscape } from '../../definition.ts';
import type { Vector } from '../../linalg/operator.ts';
import { addParts, type CurvatureOperator, requireFinite, sharesOf } from './curvatureOperator.ts';

export function centralDifferenceHessian(
  { engine, loss, examples }: Landscape,
  weights: Parameters,
  batches: readonly Feeds[],
  epsilon: number,
): CurvatureOperator {
  const all = [...weights.all];
  const origin = all.map(([, weight]) => weight.clone());
  const gradient: Program<string> = engine.compile(
    'gradient',
    (inputs) => valueAndGradients(() => loss(inputs), weights).gradients,
  );

  const restore = (): void => {
    for (const [i, [, weight]] of all.entries()) weight.assign(origin[i] as Tensor);
  };
  const move = (vector: Vector, distance: number): void => {
    tidy(() => {
      let offset = 0;
      for (const [i, [, weight]] of all.entries()) {
        const part = vector.subarray(offset, offset + weight.size);
        weight.assign(moved(origin[i] as Tensor, part, distance, weight));
        offset += weight.size;
      }
    });
  };

  return {
    size: weights.count,
    matvec(vector) {
      const product = new Float64Array(weights.count);
      try {
        for (const sign of [1, -1]) {
          move(vector, sign * epsilon);
          for (const { feeds, share } of sharesOf(batches, examples, 'mean')) {
            const parts = gradient.run(feeds);
            addParts(product, (sign * share) / (2 * epsilon), all, (name) => parts[name]);
          }
        }
      } finally {
        restore();
      }
      requireFinite(product);
      return product;
    },
    dispose() {
      restore();
      for (const held of origin) held.dispose();
      gradient.dispose();
    },
  };
}

function moved(origin: Tensor, direction: Vector, distance: number, weight: Variable): Tensor {
  // Scaled here rather than in TensorFlow: one operation less a weight.
  const offset = Float32Array.from(direction, (entry) => entry * distance);
  return add(origin, tensor(offset, weight.shape));
}
