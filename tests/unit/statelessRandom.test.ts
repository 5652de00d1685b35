import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { nativeBackend, tf } from '#engine/backend.ts';
import { capturedEngine } from '#engine/capture/engine.ts';
import { eagerEngine } from '#engine/eager.ts';
import type { Engine, Feed } from '#engine/engine.ts';
import { hessianVectorProduct } from '#engine/gradients/hessianVectorProduct.ts';
import { SeededParameters } from '#engine/parameters.ts';
import { stream } from '#engine/random.ts';
import { dropout, normal, seedFeed, uniform } from '#engine/statelessRandom.ts';
import { matMul, mean, relu, type Scalar, square, sub, sum, type Tensor, type Tensor1D } from '#engine/tf.ts';
import { adamw } from '#science/optimizers/adamw.ts';
import { stepProgram, takeStep } from '#science/studies/training.ts';
import { philoxNormal, philoxUniform } from './support/philox.ts';

const captured = () => capturedEngine(nativeBackend, { warn: (message) => expect.unreachable(message) });
const engines: readonly (readonly [string, () => Engine])[] = [
  ['eager', eagerEngine],
  ['captured', captured],
];
const seedOf = (...numbers: [number, number]): Feed => ({ shape: [2], data: Int32Array.from(numbers) });

/** Numbers of both distributions for each seed, from one program. */
function drawn(engine: Engine, shape: number[], seeds: readonly Feed[]) {
  const program = engine.compile('draw', ({ seed }) => ({
    uniform: uniform(shape, seed as Tensor1D),
    normal: normal(shape, seed as Tensor1D),
  }));
  const numbers = seeds.map((seed) => program.run({ seed }));
  program.dispose();
  return numbers;
}

describe.each(engines)('%s', (_, engine) => {
  test('numbers are those of Philox, whatever the process: the seed alone decides', () => {
    const seeds: [number, number][] = [
      [0, 0],
      [1, 2],
      [-1, 7],
      [2 ** 31 - 1, -(2 ** 31)],
    ];
    const before = tf.memory().numTensors;
    const found = drawn(
      engine(),
      [3, 5, 7],
      seeds.map((seed) => seedOf(...seed)),
    );
    expect(tf.memory().numTensors).toBe(before);
    for (const [i, seed] of seeds.entries()) {
      expect([...(found[i]?.uniform ?? [])]).toEqual(philoxUniform(seed, 105));
      // Sine, cosine and logarithm differ from JavaScript's in their last bits.
      for (const [k, value] of philoxNormal(seed, 105).entries()) {
        expect(Math.abs((found[i]?.normal[k] ?? Number.NaN) - value)).toBeLessThan(2e-6);
      }
    }
  });
});

