/** How far two partitions of the same examples agree, whatever their parts are called. */

/** Of two labellings: how many examples have each pair of labels, and each label of either. */
interface Contingency {
  readonly count: number;
  readonly pairs: readonly number[];
  readonly first: readonly number[];
  readonly second: readonly number[];
}

/**
 * Normalised mutual information 2 I(A; B) / (H(A) + H(B)), in [0, 1] (Strehl and Ghosh 2002; the arithmetic mean).
 * 1 where both have one part alone.
 */
export function normalisedMutualInformation(a: Int32Array, b: Int32Array): number {
  const { count, pairs, first, second } = contingency(a, b);
  const entropy = (sizes: readonly number[]): number =>
    sizes.reduce((sum, size) => sum - (size / count) * Math.log(size / count), 0);
  const total = entropy(first) + entropy(second);
  // I = H(A) + H(B) − H(A, B); rounding may leave it just below 0.
  return total > 0 ? Math.max(0, (2 * (total - entropy(pairs))) / total) : 1;
}

/**
 * Adjusted Rand index (Hubert and Arabie 1985, equation 5): the share of pairs of examples on which both agree, 0 on
 * average for partitions drawn with the same sizes, and 1 for equal ones.
 */
export function adjustedRandIndex(a: Int32Array, b: Int32Array): number {
  const { count, pairs, first, second } = contingency(a, b);
  const together = (sizes: readonly number[]): number =>
    sizes.reduce((sum, size) => sum + (size * (size - 1)) / 2, 0);
  const [inBoth, inFirst, inSecond] = [together(pairs), together(first), together(second)];
  const expected = (inFirst * inSecond) / ((count * (count - 1)) / 2);
  const most = (inFirst + inSecond) / 2;
  // Both have one part alone, or both have a part for each example.
  return most === expected ? 1 : (inBoth - expected) / (most - expected);
}

function contingency(a: Int32Array, b: Int32Array): Contingency {
  const pairs = new Map<string, number>();
  const first = new Map<number, number>();
  const second = new Map<number, number>();
  for (const [i, x] of a.entries()) {
    const y = b[i] as number;
    const pair = `${x} ${y}`;
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
    first.set(x, (first.get(x) ?? 0) + 1);
    second.set(y, (second.get(y) ?? 0) + 1);
  }
  return {
    count: a.length,
    pairs: [...pairs.values()],
    first: [...first.values()],
    second: [...second.values()],
  };
}
