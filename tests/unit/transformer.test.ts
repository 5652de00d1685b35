import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tf } from '#engine/backend.ts';
import { tensorOfFeed } from '#engine/feeds.ts';
import { valueAndGradients } from '#engine/gradients/valueAndGradients.ts';
import { SeededParameters, ShapesOnly } from '#engine/parameters.ts';
import { mlmLoss } from '#science/losses/mlm.ts';
import { gelu } from '#science/nn/gelu.ts';
import { layerNorm } from '#science/nn/layerNorm.ts';
import { transformer } from '#science/nn/transformer.ts';
import { sequences, tokensOf } from '#science/studies/mlm/tokens.ts';

test('GELU is x · Φ(x)', () => {
  // From an arbitrary-precision normal distribution (the series of erf with 60 digits), rounded.
  const table: [number, number][] = [
    [-5, -1.4332578593959695e-6],
    [-3, -0.0040496940948902835],
    [-1.5, -0.1002108019032871],
    [-0.75, -0.16997051428265114],
    [-0.1, -0.0460172162722971],
    [0, 0.0],
    [0.3, 0.1853734266566858],
    [1, 0.8413447460685429],
    [2.25, 2.2224949365261493],
    [4, 3.9998733150326675],
    [6, 5.999999994080474],
  ];
  const values = gelu(tf.tensor1d(table.map(([x]) => x))).dataSync();
  for (const [i, [, exact]] of table.entries()) {
    // Single precision: the sum 1 + erf loses relative accuracy where x is very negative.
    expect(Math.abs((values[i] as number) - exact)).toBeLessThan(4e-7 * Math.max(1, Math.abs(exact)));
  }
});

test('layer normalisation: mean 0, variance 1, then gain and offset', () => {
  const parameters = new SeededParameters(1);
  const norm = layerNorm('n', 4, parameters);
  const row = [1, 2, 4, 9];
  const [out] = norm(tf.tensor2d([row])).arraySync() as number[][];
  const deviation = Math.sqrt((9 + 4 + 0 + 25) / 4);
  for (const [i, x] of row.entries()) expect(out?.[i]).toBeCloseTo((x - 4) / deviation, 5);
  parameters.dispose();
});

