/**
 * A small transformer's weights in the shape of a larger one that computes the same function, so that the traces
 * of both are of matrices of one size (after Liu, Xie, Li and Ma 2022, arXiv 2210.14199, appendix).
 *
 * Every embedding is repeated k times. Matrices are tiled k × k and divided by k, vectors are repeated; a
 * repeated vector has the mean and the variance of the original, so that layer normalisation needs no change and
 * keeps its ε. Blocks beyond the small model's write zeros into the residual stream.
 */
import { BasinError } from '#contract/error.ts';

export interface TransformerShape {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly feedForward: number;
  readonly shared: boolean;
  readonly tied: boolean;
}

export type Weights = ReadonlyMap<string, Float32Array>;

/** Weights of both by the names of `nn/transformer.ts`. @throws BasinError `bad-input` for shapes that do not fit */
export function tiled(weights: Weights, small: TransformerShape, large: TransformerShape): Weights {
  checkShapes(small, large);
  const copies = large.width / small.width;
  const width = repeated(large.width, small.width);
  const hidden = repeated(large.feedForward, small.feedForward);
  const attended = attendedPlaces(small, large);
  const parts = [0, 1, 2].flatMap((part) => attended.map((place) => part * small.width + place));
  // Scores of wider heads add up r equal products and are divided by √r more: queries make up for it.
  const ratio = large.width / large.heads / (small.width / small.heads);
  const queries = parts.map((_, column) => (column < large.width ? 1 / Math.sqrt(ratio) : 1));

  const result = new Map<string, Float32Array>();
  const take = (name: string): Float32Array => {
    const found = weights.get(name);
    if (!found) throw new BasinError('internal', `Tiling: the model has no weight ${name}.`);
    return found;
  };
  const vector = (name: string, places: readonly number[], factors?: readonly number[]) => {
    const from = take(name);
    result.set(
      name,
      Float32Array.from(places, (place, i) => (from[place] as number) * (factors?.[i] ?? 1)),
    );
  };
  const rowsTiled = (name: string, rows: number) => {
    const from = take(name);
    result.set(
      name,
      matrix(
        from,
        Array.from({ length: rows }, (_, row) => row),
        width,
        small.width,
      ),
    );
  };

  const { vocabulary, length } = sizesOf(weights, small.width);
  rowsTiled('tokens', vocabulary);
  rowsTiled('positions', length);
  for (let layer = 0; layer < (large.shared ? 1 : large.layers); layer++) {
    const name = (rest: string): string => `block${layer}/${rest}`;
    const kernel = (
      rest: string,
      rows: readonly number[],
      columns: readonly number[],
      from: number,
      factors?: readonly number[],
    ) => {
      const share = small.width === from ? copies : large.feedForward / small.feedForward;
      const to = take(name(`${rest}/bias`)).length;
      const scaled = matrix(take(name(`${rest}/kernel`)), rows, columns, to, 1 / share, factors);
      result.set(name(`${rest}/kernel`), scaled);
      vector(name(`${rest}/bias`), columns, factors);
    };
    if (layer >= small.layers) {
      for (const [rest, size] of emptyBlock(large)) result.set(name(rest), new Float32Array(size));
      continue;
    }
    for (const norm of ['attention/norm', 'feed_forward/norm']) {
      vector(name(`${norm}/gain`), width);
      vector(name(`${norm}/offset`), width);
    }
    kernel('attention/query_key_value', width, parts, small.width, queries);
    kernel('attention/out', attended, width, small.width);
    kernel('feed_forward/in', width, hidden, small.width);
    kernel('feed_forward/out', hidden, width, small.feedForward);
  }
  // A tied output sums over all copies of the tokens: the last norm makes up for it, and embeddings shrink.
  const shrink = Array.from(width, () => (small.tied ? 1 / copies : 1));
  vector('norm/gain', width, shrink);
  vector('norm/offset', width, shrink);
  const outputs = take('output/bias');
  result.set('output/bias', Float32Array.from(outputs));
  if (!small.tied) {
    const words = Array.from(outputs.keys());
    result.set('output/kernel', matrix(take('output/kernel'), width, words, words.length, 1 / copies));
  }
  return result;
}

/** `small`'s place of each of `size` places: 0, 1 … small − 1, 0, 1 …. */
function repeated(size: number, small: number): number[] {
  return Array.from({ length: size }, (_, place) => place % small);
}

/** The small model's place of each number that the large one's heads put side by side. */
function attendedPlaces(small: TransformerShape, large: TransformerShape): number[] {
  const [narrow, wide] = [small.width / small.heads, large.width / large.heads];
  return Array.from({ length: large.width }, (_, place) => {
    const head = Math.floor(place / wide) % small.heads;
    return head * narrow + ((place % wide) % narrow);
  });
}

/** Entries of a matrix […, columns of `from`] at `rows` and `columns`, times `factor` and a factor a column. */
function matrix(
  from: Float32Array,
  rows: readonly number[],
  columns: readonly number[],
  fromColumns: number,
  factor = 1,
  factors?: readonly number[],
): Float32Array {
  const to = new Float32Array(rows.length * columns.length);
  let i = 0;
  for (const row of rows) {
    for (const [c, column] of columns.entries()) {
      to[i++] = (from[row * fromColumns + column] as number) * factor * (factors?.[c] ?? 1);
    }
  }
  return to;
}

function sizesOf(weights: Weights, width: number): { vocabulary: number; length: number } {
  const rows = (name: string) => (weights.get(name)?.length ?? 0) / width;
  return { vocabulary: rows('tokens'), length: rows('positions') };
}

/** Weights of a block, by the rest of their names, and how many numbers each has. */
function emptyBlock({ width, feedForward }: TransformerShape): [string, number][] {
  return [
    ['attention/norm/gain', width],
    ['attention/norm/offset', width],
    ['attention/query_key_value/kernel', 3 * width * width],
    ['attention/query_key_value/bias', 3 * width],
    ['attention/out/kernel', width * width],
    ['attention/out/bias', width],
    ['feed_forward/norm/gain', width],
    ['feed_forward/norm/offset', width],
    ['feed_forward/in/kernel', width * feedForward],
    ['feed_forward/in/bias', feedForward],
    ['feed_forward/out/kernel', feedForward * width],
    ['feed_forward/out/bias', width],
  ];
}

/** @throws BasinError `bad-input` where the large one cannot hold the small one tiled */
export function checkShapes(small: TransformerShape, large: TransformerShape): void {
  const refuse = (setting: string, why: string): never => {
    throw new BasinError('bad-input', `Setting flatness.${setting}: ${why}.`, `flatness.${setting}`);
  };
  const times = (setting: 'width' | 'feedForward') =>
    large[setting] % small[setting] === 0 ||
    refuse(setting, `it must be a multiple of the model's own, ${small[setting]}`);
  times('width');
  times('feedForward');
  const [narrow, wide] = [small.width / small.heads, large.width / large.heads];
  if (wide % narrow !== 0 || large.heads % small.heads !== 0) {
    refuse(
      'heads',
      `${large.heads} heads are no multiple of the model's ${small.heads}, or narrower than they are`,
    );
  }
  if (large.layers < small.layers) refuse('layers', `it must be at least the model's own, ${small.layers}`);
  if (small.shared && large.layers !== small.layers) {
    refuse('layers', `shared layers cannot be followed by empty ones. Take ${small.layers}`);
  }
}
