/** Whether measurements of two checkpoints differ by more than their standard errors explain. */
import type { Comparison } from '#contract/host.ts';

export interface DifferenceTest {
  readonly test: 'z';
  /** The measurement, e.g. `accuracy/linear`. */
  readonly name: string;
  /** Checkpoint ids. */
  readonly a: string;
  readonly b: string;
  /** a − b. */
  readonly difference: number;
  readonly stderr: number;
  readonly z: number;
  /** Two-sided. */
  readonly p: number;
}

type Compared = Comparison['checkpoints'][number];

/**
 * Two-sided z tests of each pair, for each measurement that both took at their checkpoint's step with
 * a standard error: z = (a − b) / √(s_a² + s_b²). The two are taken as independent; measured on the
 * same test examples they rarely are, and the test is then on the cautious side.
 */
export function differenceTests(checkpoints: readonly Compared[]): DifferenceTest[] {
  return checkpoints.flatMap((a, i) => checkpoints.slice(i + 1).flatMap((b) => testsOf(a, b)));
}

function testsOf(a: Compared, b: Compared): DifferenceTest[] {
  const others = measuredAt(b);
  return [...measuredAt(a)].flatMap(([name, first]) => {
    const second = others.get(name);
    if (second === undefined) return [];
    const difference = first.value - second.value;
    const stderr = Math.hypot(first.stderr, second.stderr);
    // Without any spread there is nothing to judge a difference by.
    if (!(stderr > 0)) return [];
    const z = difference / stderr;
    return [{ test: 'z', name, a: a.id, b: b.id, difference, stderr, z, p: twoSidedP(z) }];
  });
}

function measuredAt({ step, measurements }: Compared): Map<string, { value: number; stderr: number }> {
  return new Map(
    measurements.flatMap(({ step: at, name, value, stderr }) =>
      at === step && stderr !== null ? [[name, { value, stderr }] as const] : [],
    ),
  );
}

/**
 * P(|Z| ≥ |z|) = erfc(|z| / √2), by the Chebyshev fit `erfcc` of Numerical Recipes in C (2nd edition,
 * section 6.2): relative error below 1.2e-7 everywhere.
 */
export function twoSidedP(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 2 / (2 + x);
  const coefficients = [
    0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196,
    1.00002368, -1.26551223,
  ];
  const exponent = coefficients.reduce((sum, coefficient) => sum * t + coefficient, 0);
  return t * Math.exp(exponent - x * x);
}
