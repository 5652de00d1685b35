/** Targets that are held: what SimSiam, BYOL and SwAV learn to predict. `#engine/tf.ts` exports it. */
// From tfjs itself: `tf.ts` stands above this file.
import { engine, type Tensor } from '@tensorflow/tfjs-core';

/** `x` (float32) as a constant: its numbers, and no derivative of any order. Curvature, too, holds it. */
export function stopGradient<T extends Tensor>(x: T): T {
  return engine().runKernel('StopGradient', { x }) as T;
}
