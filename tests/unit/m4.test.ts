import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reduceM4 } from '#host/store/m4.ts';

const series = fc
  .array(fc.oneof(fc.double({ min: -1e3, max: 1e3, noNaN: true }), fc.constant(Number.NaN)), {
    minLength: 1,
    maxLength: 400,
  })
  .map((values) => ({
    step: Float64Array.from(values, (_, i) => i * 10),
    value: Float64Array.from(values),
  }));

test('at most four points a column, in order, each one of the originals', () => {
  fc.assert(
    fc.property(series, fc.integer({ min: 1, max: 50 }), (points, columns) => {
      const out = reduceM4(points, columns);
      expect(out.step.length).toBeLessThanOrEqual(Math.max(4 * columns, 0));
      for (let i = 0; i < out.step.length; i++) {
        expect(out.value[i]).toBe(points.value[(out.step[i] as number) / 10]);
        if (i > 0) expect(out.step[i]).toBeGreaterThan(out.step[i - 1] as number);
      }
    }),
  );
});

test('first, last and largest value survive; so does a NaN', () => {
  fc.assert(
    fc.property(series, fc.integer({ min: 1, max: 50 }), (points, columns) => {
      const out = reduceM4(points, columns);
      const finite = (v: Float64Array) => [...v].filter((x) => !Number.isNaN(x));
      expect(out.value[0]).toBe(points.value[0]);
      expect(out.value.at(-1)).toBe(points.value.at(-1));
      expect(Math.max(...finite(out.value))).toBe(Math.max(...finite(points.value)));
      expect(out.value.some(Number.isNaN)).toBe(points.value.some(Number.isNaN));
    }),
  );
});