test('a process that compiles with XLA draws the same numbers', async () => {
  const script = fileURLToPath(new URL('support/drawCompiled.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script]);
  const { uniform, dropped } = JSON.parse(stdout) as Record<'uniform' | 'dropped', number[]>;
  const expected = philoxUniform([3, 4], 64);
  expect(uniform).toEqual(expected.map((value) => value * 2));
  expect(dropped).toEqual(expected.map((value) => (value < 0.5 ? 0 : 2)));
}, 30_000);

test('each step, name and run has numbers of its own, without correlation', () => {
  const count = 20_000;
  const seeds = [
    seedFeed(3, 'dropout', 8),
    seedFeed(3, 'dropout', 9),
    seedFeed(3, 'other', 8),
    seedFeed(4, 'dropout', 8),
  ];
  expect(seedFeed(3, 'dropout', 8)).toEqual(seeds[0]);
  const numbers = drawn(eagerEngine(), [count], seeds).map((one) => one.normal);
  for (const [i, a] of numbers.entries()) {
    for (const b of numbers.slice(i)) {
      const product = a.reduce((total, value, k) => total + value * (b[k] ?? Number.NaN), 0) / count;
      // Standard error of a mean of products 0.007, of squares 0.01.
      expect(Math.abs(product - (a === b ? 1 : 0))).toBeLessThan(0.04);
    }
  }
});

describe('dropout', () => {
  const seed = () => tf.tensor1d([5, 6], 'int32');

  test('blanks the given share and keeps the expectation', () => {
    const values = dropout(tf.ones([40_000]), 0.3, seed()).dataSync();
    const kept = values.filter((value) => value > 0);
    // Standard error 0.0023.
    expect(Math.abs(kept.length / values.length - 0.7)).toBeLessThan(0.01);
    for (const value of kept) expect(value).toBeCloseTo(1 / 0.7, 6);
    const x = tf.tensor1d([1, -2, 3]);
    expect([...dropout(x, 0, seed()).dataSync()]).toEqual([1, -2, 3]);
  });

  test.each([-0.1, 1, Number.NaN])('a rate of %d is refused', (rate) => {
    expect(() => dropout(tf.ones([2]), rate, seed())).toThrow('is not in [0, 1)');
  });

  test('first and second derivatives see the kept numbers alone', () => {
    const parameters = new SeededParameters(1);
    const x = parameters.normal('x', [50], 1) as Tensor as Tensor1D;
    const mask = dropout(tf.ones([50]), 0.5, seed());
    const direction = tf.sin(tf.range(0, 50));
    // L = Σ (m x)³: ∇L = 3 m³ x², H = diag(6 m³ x).
    const loss = (): Scalar => {
      const y = dropout(x, 0.5, seed());
      return sum(y.mul(y).mul(y));
    };
    const { grads } = tf.variableGrads(loss as never);
    const gradient = Object.values(grads)[0] as unknown as Tensor;
    const product = hessianVectorProduct(loss, parameters, { x: direction as never }).x as Tensor;
    const cubed = tf.mul(mask, tf.mul(mask, mask)) as unknown as Tensor;
    const apart = (found: Tensor, expected: Tensor): number =>
      found.sub(expected).abs().max().dataSync()[0] as number;
    expect(apart(gradient, cubed.mul(x).mul(x).mul(3))).toBeLessThan(1e-4);
    expect(
      apart(
        product,
        cubed
          .mul(x)
          .mul(6)
          .mul(direction as never),
      ),
    ).toBeLessThan(1e-4);
    parameters.dispose();
  });
});

/** Steps `from` … `to` − 1 of a small network with dropout, from given weights and moments or fresh ones. */
function trained(
  engine: Engine,
  from: number,
  to: number,
  start: ReadonlyMap<string, Float32Array> = new Map(),
) {
  const parameters = new SeededParameters(1);
  const first = parameters.normal('first', [6, 16], 0.5) as Tensor;
  const second = parameters.normal('second', [16, 2], 0.5) as Tensor;
  const optimizer = adamw.build(adamw.params.parse({}), parameters);
  const variables = [...parameters.all, ...optimizer.slots];
  for (const [name, variable] of variables) {
    const values = start.get(name);
    if (values) tf.tidy(() => variable.assign(tf.tensor(values, variable.shape) as never));
  }
  const program = stepProgram(engine, parameters, optimizer, ({ x, y, seed }) => {
    const hidden = dropout(relu(matMul(x as Tensor, first)), 0.4, seed as Tensor1D);
    return { loss: mean(square(sub(matMul(hidden, second), y as Tensor))), metrics: {} };
  });
  const losses = Array.from({ length: to - from }, (_, i) => {
    const random = stream(2, 'batch', from + i);
    const numbers = (count: number) => Float32Array.from({ length: count }, () => random.normal());
    const batch = {
      x: { shape: [12, 6], data: numbers(72) },
      y: { shape: [12, 2], data: numbers(24) },
      seed: seedFeed(2, 'dropout', from + i),
    };
    return takeStep(program, batch, 0.01, from + i).loss ?? Number.NaN;
  });
  const end = new Map(variables.map(([name, variable]) => [name, Float32Array.from(variable.dataSync())]));
  program.dispose();
  for (const [, variable] of variables) variable.dispose();
  return { losses, end };
}

test('50 captured steps with dropout are eager ones, and a resumed half is the same to the bit', () => {
  const eager = trained(eagerEngine(), 0, 50);
  const whole = trained(captured(), 0, 50);
  for (const [i, loss] of eager.losses.entries()) {
    expect(Math.abs((whole.losses[i] ?? Number.NaN) / loss - 1)).toBeLessThan(1e-5);
  }
  const half = trained(captured(), 0, 25);
  const rest = trained(captured(), 25, 50, half.end);
  expect([...half.losses, ...rest.losses]).toEqual(whole.losses);
  expect(rest.end).toEqual(whole.end);
});
