import { expect, test } from 'vitest';
import { type Interval, interval, timetable } from '#contract/interval.ts';

const stepsOf = (every: Interval, steps: number): number[] => {
  const { isDue } = timetable(every, steps);
  return Array.from({ length: steps }, (_, i) => i + 1).filter(isDue);
};

test.each([
  [30, 100, [30, 60, 90, 100]],
  [50, 100, [50, 100]],
  [500, 100, [100]],
  ['1/decade', 2000, [1, 10, 100, 1000, 2000]],
  // 10^(1/5) = 1.58, 10^(2/5) = 2.51, 10^(3/5) = 3.98, 10^(4/5) = 6.31.
  ['5/decade', 41, [1, 2, 3, 4, 6, 10, 16, 25, 40, 41]],
  ['2/decade from 100', 1500, [100, 316, 1000, 1500]],
  ['2/decade from 100', 50, [50]],
] as const)('%s up to %i', (every, steps, expected) => {
  expect(stepsOf(every, steps)).toEqual(expected);
  const table = timetable(every, steps);
  expect(table.count).toBe(expected.length);
  for (let step = 0; step < steps; step++) {
    expect(table.next(step)).toBe(expected.find((one) => one > step));
  }
});

test.each([0, -1, 1.5, true, '5', '0/decade', '5/decade from 0', '5 per decade', ''])(
  '%j is refused',
  (every) => {
    expect(interval.safeParse(every).success).toBe(false);
  },
);
