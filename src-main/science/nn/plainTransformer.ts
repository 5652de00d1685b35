/**
 * The causal transformer (`nn/transformer.ts` with `causal`) in plain double precision, one token at a time with
 * keys and values kept: for a host without TensorFlow, and exact enough to be the truth about a language. Tensors
 * and forward pass are named in docs/architecture.md.
 */
import { BasinError } from '#contract/error.ts';
import type { NamedTensor } from '#engine/safetensors.ts';
import { erf } from './erf.ts';

export interface PlainTransformer {
  /** Tokens of the longest sequence. */
  readonly length: number;
  /**
   * Logits over the words after `token` at `place`, [words], in an array that the next call takes over. The
   * tokens at places before are those of the latest calls there.
   */
  read(place: number, token: number): Float64Array;
}

export interface PlainShape {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly feedForward: number;
  readonly shared: boolean;
  readonly tied: boolean;
  readonly words: number;
}

/** As in `nn/layerNorm.ts`. */
const epsilon = 1e-5;

/** x W + b: kernel [from, to], row-major. */
interface Dense {
  readonly kernel: Float64Array;
  readonly bias: Float64Array;
}
interface Norm {
  readonly gain: Float64Array;
  readonly offset: Float64Array;
}
interface Layer {
  readonly attentionNorm: Norm;
  readonly projection: Dense;
  readonly out: Dense;
  readonly feedForwardNorm: Norm;
  readonly rise: Dense;
  readonly fall: Dense;
  /** [places, width] of this layer, whose weights another may share. */
  readonly keys: Float64Array;
  readonly values: Float64Array;
}

/** @param source names the weights in errors. @throws BasinError `corrupt` for one that is missing or misshapen */
export function plainTransformer(
  tensors: ReadonlyMap<string, NamedTensor>,
  shape: PlainShape,
  source: string,
): PlainTransformer {
  const { width, heads, feedForward, words } = shape;
  const weight = (name: string, ...sides: number[]): Float64Array => {
    const found = tensors.get(name);
    const fits =
      found && sides.every((side, i) => found.shape[i] === side) && found.shape.length === sides.length;
    if (fits) return Float64Array.from(found.data);
    const why = found ? `is [${found.shape.join(', ')}], not [${sides.join(', ')}]` : 'is missing';
    throw new BasinError('corrupt', `${source}: tensor ${name} ${why}. Take another copy of it.`, source);
  };
  const denseOf = (name: string, from: number, to: number): Dense => ({
    kernel: weight(`${name}/kernel`, from, to),
    bias: weight(`${name}/bias`, to),
  });
  const normOf = (name: string): Norm => ({
    gain: weight(`${name}/gain`, width),
    offset: weight(`${name}/offset`, width),
  });
  const length = tensors.get('positions')?.shape[0] ?? 0;
  const positions = weight('positions', length, width);
  // The words, then [CLS], [SEP], [MASK] and [PAD].
  const tokens = weight('tokens', words + 4, width);
  const layers = Array.from({ length: shape.layers }, (_, index): Layer => {
    const name = `block${shape.shared ? 0 : index}`;
    return {
      attentionNorm: normOf(`${name}/attention/norm`),
      projection: denseOf(`${name}/attention/query_key_value`, width, 3 * width),
      out: denseOf(`${name}/attention/out`, width, width),
      feedForwardNorm: normOf(`${name}/feed_forward/norm`),
      rise: denseOf(`${name}/feed_forward/in`, width, feedForward),
      fall: denseOf(`${name}/feed_forward/out`, feedForward, width),
      keys: new Float64Array(length * width),
      values: new Float64Array(length * width),
    };
  });
  const finalNorm = normOf('norm');
  const output = shape.tied
    ? { kernel: transposed(tokens, words, width), bias: weight('output/bias', words) }
    : denseOf('output', width, words);

  const x = new Float64Array(width);
  const normed = new Float64Array(width);
  const projected = new Float64Array(3 * width);
  const context = new Float64Array(width);
  const added = new Float64Array(width);
  const hidden = new Float64Array(feedForward);
  const scores = new Float64Array(length);
  const logits = new Float64Array(words);
  const headWidth = width / heads;

  /** Reads the context of one head at `place` from all places up to it: softmax(q · k / √d) v. */
  const attend = (layer: Layer, head: number, place: number): void => {
    const first = head * headWidth;
    let largest = Number.NEGATIVE_INFINITY;
    for (let t = 0; t <= place; t++) {
      let score = 0;
      for (let j = first; j < first + headWidth; j++) {
        score += (projected[j] as number) * (layer.keys[t * width + j] as number);
      }
      scores[t] = score / Math.sqrt(headWidth);
      largest = Math.max(largest, scores[t] as number);
    }
    let total = 0;
    for (let t = 0; t <= place; t++) {
      scores[t] = Math.exp((scores[t] as number) - largest);
      total += scores[t] as number;
    }
    context.fill(0, first, first + headWidth);
    for (let t = 0; t <= place; t++) {
      const share = (scores[t] as number) / total;
      for (let j = first; j < first + headWidth; j++) {
        context[j] = (context[j] as number) + share * (layer.values[t * width + j] as number);
      }
    }
  };

  return {
    length,
    read(place, token) {
      for (let j = 0; j < width; j++) {
        x[j] = (tokens[token * width + j] as number) + (positions[place * width + j] as number);
      }
      for (const layer of layers) {
        normalise(x, layer.attentionNorm, normed);
        apply(normed, layer.projection, projected);
        layer.keys.set(projected.subarray(width, 2 * width), place * width);
        layer.values.set(projected.subarray(2 * width), place * width);
        for (let head = 0; head < heads; head++) attend(layer, head, place);
        apply(context, layer.out, added);
        for (let j = 0; j < width; j++) x[j] = (x[j] as number) + (added[j] as number);
        normalise(x, layer.feedForwardNorm, normed);
        apply(normed, layer.rise, hidden);
        for (let j = 0; j < feedForward; j++) hidden[j] = gelu(hidden[j] as number);
        apply(hidden, layer.fall, added);
        for (let j = 0; j < width; j++) x[j] = (x[j] as number) + (added[j] as number);
      }
      normalise(x, finalNorm, normed);
      apply(normed, output, logits);
      return logits;
    },
  };
}

