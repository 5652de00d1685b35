/** Inside or outside values of all spans of one sentence, in memory that the next sentence takes over. */

/**
 * A span whose largest value is below this is multiplied by 1 / `small`, exactly: both are powers of two. The
 * product of two spans stays far above the least double (2^−1022), so that small values beside large ones last.
 */
const exponent = -128;
const small = 2 ** exponent;

export class Chart {
  readonly #symbols: number;
  /** Words of the present sentence. */
  length = 0;
  /** Span [i, j) at `at(i, j)`, one number a symbol. */
  values = new Float64Array(0);
  /** What a span's values are to be multiplied by: `small` to this power. */
  scale = new Int32Array(0);
  /** 1 where some value is not zero. */
  filled = new Uint8Array(0);

  constructor(symbols: number) {
    this.#symbols = symbols;
  }

  /** Makes room for a sentence, every span of it empty. */
  clear(length: number): void {
    this.length = length;
    const spans = (length + 1) * (length + 1);
    if (this.filled.length < spans) {
      this.values = new Float64Array(spans * this.#symbols);
      this.scale = new Int32Array(spans);
      this.filled = new Uint8Array(spans);
      return;
    }
    this.values.fill(0, 0, spans * this.#symbols);
    this.scale.fill(0, 0, spans);
    this.filled.fill(0, 0, spans);
  }

  at(from: number, to: number): number {
    return from * (this.length + 1) + to;
  }

  /**
   * Readies a span to be added to what has `scale`: answers with the factor of what is added.
   * Values of another scale than the largest so far are brought to it.
   */
  meet(span: number, scale: number): number {
    if (this.filled[span] === 0) {
      this.filled[span] = 1;
      this.scale[span] = scale;
      return 1;
    }
    const own = this.scale[span] as number;
    if (scale === own) return 1;
    if (scale > own) return small ** (scale - own);
    this.scale[span] = scale;
    this.#multiply(span, small ** (own - scale));
    return 1;
  }

  /** After the last addition to a span: whether it has a value at all; brings small ones up. */
  settle(span: number): boolean {
    const base = span * this.#symbols;
    let largest = 0;
    for (let s = 0; s < this.#symbols; s++) {
      const value = this.values[base + s] as number;
      if (value > largest) largest = value;
    }
    this.filled[span] = largest > 0 ? 1 : 0;
    if (largest === 0) return false;
    for (; largest < small; largest /= small) {
      this.#multiply(span, 1 / small);
      this.scale[span] = (this.scale[span] as number) + 1;
    }
    return true;
  }

  /** Natural logarithms of a span's values, [symbols]; −∞ for zeros. */
  logs(from: number, to: number): Float64Array {
    const span = this.at(from, to);
    const base = span * this.#symbols;
    const shift = (this.scale[span] as number) * Math.log(small);
    return this.values.slice(base, base + this.#symbols).map((value) => Math.log(value) + shift);
  }

  #multiply(span: number, factor: number): void {
    const base = span * this.#symbols;
    for (let s = base; s < base + this.#symbols; s++) this.values[s] = (this.values[s] as number) * factor;
  }
}
