/** A contrastive loss against a sum in double precision: its value, parts, pairs and gradients. */
import { expect } from 'vitest';
import { tf } from '#engine/backend.ts';
import { stream } from '#engine/random.ts';
import type { ContrastiveLoss } from '#science/definition.ts';
import { bruteForceGradient, maxDifference } from './differences.ts';

export type Rows = number[][];
export type Arrays = Readonly<Record<string, Rows>>;

export function rows(count: number, width: number, seed: number): Rows {
  const random = stream(seed, 'rows');
  return Array.from({ length: count }, () => Array.from({ length: width }, () => random.normal()));
}

export function dot(a: readonly number[] = [], b: readonly number[] = []): number {
  return a.reduce((sum, entry, k) => sum + entry * (b[k] ?? Number.NaN), 0);
}

export function cosine(a: readonly number[] = [], b: readonly number[] = []): number {
  return dot(a, b) / Math.hypot(...a) / Math.hypot(...b);
}

export function logSumExp(values: readonly number[]): number {
  const most = Math.max(...values);
  return most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0));
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export interface Checked {
  readonly loss: ContrastiveLoss;
  readonly params: Record<string, unknown>;
  readonly arrays: Arrays;
  /** Not differentiated: one number a row. */
  readonly targets?: readonly number[];
  /** `held` has what the method's stopped gradients see: the arrays as they were. */
  plain(arrays: Arrays, held: Arrays): number;
  /** Largest difference from the sum that float32 explains. */
  readonly tolerance?: number;
}

/** Every array is moved in turn: one that the method holds must have a gradient of zero in both. */
export function expectAsPlain({ loss, params, arrays, targets, plain, tolerance = 2e-6 }: Checked): void {
  const tensors = (given: Arrays) => ({
    ...Object.fromEntries(Object.entries(given).map(([name, rows]) => [name, tf.tensor2d(rows)])),
    ...(targets ? { targets: tf.tensor1d([...targets], 'int32') } : {}),
  });
  const expected = plain(arrays, arrays);
  const { value, parts, examples } = tf.tidy(() => {
    const given = tensors(arrays);
    return {
      value: loss.value(params, given).dataSync()[0] as number,
      parts: Object.values(loss.parts?.(params, given) ?? {}).map((part) => part.dataSync()[0] as number),
      examples: [...(loss.examples?.(params, given).dataSync() ?? [])],
    };
  });
  expect(Math.abs(value - expected)).toBeLessThan(tolerance);
  if (loss.parts) expect(Math.abs(parts.reduce((a, b) => a + b, 0) - expected)).toBeLessThan(tolerance);
  if (loss.examples) expect(Math.abs(mean(examples) - expected)).toBeLessThan(tolerance);
  for (const [name, at] of Object.entries(arrays)) {
    const difference = bruteForceGradient((moved) => plain({ ...arrays, [name]: moved }, arrays), at);
    const gradient = tf.tidy(() =>
      tf
        .grad((moved) => {
          const value = loss.value(params, { ...tensors(arrays), [name]: moved });
          // An array that is not read at all would be an error, and no gradient.
          return tf.add(value, tf.mul(tf.sum(moved), 0));
        })(tf.tensor2d(at))
        .arraySync(),
    ) as Rows;
    expect(maxDifference(gradient, difference), name).toBeLessThan(2 * tolerance);
  }
}

/** Pair weights of a small population, symmetric and with self-loops, summing to 1. */
export function jointOf(vertices: number, seed: number): Rows {
  const random = stream(seed, 'joint');
  const half = Array.from({ length: vertices }, () =>
    Array.from({ length: vertices }, () => random.uniform()),
  );
  const joint = half.map((row, i) => row.map((weight, j) => weight + (half[j]?.[i] ?? Number.NaN)));
  const total = joint.flat().reduce((a, b) => a + b, 0);
  return joint.map((row) => row.map((weight) => weight / total));
}

/** The loss's expectation over `joint`, of arrays with one row a vertex. */
export function populationValue(
  { loss, params, targets }: Pick<Checked, 'loss' | 'params' | 'targets'>,
  arrays: Arrays,
  joint: Rows,
): number {
  return tf.tidy(() => {
    const given = Object.fromEntries(Object.entries(arrays).map(([name, rows]) => [name, tf.tensor2d(rows)]));
    const labels = targets ? { targets: tf.tensor1d([...targets], 'int32') } : {};
    const weights = tf.tensor2d(joint);
    const pairs = { joint: weights, marginal: tf.sum(weights, 1) as ReturnType<typeof tf.tensor1d> };
    return loss.population?.(params, { ...given, ...labels }, pairs).dataSync()[0] ?? Number.NaN;
  });
}
