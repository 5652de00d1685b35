import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nativeBackend, tf } from '#engine/backend.ts';
import { capturedEngine } from '#engine/capture/engine.ts';
import { graphCache } from '#engine/capture/graphCache.ts';
import type { Inputs } from '#engine/engine.ts';
import { add, mul, sum, type Tensor, type Variable, variable } from '#engine/tf.ts';

let folder: string;
let bodies: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'basin-graphs-'));
  bodies = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What one process would do: two steps of `weight ← weight · rate + batch`, each answering Σ weight. */
function twoSteps(
  scope: string,
  start: number,
  declared = (weight: Variable) => [weight],
  constant?: Tensor,
) {
  const engine = capturedEngine(nativeBackend, {
    warn: (message) => expect.unreachable(message),
    cache: graphCache(folder, scope),
  });
  const weight = variable(tf.fill([3], start));
  const body = ({ rate, batch }: Inputs) => {
    bodies += 1;
    const shifted = constant ? add(batch as Tensor, constant) : (batch as Tensor);
    weight.assign(add(mul(weight, rate as Tensor), shifted));
    return { total: sum(weight) };
  };
  const program = engine.compile('double', body, { variables: declared(weight) });
  const batch = { shape: [3], data: Float32Array.of(1, 2, 3) };
  const totals = [0.5, 0.25].map((rate) => program.run({ rate, batch }).total[0]);
  program.dispose();
  weight.dispose();
  return totals;
}
/** By hand: Σ(w r + b) = r Σw + 6. */
const expected = (start: number) => {
  const first = 0.5 * 3 * start + 6;
  return [first, 0.25 * first + 6];
};

test('a kept graph is replayed without recording, on other weights', () => {
  expect(twoSteps('a', 2)).toEqual(expected(2));
  expect(bodies).toBe(1);
  expect(twoSteps('a', 10)).toEqual(expected(10));
  expect(bodies).toBe(1);
});

test('another scope records anew', () => {
  twoSteps('a', 2);
  expect(twoSteps('b', 2)).toEqual(expected(2));
  expect(bodies).toBe(2);
});

test.each(['graph0.pb', 'index.json'])('a damaged %s is recorded again, and mended', (file) => {
  twoSteps('a', 2);
  const [kept] = readdirSync(folder);
  const damaged = join(folder, kept ?? '', file);
  writeFileSync(damaged, readFileSync(damaged).subarray(0, -9));
  expect(twoSteps('a', 3)).toEqual(expected(3));
  expect(bodies).toBe(2);
  twoSteps('a', 4);
  expect(bodies).toBe(2);
});

test('a graph that depends on more than it names is not kept', () => {
  expect(twoSteps('a', 2, () => [])).toEqual(expected(2));
  const outside = tf.tensor1d([1, 0, 0]);
  twoSteps('b', 2, undefined, outside);
  expect(readdirSync(folder)).toEqual([]);
  outside.dispose();
});

test('large uniform constants are computed, equal ones stored once', () => {
  const numbers = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i));
  const engine = capturedEngine(nativeBackend, {
    warn: (message) => expect.unreachable(message),
    cache: graphCache(folder, 'a'),
  });
  const body = ({ x }: Inputs) => {
    const ones = add(tf.ones([1000, 1000]), x as Tensor);
    const waves = add(tf.tensor1d(numbers.slice()), tf.tensor1d(numbers.slice()));
    return { total: sum(add(ones, waves)) };
  };
  const program = engine.compile('constants', body, { variables: [] });
  const waves = numbers.reduce((total, value) => total + value, 0);
  expect(program.run({ x: 2 }).total[0]).toBeCloseTo(3e6 + 2000 * waves, -1);
  program.dispose();
  const [kept] = readdirSync(folder);
  expect(statSync(join(folder, kept ?? '', 'graph0.pb')).size).toBeLessThan(1.5 * numbers.byteLength);
});

test('the hundred newest are kept', () => {
  const cache = graphCache(folder, 'a');
  const main = { feeds: [], variables: [], held: 0 };
  const layout = { feedNames: [], outputNames: [], assigned: [], main, base: null };
  for (let i = 0; i < 110; i++) cache.keep(String(i), { layout, graphs: [Uint8Array.of(i)] });
  expect(readdirSync(folder)).toHaveLength(100);
  expect(cache.find('109')).toMatchObject({ layout, graphs: [Buffer.of(109)] });
});
