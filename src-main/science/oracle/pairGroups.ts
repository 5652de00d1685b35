/** Which pairs of children belong together: those that share a child on the same side, directly or by others. */
import type { BinaryRules } from '../data/grammar.ts';

/** Bits of a mask that JavaScript shifts without a sign. */
const most = 31;

/**
 * Connected components of the graph between left and right children, numbered from 0; −1 for a symbol that is
 * never that child. Of more than 31 components some share a number, which costs time alone.
 */
export function pairGroups(
  { left, right }: BinaryRules,
  symbols: number,
): { readonly count: number; readonly leftGroup: Int32Array; readonly rightGroup: Int32Array } {
  // Left children are nodes 0 … symbols − 1, right ones follow.
  const above = Int32Array.from({ length: 2 * symbols }, (_, node) => node);
  const rootOf = (node: number): number => {
    let root = node;
    while (above[root] !== root) root = above[root] as number;
    return root;
  };
  for (const [r, child] of left.entries()) above[rootOf(child)] = rootOf(symbols + (right[r] as number));

  const numbers = new Map<number, number>();
  const leftGroup = new Int32Array(symbols).fill(-1);
  const rightGroup = new Int32Array(symbols).fill(-1);
  for (const [r, child] of left.entries()) {
    const root = rootOf(child);
    const group = numbers.get(root) ?? numbers.size % most;
    numbers.set(root, group);
    leftGroup[child] = group;
    rightGroup[right[r] as number] = group;
  }
  return { count: Math.min(numbers.size, most), leftGroup, rightGroup };
}
