/** Statistics of ranks: what they say holds for every increasing function of the values. */

/** From 1; equal values share the mean of their ranks. Infinite values are the first or the last. */
function ranks(values: ArrayLike<number>): Float64Array {
  const order = Int32Array.from({ length: values.length }, (_, i) => i);
  order.sort((a, b) => {
    const [x, y] = [values[a] as number, values[b] as number];
    return x < y ? -1 : x > y ? 1 : 0;
  });
  const found = new Float64Array(values.length);
  for (let first = 0; first < order.length; ) {
    let end = first + 1;
    while (end < order.length && values[order[end] as number] === values[order[first] as number]) end++;
    for (const i of order.subarray(first, end)) found[i] = (first + 1 + end) / 2;
    first = end;
  }
  return found;
}

/** Spearman's ρ (1904), ties by their mean ranks; null where one of the two is constant. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  const [x, y] = [ranks(a), ranks(b)];
  const mean = (x.length + 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [(x[i] as number) - mean, (y[i] as number) - mean];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xx === 0 || yy === 0 ? null : xy / Math.sqrt(xx * yy);
}

/**
 * Spearman's ρ of `a` and `b` with `given` held fixed: (ρ_ab − ρ_ag ρ_bg) / √((1 − ρ_ag²)(1 − ρ_bg²)), Pearson's
 * partial correlation (Yule 1907) of the ranks. Null where one of the three is constant, or `given` orders one of
 * the others completely.
 */
export function partialSpearman(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  given: ArrayLike<number>,
): number | null {
  const [ab, ag, bg] = [spearman(a, b), spearman(a, given), spearman(b, given)];
  if (ab === null || ag === null || bg === null) return null;
  const left = (1 - ag ** 2) * (1 - bg ** 2);
  // Rounding leaves more than zero where the ranks are the same or turned over.
  return left < 1e-12 ? null : (ab - ag * bg) / Math.sqrt(left);
}

/**
 * P(a < b) + P(a = b) / 2 for one value drawn from each (Mann and Whitney 1947); null where either has none.
 */
export function probabilityLess(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  if (a.length === 0 || b.length === 0) return null;
  const of = ranks([...Array.from(a), ...Array.from(b)]);
  const sum = of.subarray(a.length).reduce((total, rank) => total + rank, 0);
  return (sum - (b.length * (b.length + 1)) / 2) / (a.length * b.length);
}
