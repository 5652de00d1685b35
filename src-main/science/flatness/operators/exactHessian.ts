/** The Hessian of a loss at the present weights, by differentiating its gradient (Pearlmutter 1994): Hv = ∇(∇L · v). */
import type { Engine, Feeds, Inputs, Program } from '#engine/engine.ts';
import { hessianVectorProduct } from '#engine/gradients/hessianVectorProduct.ts';
import type { Parameters } from '#engine/parameters.ts';
import type { Scalar, Tensor } from '#engine/tf.ts';
import type { HessianOperator } from './hessianOperator.ts';

/** @throws BasinError `unsupported` at the first product, for a loss with operations that are not known to be right */
export function exactHessian(
  engine: Engine,
  parameters: Parameters,
  loss: (inputs: Inputs) => Scalar,
  batch: Feeds,
): HessianOperator {
  const weights = [...parameters.all];
  const program: Program<string> = engine.compile('Hessian product', (inputs) => {
    const vector = weights.map(([name]) => [name, inputs[feedOf(name)] as Tensor] as const);
    return hessianVectorProduct(() => loss(inputs), parameters, Object.fromEntries(vector));
  });
  return {
    size: parameters.count,
    matvec(direction) {
      const vector = Float32Array.from(direction);
      let offset = 0;
      const parts = weights.map(([name, { shape, size }]) => {
        const data = vector.subarray(offset, offset + size);
        offset += size;
        return [feedOf(name), { shape, data }] as const;
      });
      const products = program.run({ ...batch, ...Object.fromEntries(parts) });
      const joined = new Float64Array(vector.length);
      offset = 0;
      for (const [name, { size }] of weights) {
        joined.set(products[name] as Float32Array, offset);
        offset += size;
      }
      return joined;
    },
    dispose: () => program.dispose(),
  };
}

/** Apart from the batch's own names. */
const feedOf = (weight: string): string => `vector/${weight}`;
