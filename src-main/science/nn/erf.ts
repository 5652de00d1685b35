/** The error function in double precision (Abramowitz and Stegun 1964, 7.1.6 and 7.1.14). */

/** Below this the series takes at most sixty terms, above it the fraction at most forty. */
const seriesLimit = 3;
const terms = 40;

/** erf(x) = 2/√π ∫₀ˣ e^(−t²) dt, to 1e-15. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size < seriesLimit) return series(x);
  return Math.sign(x) * (1 - complement(size));
}

/** 2/√π e^(−x²) Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)): no term cancels another. */
function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** 1 − erf of x > 0 by the continued fraction e^(−x²)/√π · 1/(x + ½/(x + 1/(x + 3⁄2/(x + …)))). */
function complement(x: number): number {
  let fraction = x;
  for (let n = terms; n >= 1; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
}
