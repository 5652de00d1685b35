/** Gradients of functions of a small matrix by central differences, in double precision. */
export function bruteForceGradient(
  value: (rows: number[][]) => number,
  at: readonly (readonly number[])[],
  epsilon = 1e-5,
): number[][] {
  const moved = (i: number, j: number, by: number): number =>
    value(at.map((row, k) => row.map((entry, l) => (k === i && l === j ? entry + by : entry))));
  return at.map((row, i) =>
    row.map((_, j) => (moved(i, j, epsilon) - moved(i, j, -epsilon)) / (2 * epsilon)),
  );
}

export function maxDifference(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number {
  return Math.max(
    ...a.flatMap((row, i) => row.map((entry, j) => Math.abs(entry - (b[i]?.[j] ?? Number.NaN)))),
  );
}
