import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  extent,
  linearTicks,
  logTicks,
  makeAxis,
  niceSpacing,
  transform,
} from '../../src-renderer/charts/axis.ts';

/** Mantissa of a positive number, 1 ≤ m < 10, rounded past binary noise. */
function mantissa(value: number): number {
  return Number(value.toExponential(9).split('e')[0]);
}

describe('axis', () => {
  test('the spacing of ticks is 1, 2 or 5 times a power of ten, the nearest to what was asked', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 1e12, noNaN: true }), (wanted) => {
        const spacing = niceSpacing(wanted);
        expect([1, 2, 5]).toContain(mantissa(spacing));
        // Half-way in ratio between two rungs: √2.5 from 2 and 5, √2 from the others.
        expect(Math.max(spacing / wanted, wanted / spacing)).toBeLessThanOrEqual(Math.sqrt(2.5) * (1 + 1e-9));
      }),
    );
  });

  test('linear ticks lie inside, are evenly spaced and do not drift', () => {
    expect(linearTicks(0, 1, 5).map(({ label }) => label)).toEqual([
      '0.0',
      '0.2',
      '0.4',
      '0.6',
      '0.8',
      '1.0',
    ]);
    expect(linearTicks(0, 0.3, 3).map(({ at }) => at)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(linearTicks(0, 2, 10, true).map(({ at }) => at)).toEqual([0, 1, 2]);
  });

  test('log ticks: 1-2-5 over few decades, whole decades over many', () => {
    expect(logTicks(-1, 1, 6).map(({ label }) => label)).toEqual(['0.1', '0.2', '0.5', '1', '2', '5', '10']);
    expect(logTicks(-8, 0, 4).map(({ at }) => at)).toEqual([-8, -6, -4, -2, 0]);
  });

  test('less than half a decade has plain ticks', () => {
    const ticks = logTicks(Math.log10(3), Math.log10(4), 5);
    expect(ticks.map(({ label }) => label)).toEqual(['3.0', '3.2', '3.4', '3.6', '3.8', '4.0']);
    for (const { at, label } of ticks) expect(10 ** at).toBeCloseTo(Number(label), 12);
  });

  test('values without a place on a log axis are NaN, and do not move its ends', () => {
    expect(transform('log', 0)).toBeNaN();
    expect(transform('log', -1)).toBeNaN();
    expect(transform('linear', Number.POSITIVE_INFINITY)).toBeNaN();
    expect(extent('log', [[0, 10, Number.NaN, 1000, -5]])).toEqual([1, 3]);
    expect(extent('log', [[0, -1]])).toBeNull();
  });

  test('one value stands in the middle of its axis', () => {
    const { low, high, ticks } = makeAxis({ kind: 'linear', extent: [5, 5], count: 5 });
    expect((low + high) / 2).toBeCloseTo(5, 12);
    expect(ticks.length).toBeGreaterThan(1);
  });
});
