/** What was drawn for one view of a batch. */
import type { Draws } from '../definition.ts';

export function drawOf(draws: Draws, name: string, view: number): number[] {
  const { shape, data } = draws[name] as Draws[string];
  const length = shape[1] as number;
  return [...data.subarray(view * length, (view + 1) * length)];
}
