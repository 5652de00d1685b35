/**
 * The Hessian of a loss at the present weights, through central differences of its gradient:
 * Hv ≈ (g(w + εv) − g(w − εv)) / 2ε, with an error of order ε²‖v‖² beside float32 rounding of g / ε.
 * With rectified units the gradient jumps wherever a unit switches, which adds noise of order 1 / √ε.
 */
import type { Engine, Feeds, Inputs, Program } from '#engine/engine.ts';
import { valueAndGradients } from '#engine/gradients/valueAndGradients.ts';
import type { Parameters } from '#engine/parameters.ts';
import { add, type Scalar, type Tensor, tensor, tidy, type Variable } from '#engine/tf.ts';
import type { HessianOperator } from './hessianOperator.ts';

export function centralDifferenceHessian(
  engine: Engine,
  parameters: Parameters,
  loss: (inputs: Inputs) => Scalar,
  batch: Feeds,
  epsilon: number,
): HessianOperator {
  const weights = [...parameters.all];
  const origin = weights.map(([, weight]) => weight.clone());
  const gradient: Program<string> = engine.compile(
    'gradient',
    (inputs) => valueAndGradients(() => loss(inputs), parameters).gradients,
  );

  const restore = (): void => {
    for (const [i, [, weight]] of weights.entries()) weight.assign(origin[i] as Tensor);
  };
  const gradientAt = (vector: Float32Array, distance: number): readonly Float32Array[] => {
    tidy(() => {
      let offset = 0;
      for (const [i, [, weight]] of weights.entries()) {
        const part = vector.subarray(offset, offset + weight.size);
        weight.assign(moved(origin[i] as Tensor, part, distance, weight));
        offset += weight.size;
      }
    });
    const parts = gradient.run(batch);
    return weights.map(([name]) => parts[name] as Float32Array);
  };

  return {
    size: parameters.count,
    matvec(direction) {
      const vector = Float32Array.from(direction);
      try {
        const ahead = gradientAt(vector, epsilon);
        const behind = gradientAt(vector, -epsilon);
        return difference(ahead, behind, vector.length, epsilon);
      } finally {
        restore();
      }
    },
    dispose() {
      restore();
      for (const held of origin) held.dispose();
      gradient.dispose();
    },
  };
}

function moved(origin: Tensor, direction: Float32Array, distance: number, weight: Variable): Tensor {
  // Scaled here rather than in TensorFlow: one operation less a weight.
  const offset = direction.map((entry) => entry * distance);
  return add(origin, tensor(offset, weight.shape));
}

function difference(
  ahead: readonly Float32Array[],
  behind: readonly Float32Array[],
  size: number,
  epsilon: number,
): Float64Array {
  const product = new Float64Array(size);
  let offset = 0;
  for (const [k, plus] of ahead.entries()) {
    const minus = behind[k] as Float32Array;
    for (let i = 0; i < plus.length; i++) {
      product[offset + i] = ((plus[i] as number) - (minus[i] as number)) / (2 * epsilon);
    }
    offset += plus.length;
  }
  return product;
}
