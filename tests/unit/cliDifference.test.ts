import { expect, test } from 'vitest';
import { differenceTests, twoSidedP } from '../../src-main/cli/differenceTest.ts';

test('p values are those of the normal table', () => {
  // From the integral of the density by Simpson's rule, 1 − 2 ∫₀^z φ.
  const reference = (z: number): number => {
    const n = 2000;
    const phi = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
    let sum = phi(0) + phi(z);
    for (let i = 1; i < n; i++) sum += phi((z * i) / n) * (i % 2 === 1 ? 4 : 2);
    return 1 - (2 * sum * z) / (3 * n);
  };
  // The fit's stated relative error is 1.2e-7; absolute, for p ≤ 1, no more than that.
  for (const z of [0, 0.1, 0.5, 1, 1.96, 2.5758, 3, 4]) expect(twoSidedP(z)).toBeCloseTo(reference(z), 6);
  expect(twoSidedP(-1.96)).toBe(twoSidedP(1.96));
  // Far out, against the asymptotic series of Mills' ratio: 2φ(z)/z · (1 − 1/z² + 3/z⁴ − 15/z⁶).
  const z = 10;
  const mills = 1 - 1 / z ** 2 + 3 / z ** 4 - 15 / z ** 6;
  const tail = ((2 * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI) / z) * mills;
  expect(twoSidedP(z) / tail).toBeCloseTo(1, 5);
});

const row = (id: string, step: number, value: number, stderr: number | null, name = 'accuracy/linear') => ({
  ...{ id: `${id}-${name}`, run: id, checkpoint: null, step, name, value, stderr, detail: null },
});
const checkpoint = (id: string, measurements: ReturnType<typeof row>[]) => ({
  ...{ id, run: id, name: id, step: 10, status: 'finished' as const, spec: {}, metrics: {}, measurements },
});

test('pairs are tested on what both measured at their checkpoint with an error', () => {
  const tests = differenceTests([
    checkpoint('a', [row('a', 5, 0.1, 0.01), row('a', 10, 0.9, 0.03), row('a', 10, 3, 1, 'flatness/trace')]),
    checkpoint('b', [row('b', 10, 0.8, 0.04)]),
    checkpoint('c', [row('c', 10, 0.8, null)]),
  ]);
  expect(tests).toHaveLength(1);
  expect(tests[0]).toMatchObject({ a: 'a', b: 'b', name: 'accuracy/linear' });
  expect(tests[0]?.difference).toBeCloseTo(0.1, 12);
  expect(tests[0]?.stderr).toBeCloseTo(0.05, 12);
  expect(tests[0]?.z).toBeCloseTo(2, 12);
  expect(tests[0]?.p).toBeCloseTo(0.0455, 4);
});
