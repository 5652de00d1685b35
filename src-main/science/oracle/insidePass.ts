/** in[A, i, j] = p(A ⇒ words i … j − 1) of every symbol and span (Baker 1979). */
import type { Sentence } from '../data/language.ts';
import { Chart } from './chart.ts';
import type { CompiledGrammar } from './compiledGrammar.ts';

export class InsidePass {
  readonly #grammar: CompiledGrammar;
  readonly chart: Chart;
  /** Masks of the groups in which a span has a left child, a right child. */
  leftBits = new Int32Array(0);
  rightBits = new Int32Array(0);
  /** Symbols of a span that are left children and not zero: `lefts[span · symbols …]`, `leftCount` of them. */
  lefts = new Int32Array(0);
  leftCount = new Int32Array(0);
  /** Σ over cuts of in[left] · in[right], of each pair; zeros between spans. */
  readonly #products: Float64Array;

  constructor(grammar: CompiledGrammar) {
    this.#grammar = grammar;
    this.chart = new Chart(grammar.symbols);
    this.#products = new Float64Array(grammar.right.length);
  }

  /** The words at `masked` may be any: every symbol's lexical rules are summed there. */
  run(sentence: Sentence, masked?: ReadonlySet<number>): void {
    const { length } = sentence;
    const { symbols, lexical, words } = this.#grammar;
    this.#clear(length);
    for (let i = 0; i < length; i++) {
      const row = (masked?.has(i) ? words : (sentence[i] as number)) * symbols;
      const span = this.chart.at(i, i + 1);
      this.chart.values.set(lexical.subarray(row, row + symbols), span * symbols);
      this.#close(span);
    }
    for (let width = 2; width <= length; width++) {
      for (let i = 0; i + width <= length; i++) this.#span(i, i + width);
    }
  }

  #clear(length: number): void {
    this.chart.clear(length);
    const spans = (length + 1) * (length + 1);
    if (this.leftBits.length < spans) {
      this.leftBits = new Int32Array(spans);
      this.rightBits = new Int32Array(spans);
      this.leftCount = new Int32Array(spans);
      this.lefts = new Int32Array(spans * this.#grammar.symbols);
      return;
    }
    this.leftBits.fill(0, 0, spans);
    this.rightBits.fill(0, 0, spans);
  }

  #span(i: number, j: number): void {
    const { chart, leftBits, rightBits } = this;
    const span = chart.at(i, j);
    let touched = 0;
    for (let k = i + 1; k < j; k++) {
      const left = chart.at(i, k);
      const right = chart.at(k, j);
      const groups = (leftBits[left] as number) & (rightBits[right] as number);
      if (groups === 0) continue;
      const scale = (chart.scale[left] as number) + (chart.scale[right] as number);
      // Of other scale than the cuts before, they are brought into the span first.
      if (touched !== 0 && scale !== chart.scale[span]) {
        this.#apply(span, touched);
        touched = 0;
      }
      this.#multiply(left, right, groups, chart.meet(span, scale));
      touched |= groups;
    }
    if (touched !== 0) this.#apply(span, touched);
    if (chart.filled[span] === 1) this.#close(span);
  }

  #multiply(leftSpan: number, rightSpan: number, groups: number, factor: number): void {
    const { symbols, firstPair, endPair, right, leftBit } = this.#grammar;
    const { values } = this.chart;
    const products = this.#products;
    const leftBase = leftSpan * symbols;
    const rightBase = rightSpan * symbols;
    const end = leftBase + (this.leftCount[leftSpan] as number);
    for (let at = leftBase; at < end; at++) {
      const b = this.lefts[at] as number;
      if (((leftBit[b] as number) & groups) === 0) continue;
      const value = (values[leftBase + b] as number) * factor;
      const last = endPair[b] as number;
      for (let q = firstPair[b] as number; q < last; q++) {
        products[q] = (products[q] as number) + value * (values[rightBase + (right[q] as number)] as number);
      }
    }
  }

  /** Takes the products of the touched groups' pairs through the rules, and leaves zeros. */
  #apply(span: number, touched: number): void {
    const { symbols, pairsOf, firstRule, parent, probability } = this.#grammar;
    const { values } = this.chart;
    const products = this.#products;
    const base = span * symbols;
    for (let g = 0; g + 1 < pairsOf.length; g++) {
      if ((touched & (1 << g)) === 0) continue;
      const end = pairsOf[g + 1] as number;
      for (let q = pairsOf[g] as number; q < end; q++) {
        const product = products[q] as number;
        if (product === 0) continue;
        products[q] = 0;
        const last = firstRule[q + 1] as number;
        for (let r = firstRule[q] as number; r < last; r++) {
          const at = base + (parent[r] as number);
          values[at] = (values[at] as number) + product * (probability[r] as number);
        }
      }
    }
  }

  /** Unary rules, children first: a child's value is final when its parents take it. Then the span's lists. */
  #close(span: number): void {
    const { symbols, unary, leftBit, rightBit } = this.#grammar;
    const { chart, lefts } = this;
    const { values } = chart;
    const base = span * symbols;
    for (let r = 0; r < unary.parent.length; r++) {
      const below = values[base + (unary.child[r] as number)] as number;
      if (below === 0) continue;
      const at = base + (unary.parent[r] as number);
      values[at] = (values[at] as number) + (unary.probability[r] as number) * below;
    }
    if (!chart.settle(span)) return;
    let count = 0;
    let asLeft = 0;
    let asRight = 0;
    for (let s = 0; s < symbols; s++) {
      if (values[base + s] === 0) continue;
      asRight |= rightBit[s] as number;
      if (leftBit[s] === 0) continue;
      asLeft |= leftBit[s] as number;
      lefts[base + count++] = s;
    }
    this.leftCount[span] = count;
    this.leftBits[span] = asLeft;
    this.rightBits[span] = asRight;
  }
}
