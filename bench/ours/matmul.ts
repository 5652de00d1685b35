/** The product of two square float32 matrices: what this machine can do at best. */
import { matMul, randomUniform, type Tensor2D, tidy } from '#engine/tf.ts';
import type { BuildWork } from './work.ts';

const side = 2048;

export const matmul: BuildWork = () => {
  const left: Tensor2D = randomUniform([side, side]);
  const right: Tensor2D = randomUniform([side, side]);
  return {
    operations: 2 * side ** 3,
    check: () => [],
    run(count) {
      for (let i = 0; i < count; i++) tidy(() => void matMul(left, right));
      return [];
    },
  };
};
