/** A recording cut in two: what stays the same between runs, and what depends on the feeds that change. */

import type { HandleId } from './binding.ts';
import { type GraphPlace, nodesNeeded } from './graph.ts';
import type { Recording } from './record.ts';

/**
 * The values that the changing part takes from the other: outputs of operations that depend on no
 * varying input, where an operation that does, or the program's result, needs them.
 */
export function frontier(
  recording: Recording,
  inputs: readonly GraphPlace[],
  varying: ReadonlySet<HandleId>,
  wanted: readonly GraphPlace[],
): readonly HandleId[] {
  const { outputs } = recording;
  const needed = nodesNeeded(recording, inputs, wanted);
  const changing = new Set(varying);
  const crossing = new Set<HandleId>();
  // In the recording's order every operation follows its inputs.
  for (const [handle, { node }] of outputs) {
    if (!needed.has(node) || !node.inputs.some((input) => changing.has(input))) continue;
    changing.add(handle);
    for (const input of node.inputs) if (outputs.has(input) && !changing.has(input)) crossing.add(input);
  }
  for (const { handle } of wanted) if (outputs.has(handle) && !changing.has(handle)) crossing.add(handle);
  return [...crossing];
}
