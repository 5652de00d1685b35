import { describe, expect, test } from 'vitest';
import { nativeBackend, tf } from '#engine/backend.ts';
import { capturedEngine } from '#engine/capture/engine.ts';
import { eagerEngine } from '#engine/eager.ts';
import type { Engine, Inputs } from '#engine/engine.ts';
import { SeededParameters } from '#engine/parameters.ts';
import { stream } from '#engine/random.ts';
import {
  matMul,
  mean,
  relu,
  type Scalar,
  square,
  sub,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
} from '#engine/tf.ts';
import { adamw } from '#science/optimizers/adamw.ts';
import { sgd } from '#science/optimizers/sgd.ts';
import { stepProgram, takeStep } from '#science/studies/training.ts';

const noWarnings = () => capturedEngine(nativeBackend, { warn: (message) => expect.unreachable(message) });

/** A two-layer network on random batches; its losses, and its weights at the end. */
function trained(engine: Engine, optimizerId: 'adamw' | 'sgd', steps: number) {
  const parameters = new SeededParameters(1);
  const w1 = parameters.normal('w1', [5, 8], 0.5);
  const b1 = parameters.constant('b1', [8], 0.1);
  const w2 = parameters.normal('w2', [8, 3], 0.5);
  const optimizer =
    optimizerId === 'sgd'
      ? sgd.build(sgd.params.parse({}), parameters)
      : adamw.build(adamw.params.parse({}), parameters);
  const program = stepProgram(engine, parameters, optimizer, ({ x, y }) => {
    const hidden = relu(matMul(x as Tensor2D, w1 as Tensor as Tensor2D).add(b1));
    const output = matMul(hidden as Tensor2D, w2 as Tensor as Tensor2D);
    return {
      loss: mean(square(sub(output, y as Tensor))) as Scalar,
      metrics: { spread: mean(square(output)) as Scalar },
    };
  });
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const random = stream(2, 'batch', step);
    const numbers = (n: number) => Float32Array.from({ length: n }, () => random.normal());
    const batch = { x: { shape: [16, 5], data: numbers(80) }, y: { shape: [16, 3], data: numbers(48) } };
    losses.push(takeStep(program, batch, 0.01, step).loss ?? Number.NaN);
  }
  const weights = [...parameters.all].map(([, weight]) => Float32Array.from(weight.dataSync()));
  program.dispose();
  parameters.dispose();
  for (const slot of optimizer.slots.values()) slot.dispose();
  return { losses, weights };
}

test('mixed precision rounds products to bfloat16, and still trains', () => {
  const exact = trained(noWarnings(), 'adamw', 50);
  const warn = (message: string) => expect.unreachable(message);
  const mixed = trained(capturedEngine(nativeBackend, { warn, precision: 'mixed' }), 'adamw', 50);
  const apart = mixed.losses.map((loss, i) => Math.abs(loss / (exact.losses[i] as number) - 1));
  // 8 bits of precision: not the same numbers, but the same course.
  expect(Math.max(...apart)).toBeGreaterThan(1e-4);
  expect(Math.max(...apart)).toBeLessThan(0.05);
});

test('mixed precision reaches convolutions and their gradients', () => {
  const image = tf.sin(tf.range(0, 32)).reshape([1, 4, 4, 2]) as Tensor4D;
  const kernel = tf.variable(tf.cos(tf.range(0, 54)).reshape([3, 3, 2, 3]));
  const body = () => {
    const loss = () => tf.sum(tf.square(tf.conv2d(tf.mul(image, 1) as Tensor4D, kernel as never, 1, 'same')));
    const { value, grads } = tf.variableGrads(loss as never, [kernel]);
    const gradient = grads[kernel.name] as Tensor;
    // Only steps are rounded, not measures: what assigns is a step.
    kernel.assign(tf.add(kernel, tf.mul(gradient, 0)));
    return { value: value as Tensor, gradient };
  };
  const warn = (message: string) => expect.unreachable(message);
  const [exact, mixed] = (['float32', 'mixed'] as const).map((precision) =>
    capturedEngine(nativeBackend, { warn, precision }).compile('convolution', body).run({}),
  );
  const a = [...(exact?.gradient ?? [])];
  const b = [...(mixed?.gradient ?? [])];
  const distance = Math.hypot(...a.map((value, i) => value - (b[i] ?? Number.NaN))) / Math.hypot(...a);
  expect(distance).toBeGreaterThan(1e-5);
  expect(distance).toBeLessThan(0.02);
});