describe('a small transformer', () => {
  const tokens = tokensOf({ words: 7, maxLength: 6 });
  const params = transformer.params.parse({ layers: 2, width: 8, heads: 2, feedForward: 12 });
  let parameters: SeededParameters;
  let model: ReturnType<typeof transformer.build>;
  beforeAll(() => {
    parameters = new SeededParameters(3);
    model = transformer.build(params, tokens, parameters);
  });
  afterAll(() => parameters.dispose());

  const sentences = [Int32Array.of(1, 4, 2, 6), Int32Array.of(0, 3, 5, 5, 2, 1)];
  const inputs = (hidden: (row: number) => number[] = () => []) =>
    Object.fromEntries(
      Object.entries(sequences(tokens, sentences, hidden)).map(([name, feed]) => [name, tensorOfFeed(feed)]),
    );
  const embed = ({ ids, mask }: Record<string, import('@tensorflow/tfjs-core').Tensor>) =>
    model.embed(ids as never, mask as never);

  test('has the weights that its equations name', () => {
    const [d, f, layers] = [8, 12, 2];
    const block = 2 * 2 * d + (d * 3 * d + 3 * d) + (d * d + d) + (d * f + f) + (f * d + d);
    const expected = tokens.vocabulary * d + tokens.length * d + layers * block + 2 * d + (d * 7 + 7);
    expect(parameters.count).toBe(expected);
    const shapes = new ShapesOnly();
    transformer.build(params, tokens, shapes);
    expect(shapes.count).toBe(expected);
  });

  test('equals the formulas in double precision', () => {
    const weight = (name: string): number[][] => {
      const array = parameters.all.get(name)?.arraySync() as number[] | number[][];
      return Array.isArray(array[0]) ? (array as number[][]) : [array as number[]];
    };
    const dot = (x: number[], w: number[][], b: number[]): number[] =>
      b.map((bias, j) => x.reduce((sum, xi, i) => sum + xi * (w[i]?.[j] as number), bias));
    const apply = (x: number[][], name: string) =>
      x.map((row) => dot(row, weight(`${name}/kernel`), weight(`${name}/bias`)[0] as number[]));
    const normed = (x: number[][]) =>
      x.map((row) => {
        const mean = row.reduce((sum, v) => sum + v, 0) / row.length;
        const variance = row.reduce((sum, v) => sum + (v - mean) ** 2, 0) / row.length;
        return row.map((v) => (v - mean) / Math.sqrt(variance + 1e-5));
      });
    const plus = (x: number[][], y: number[][]) =>
      x.map((row, i) => row.map((v, j) => v + (y[i]?.[j] as number)));
    const erf = (z: number): number => {
      let [sum, term] = [z, z];
      for (let n = 1; n < 200; n++) {
        term *= -(z * z) / n;
        sum += term / (2 * n + 1);
      }
      return (2 / Math.sqrt(Math.PI)) * sum;
    };

    const ids = [tokens.start, 1, 4, 2, 6, tokens.end];
    let x = ids.map((id, i) =>
      (weight('tokens')[id] as number[]).map((v, j) => v + (weight('positions')[i]?.[j] as number)),
    );
    for (let layer = 0; layer < 2; layer++) {
      const qkv = apply(normed(x), `block${layer}/attention/query_key_value`);
      const read = x.map(() => new Array<number>(8).fill(0));
      for (let head = 0; head < 2; head++) {
        const part = (i: number, which: number) =>
          qkv[i]?.slice(which * 8 + head * 4, which * 8 + head * 4 + 4) as number[];
        for (const i of x.keys()) {
          const scores = ids.map((_, j) =>
            Math.exp(part(i, 0).reduce((sum, q, k) => sum + q * (part(j, 1)[k] as number), 0) / 2),
          );
          const total = scores.reduce((sum, s) => sum + s, 0);
          for (const j of x.keys()) {
            for (const [k, v] of part(j, 2).entries()) {
              const row = read[i] as number[];
              row[head * 4 + k] = (row[head * 4 + k] as number) + ((scores[j] as number) / total) * v;
            }
          }
        }
      }
      x = plus(x, apply(read, `block${layer}/attention/out`));
      const hidden = apply(normed(x), `block${layer}/feed_forward/in`).map((row) =>
        row.map((v) => (v * (1 + erf(v / Math.SQRT2))) / 2),
      );
      x = plus(x, apply(hidden, `block${layer}/feed_forward/out`));
    }
    const logits = apply(normed(x), 'output');

    const embedded = embed(inputs());
    const ours = model.logits(tf.reshape(embedded, [-1, 8])).arraySync() as number[][];
    for (const [i, row] of logits.entries()) {
      for (const [j, z] of row.entries()) expect(ours[i]?.[j]).toBeCloseTo(z, 4);
    }
  });

  test('embeddings at slots alone equal those of the whole sentence', () => {
    const { ids, mask } = inputs((row) => [row]);
    const slots = [
      [3, 1, 3],
      [0, 6, 5],
    ];
    const asked = model.embed(ids as never, mask as never, tf.tensor2d(slots, undefined, 'int32'));
    const all = embed({ ids: ids as never, mask: mask as never }).arraySync() as number[][][];
    const expected = slots.flatMap((places, row) => places.flatMap((place) => all[row]?.[place] as number[]));
    expect(asked.shape).toEqual([2, 3, 8]);
    for (const [i, value] of asked.dataSync().entries()) expect(value).toBeCloseTo(expected[i] as number, 5);
  });

  test('more padding changes nothing', () => {
    const long = embed(inputs()).arraySync() as number[][][];
    const cut = sequences({ ...tokens, length: 6 }, [sentences[0] as Int32Array]);
    const short = model
      .embed(tensorOfFeed(cut.ids as never) as never, tensorOfFeed(cut.mask as never) as never)
      .arraySync() as number[][][];
    for (const [i, row] of (short[0] as number[][]).entries()) {
      for (const [j, value] of row.entries()) expect(long[0]?.[i]?.[j]).toBeCloseTo(value, 5);
    }
  });

  test('a word elsewhere changes an embedding; a hidden word cannot', () => {
    const at = (words: number[], hidden: number[]) => {
      const feeds = sequences(tokens, [Int32Array.from(words)], () => hidden);
      return [
        ...model
          .embed(tensorOfFeed(feeds.ids as never) as never, tensorOfFeed(feeds.mask as never) as never)
          .dataSync(),
      ];
    };
    expect(at([1, 4, 2], [1])).toEqual(at([1, 6, 2], [1]));
    expect(at([1, 4, 2], [])).not.toEqual(at([1, 6, 2], []));
    const first = (values: number[]) => values.slice(8, 16);
    expect(first(at([1, 4, 2], []))).not.toEqual(first(at([1, 6, 2], [])));
  });

  test('its gradient equals central differences along every weight’s own gradient', () => {
    const feeds = inputs((row) => [row]);
    const targets = tf.oneHot(tf.tensor1d([1, 3], 'int32'), 7, 1, 0, 'float32');
    const loss = () =>
      tf.tidy(() => {
        const flat = tf.reshape(embed(feeds), [-1, 8]);
        const asked = tf.gather(flat, tf.tensor1d([1, tokens.length + 2], 'int32'));
        return mlmLoss.value({}, model.logits(asked) as never, targets as never, tf.tensor1d([1, 1]));
      });
    const { gradients } = valueAndGradients(loss, parameters);
    let checked = 0;
    for (const [name, weight] of parameters.all) {
      const gradient = gradients[name] as import('@tensorflow/tfjs-core').Tensor;
      const norm = tf.norm(gradient).dataSync()[0] as number;
      // The keys' bias has no effect: it adds the same to all scores of a query.
      if (norm < 1e-3) continue;
      const origin = weight.clone();
      const direction = tf.div(gradient, norm);
      const epsilon = 0.02;
      const moved = (distance: number): number => {
        weight.assign(tf.add(origin, tf.mul(direction, distance)));
        return loss().dataSync()[0] as number;
      };
      const difference = (moved(epsilon) - moved(-epsilon)) / (2 * epsilon);
      weight.assign(origin);
      // Rounding of a loss near 2 in single precision: 1e-7 / ε = 1e-5; third derivatives: ε².
      expect(Math.abs(difference - norm), name).toBeLessThan(2e-5 + 5e-3 * norm);
      checked++;
    }
    expect(checked).toBeGreaterThan(20);
  }, 60_000);
});
