/** A symmetric matrix known only by what it does to a vector. */
export interface SymmetricOperator {
  /** Rows, which equal columns. */
  readonly size: number;
  /** The product with `vector` [size], as a new array. */
  matvec(vector: Float32Array): Float64Array;
}
