/** Rows of earlier batches that a method keeps, the newest first. */
import { concat, slice, type Tensor2D, type Variable } from '#engine/tf.ts';

/** Puts `newest` [rows, width] before what the queue [length, width] holds; the oldest leave. */
export function push(queue: Variable, newest: readonly Tensor2D[]): void {
  const rows = concat([...newest, queue as unknown as Tensor2D], 0);
  queue.assign(slice(rows, [0, 0], queue.shape as [number, number]));
}
