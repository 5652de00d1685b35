import { expect, test } from 'vitest';
import { nativeBackend, tf } from '#engine/backend.ts';
import { capturedEngine } from '#engine/capture/engine.ts';
import { merge } from '#engine/capture/merge.ts';
import { record } from '#engine/capture/record.ts';
import type { Inputs } from '#engine/engine.ts';
import type { Tensor } from '#engine/tf.ts';

const body = ({ x }: Inputs) => {
  const twice = () => tf.mul(tf.exp(tf.sub(x as Tensor, 1)), 2);
  const [a, b] = tf.split(tf.concat([twice(), twice()]), 2);
  return { sum: tf.add(twice(), twice()), first: a as Tensor, second: b as Tensor, again: twice() };
};

test('equal operations on equal inputs become one, and results stay', () => {
  const x = tf.tensor1d([0.5, -1, 2]);
  x.dataSync();
  const { result, recording } = record(nativeBackend, () => tf.tidy(() => body({ x })));
  const operations = ({ outputs }: typeof recording) =>
    [...new Set([...outputs.values()].map(({ node }) => node.op))].map((op) => [
      op,
      new Set([...outputs.values()].map(({ node }) => node).filter((node) => node.op === op)).size,
    ]);
  const before = Object.fromEntries(operations(recording));
  const after = Object.fromEntries(operations(merge(recording).recording));
  expect(before).toMatchObject({ Exp: 5, Mul: 5, Sub: 5 });
  expect(after).toMatchObject({ Exp: 1, Mul: 1, Sub: 1 });
  tf.dispose(result);

  const program = capturedEngine(nativeBackend, { warn: (message) => expect.unreachable(message) }).compile(
    'body',
    body,
  );
  const outputs = program.run({ x: { shape: [3], data: Float32Array.of(0.5, -1, 2) } });
  const expected = [0.5, -1, 2].map((value) => Math.fround(2 * Math.exp(value - 1)));
  for (const [i, value] of expected.entries()) {
    expect(outputs.sum[i]).toBeCloseTo(2 * value, 5);
    for (const name of ['first', 'second', 'again'] as const) expect(outputs[name][i]).toBeCloseTo(value, 5);
  }
  program.dispose();
  x.dispose();
});

test('what differs in an attribute, a constant or a type is not the same', () => {
  const x = tf.tensor2d([
    [1, 2],
    [3, 4],
  ]);
  x.dataSync();
  const { result, recording } = record(nativeBackend, () =>
    tf.tidy(() => ({
      ...{ a: tf.matMul(x, x), b: tf.matMul(x, x, true), c: tf.matMul(x, x, false, true) },
      ...{ d: tf.mul(x, 2), e: tf.mul(x, 3), f: tf.sum(x, 0), g: tf.sum(x, 1) },
    })),
  );
  const { representative } = merge(recording);
  const handles = Object.values(result).map(
    (tensor) => nativeBackend.tensorMap.get((tensor as Tensor).dataId).id,
  );
  expect(new Set(handles.map(representative)).size).toBe(7);
  tf.dispose(result);
  x.dispose();
});
