import { expect, test } from 'vitest';
import { stream } from '#engine/random.ts';
import { bootstrap } from '#science/bootstrap.ts';

test("a mean's error and interval are those of its sample", () => {
  const random = stream(1, 'sample');
  const sample = Array.from({ length: 200 }, () => 3 + 2 * random.normal());
  const mean = sample.reduce((sum, value) => sum + value, 0) / 200;
  const square = sample.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 200;
  const expected = Math.sqrt(square / 200);
  const found = bootstrap(200, 4000, stream(2, 'resamples'), (places) => {
    expect(places.length).toBe(200);
    return places.reduce((sum, place) => sum + (sample[place] ?? Number.NaN), 0) / 200;
  });
  if (!found) throw new Error('an interval is expected');
  // Over 4,000 resamples a deviation is known to about 1 %, an end of the interval to about 3 % of an error.
  expect(Math.abs(found.stderr / expected - 1)).toBeLessThan(0.05);
  expect(Math.abs((found.lower - mean) / expected + 1.96)).toBeLessThan(0.15);
  expect(Math.abs((found.upper - mean) / expected - 1.96)).toBeLessThan(0.15);
});

test('resamples without an answer are left out; of fewer than two there is no interval', () => {
  let call = 0;
  const some = bootstrap(2, 10, stream(0, 'x'), () => (call++ % 2 === 0 ? call : null));
  // 1, 3, 5, 7 and 9.
  expect(some?.stderr).toBeCloseTo(Math.sqrt(10), 12);
  expect(bootstrap(2, 10, stream(0, 'x'), () => null)).toBeNull();
});
