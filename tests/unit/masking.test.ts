import { expect, test } from 'vitest';
import { stream } from '#engine/random.ts';
import { bert } from '#science/masking/bert.ts';

const params = bert.params.parse({});

test.each([
  [1, 1],
  [4, 1],
  [8, 1],
  [10, 2],
  [16, 2],
  [20, 3],
  [31, 5],
  [64, 5],
])('of %i words %i are hidden', (length, hidden) => {
  const positions = bert.positions(params, length, stream(1, 'masking'));
  expect(positions.length).toBe(hidden);
  expect(bert.most(params, length)).toBe(hidden);
  expect(new Set(positions).size).toBe(hidden);
  expect([...positions].sort((a, b) => a - b)).toEqual(positions);
  for (const position of positions) expect(position >= 0 && position < length).toBe(true);
});

test('every position is equally likely', () => {
  const random = stream(2, 'masking');
  const counts = new Int32Array(10);
  const draws = 10_000;
  for (let i = 0; i < draws; i++) {
    for (const position of bert.positions(params, 10, random)) {
      counts[position] = (counts[position] as number) + 1;
    }
  }
  // Binomial with p = 0.2: deviation 40; five of them.
  for (const count of counts) expect(Math.abs(count - 0.2 * draws)).toBeLessThan(200);
});

test('share and most can be set', () => {
  const all = bert.params.parse({ share: 1, max: 64 });
  expect(bert.positions(all, 5, stream(1, 'masking'))).toEqual([0, 1, 2, 3, 4]);
});
