/** A symmetric matrix known only by what it does to a vector. */
export interface SymmetricOperator {
  /** Rows, which equal columns. */
  readonly size: number;
  /** The product with `vector` [size], as a new array. */
  matvec(vector: Vector): Float64Array;
  /** Where several products at once are cheaper than one after another. */
  readonly block?: BlockProduct;
}

export type Vector = Float64Array | Float32Array;

export interface BlockProduct {
  /** Vectors that one call takes at most: what fits into memory together. */
  readonly size: number;
  /** Products in all from which preparing a block pays. */
  readonly worthwhile: number;
  matvecs(vectors: readonly Vector[]): readonly Float64Array[];
}

/**
 * Each of `vectors` with its product, in order, taken in blocks where `count` of them make that pay.
 * Vectors are drawn as they are needed: no more than a block of them is held.
 */
export function* products(
  operator: SymmetricOperator,
  vectors: Iterable<Vector>,
  count: number,
): Generator<readonly [vector: Vector, product: Float64Array]> {
  const { block } = operator;
  if (block === undefined || count < block.worthwhile) {
    for (const vector of vectors) yield [vector, operator.matvec(vector)];
    return;
  }
  let waiting: Vector[] = [];
  const flush = (): (readonly [Vector, Float64Array])[] => {
    const all = block.matvecs(waiting);
    const pairs = waiting.map((vector, i) => [vector, all[i] as Float64Array] as const);
    waiting = [];
    return pairs;
  };
  for (const vector of vectors) {
    waiting.push(vector);
    if (waiting.length === block.size) yield* flush();
  }
  if (waiting.length > 0) yield* flush();
}
