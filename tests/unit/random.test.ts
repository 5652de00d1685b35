import { expect, test } from 'vitest';
import { permutation, stream } from '#engine/random.ts';

const draws = 200_000;

test('uniform and normal numbers have the moments of their distributions', () => {
  const random = stream(1, 'moments');
  let [sum, square, cube, fourth] = [0, 0, 0, 0];
  let uniformSum = 0;
  for (let i = 0; i < draws; i++) {
    const x = random.normal();
    sum += x;
    square += x * x;
    cube += x ** 3;
    fourth += x ** 4;
    uniformSum += random.uniform();
  }
  // Five standard errors of each mean: √(1, 2, 15, 96, 1/12) / √n.
  const within = (deviation: number) => 5 * Math.sqrt(deviation / draws);
  expect(Math.abs(sum / draws)).toBeLessThan(within(1));
  expect(Math.abs(square / draws - 1)).toBeLessThan(within(2));
  expect(Math.abs(cube / draws)).toBeLessThan(within(15));
  expect(Math.abs(fourth / draws - 3)).toBeLessThan(within(96));
  expect(Math.abs(uniformSum / draws - 0.5)).toBeLessThan(within(1 / 12));
});

test('a stream is a function of seed, name and index, and each of them matters', () => {
  const first = (seed: number, name: string, index: number) => stream(seed, name, index).uniform();
  expect(first(1, 'data', 0)).toBe(first(1, 'data', 0));
  const all = [first(1, 'data', 0), first(2, 'data', 0), first(1, 'init', 0), first(1, 'data', 1)];
  expect(new Set(all).size).toBe(4);
});

test('neighbouring streams are uncorrelated', () => {
  const n = 20_000;
  const [a, b] = [0, 1].map((index) => {
    const values = new Float64Array(n);
    for (let i = 0; i < n; i++) values[i] = stream(1, 'x', 2 * i + index).normal();
    return values;
  }) as [Float64Array, Float64Array];
  const correlation = a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0) / n;
  expect(Math.abs(correlation)).toBeLessThan(5 / Math.sqrt(n));
});

test('every order of four things is equally likely', () => {
  const random = stream(3, 'orders');
  const counts = new Map<string, number>();
  const n = 24_000;
  for (let i = 0; i < n; i++) {
    const order = permutation(random, 4).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(24);
  const expected = n / 24;
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // The 99.99 % point of χ² with 23 degrees of freedom is 56.
  expect(chiSquare).toBeLessThan(56);
});