/** Four inputs at a time: a sum is then fetched and put back once for all of them. */
function apply(input: Float64Array, { kernel, bias }: Dense, result: Float64Array): void {
  const to = bias.length;
  const whole = input.length - (input.length % 4);
  result.set(bias);
  for (let i = 0; i < whole; i += 4) {
    const [a, b, c, d] = [input[i], input[i + 1], input[i + 2], input[i + 3]] as [
      number,
      number,
      number,
      number,
    ];
    const row = i * to;
    for (let j = 0; j < to; j++) {
      const k = row + j;
      result[j] =
        (result[j] as number) +
        (a * (kernel[k] as number) +
          b * (kernel[k + to] as number) +
          (c * (kernel[k + 2 * to] as number) + d * (kernel[k + 3 * to] as number)));
    }
  }
  for (let i = whole; i < input.length; i++) {
    const value = input[i] as number;
    const row = i * to;
    for (let j = 0; j < to; j++) result[j] = (result[j] as number) + value * (kernel[row + j] as number);
  }
}

function normalise(input: Float64Array, { gain, offset }: Norm, result: Float64Array): void {
  let mean = 0;
  for (const value of input) mean += value / input.length;
  let variance = 0;
  for (const value of input) variance += (value - mean) ** 2 / input.length;
  const scale = 1 / Math.sqrt(variance + epsilon);
  for (let j = 0; j < input.length; j++) {
    result[j] = ((input[j] as number) - mean) * scale * (gain[j] as number) + (offset[j] as number);
  }
}

function gelu(x: number): number {
  return (x * (1 + erf(x * Math.SQRT1_2))) / 2;
}

/** The first `rows` rows of a matrix of `columns` columns, as [columns, rows]. */
function transposed(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result[j * rows + i] = matrix[i * columns + j] as number;
  }
  return result;
}