test('what does not depend on varying feeds is computed once, and again when an input changes', () => {
  const weight = tf.variable(tf.tensor1d([1, 2, 3]));
  const body = ({ batch, direction }: Inputs) => {
    // The gradient of (w·x)³, and its slope along a direction, which alone depends on that.
    const slope = tf.mul(tf.mul(square(tf.sum(tf.mul(weight, batch as Tensor))), 3), batch as Tensor);
    return { along: tf.sum(tf.mul(slope, direction as Tensor)), slope };
  };
  const kept = { variables: [weight], varying: (feed: string) => feed === 'direction' };
  const held = noWarnings().compile('slope', body, kept);
  const whole = eagerEngine().compile('slope', body);
  const vector = (...values: number[]) => ({ shape: [3], data: Float32Array.from(values) });
  const same = (batch: ReturnType<typeof vector>, direction: ReturnType<typeof vector>) =>
    expect(held.run({ batch, direction })).toEqual(whole.run({ batch, direction }));

  const batch = vector(1, -1, 2);
  same(batch, vector(1, 0, 0));
  same(batch, vector(0, 1, 5));
  same(vector(2, 2, 2), vector(0, 1, 5));
  weight.assign(tf.tensor1d([0.5, 0.5, 4]));
  same(batch, vector(0, 1, 5));
  // Held it is: the same array is taken to hold the same numbers.
  const before = held.run({ batch, direction: vector(1, 1, 1) });
  batch.data.fill(7);
  expect(held.run({ batch, direction: vector(1, 1, 1) })).toEqual(before);
  held.dispose();
  weight.dispose();
});

describe('a captured program', () => {
  test.each(['adamw', 'sgd'] as const)('trains as eager execution does (%s)', (optimizer) => {
    const before = tf.memory().numTensors;
    const eager = trained(eagerEngine(), optimizer, 100);
    const captured = trained(noWarnings(), optimizer, 100);
    for (const [i, loss] of eager.losses.entries()) {
      expect(Math.abs((captured.losses[i] ?? Number.NaN) - loss) / loss).toBeLessThan(1e-5);
    }
    for (const [k, weight] of eager.weights.entries()) {
      weight.forEach((value, i) => {
        expect(captured.weights[k]?.[i]).toBeCloseTo(value, 4);
      });
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  test('gives the same bits each time', () => {
    expect(trained(noWarnings(), 'adamw', 20)).toEqual(trained(noWarnings(), 'adamw', 20));
  });

  test('sees variables that code outside has changed, and leaves held copies alone', () => {
    const variable = tf.variable(tf.tensor1d([1, 2]));
    const program = noWarnings().compile('double', () => {
      variable.assign(variable.mul(2));
      return { sum: variable.sum() };
    });
    expect([...program.run({}).sum]).toEqual([6]);
    const held = variable.clone();
    expect([...program.run({}).sum]).toEqual([12]);
    expect([...held.dataSync()]).toEqual([2, 4]);
    expect([...variable.dataSync()]).toEqual([4, 8]);
    variable.assign(tf.tensor1d([10, 20]));
    expect([...program.run({}).sum]).toEqual([60]);
    program.dispose();
    variable.dispose();
    held.dispose();
  });

  test('uses tensors from before it as constants, large uniform ones among them', () => {
    const outside = tf.tensor1d([1, 2, 3]);
    const program = noWarnings().compile('constants', ({ x }) => ({
      sum: (x as Tensor)
        .mul(outside)
        .sum()
        .add(tf.fill([40], 0.5).sum()),
      integers: tf.cast(tf.gather(outside, tf.tensor1d([2, 0], 'int32')), 'int32'),
    }));
    for (const scale of [1, 2]) {
      const { sum, integers } = program.run({
        x: { shape: [3], data: Float32Array.of(scale, scale, scale) },
      });
      expect([...sum]).toEqual([6 * scale + 20]);
      expect([...integers]).toEqual([3, 1]);
    }
    program.dispose();
    outside.dispose();
  });

  test('each shape of feeds has a graph of its own', () => {
    const program = noWarnings().compile('sum', ({ x }) => ({ sum: (x as Tensor).sum() }));
    const sum = (...values: number[]) => [
      ...program.run({ x: { shape: [values.length], data: Float32Array.from(values) } }).sum,
    ];
    expect(sum(1, 2)).toEqual([3]);
    expect(sum(1, 2, 3)).toEqual([6]);
    expect(sum(5, 5)).toEqual([10]);
    program.dispose();
  });

  test('code that looks at computed numbers runs eagerly, with one warning that names the operation', () => {
    const warnings: string[] = [];
    const engine = capturedEngine(nativeBackend, { warn: (message) => warnings.push(message) });
    const program = engine.compile('branch', ({ x }) => {
      const total = (x as Tensor).sum();
      return { value: (total.dataSync()[0] ?? 0) > 0 ? total : total.neg() };
    });
    expect([...program.run({ x: { shape: [2], data: Float32Array.of(1, 2) } }).value]).toEqual([3]);
    expect([...program.run({ x: { shape: [2], data: Float32Array.of(-1, -2) } }).value]).toEqual([3]);
    expect(warnings).toEqual([
      'Program branch runs operation by operation, which is slower: the value of Sum is read in JavaScript.',
    ]);
  });
});
