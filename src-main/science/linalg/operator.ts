/** A symmetric matrix known only by what it does to a vector. */
export interface SymmetricOperator {
  /** Rows, which equal columns. */
  readonly size: number;
  /** The product with `vector` [size], as a new array. */
  matvec(vector: Vector): Float64Array;
}

export type Vector = Float64Array | Float32Array;
