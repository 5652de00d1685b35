/**
 * out[A, i, j] = p(S ⇒ words before i, A, words from j on), independent of the words in [i, j) (Lari and Young
 * 1990). From the whole sentence downwards, each span hands its value on to the two parts of every cut.
 */
import { Chart } from './chart.ts';
import type { CompiledGrammar } from './compiledGrammar.ts';
import type { InsidePass } from './insidePass.ts';
import { type SpanWidths, spanWidths } from './spanWidths.ts';

export class OutsidePass {
  readonly #grammar: CompiledGrammar;
  readonly #inside: InsidePass;
  readonly chart: Chart;
  /** Σ over rules of p(rule) · out[parent], of each pair, of the span at hand. */
  readonly #weights: Float64Array;
  #widths: SpanWidths = { left: new Int32Array(0), right: new Int32Array(0) };

  constructor(grammar: CompiledGrammar, inside: InsidePass) {
    this.#grammar = grammar;
    this.#inside = inside;
    this.chart = new Chart(grammar.symbols);
    this.#weights = new Float64Array(grammar.right.length);
  }

  /** Of the sentence that the inside pass saw last. */
  run(): void {
    const { chart } = this;
    const { length } = this.#inside.chart;
    const { symbols, start } = this.#grammar;
    if (this.#widths.left.length <= length) this.#widths = spanWidths(this.#grammar, length);
    chart.clear(length);
    const whole = chart.at(0, length);
    chart.meet(whole, 0);
    chart.values[whole * symbols + start] = 1;
    for (let width = length; width >= 1; width--) {
      for (let i = 0; i + width <= length; i++) {
        const span = chart.at(i, i + width);
        if (chart.filled[span] === 0) continue;
        this.#close(span);
        if (chart.settle(span) && width > 1) this.#span(span, i, i + width);
      }
    }
  }

  /** Unary rules, parents first. */
  #close(span: number): void {
    const { symbols, unary } = this.#grammar;
    const { values } = this.chart;
    const base = span * symbols;
    for (let r = unary.parent.length - 1; r >= 0; r--) {
      const above = values[base + (unary.parent[r] as number)] as number;
      if (above === 0) continue;
      const at = base + (unary.child[r] as number);
      values[at] = (values[at] as number) + (unary.probability[r] as number) * above;
    }
  }

  #span(span: number, i: number, j: number): void {
    const { chart } = this;
    const inside = this.#inside;
    const widths = this.#widths;
    const groups = this.#weigh(span);
    if (groups === 0) return;
    const scale = chart.scale[span] as number;
    for (let k = i + 1; k < j; k++) {
      const left = chart.at(i, k);
      const right = chart.at(k, j);
      // What can never span so many words leads to no word, whatever its value.
      const toLeft = groups & (inside.rightBits[right] as number) & (widths.left[k - i] as number);
      if (toLeft !== 0) {
        const factor = chart.meet(left, scale + (inside.chart.scale[right] as number));
        this.#toLeft(left, right, toLeft, factor);
      }
      const toRight = groups & (inside.leftBits[left] as number) & (widths.right[j - k] as number);
      if (toRight !== 0) {
        const factor = chart.meet(right, scale + (inside.chart.scale[left] as number));
        this.#toRight(left, right, toRight, factor);
      }
    }
  }

  /** Fills the weights of the pairs of the span's groups, which are the answer. */
  #weigh(span: number): number {
    const { symbols, ownBits, pairsOf, firstRule, parent, probability } = this.#grammar;
    const { values } = this.chart;
    const weights = this.#weights;
    const base = span * symbols;
    let groups = 0;
    for (let s = 0; s < symbols; s++) if (values[base + s] !== 0) groups |= ownBits[s] as number;
    for (let g = 0; g + 1 < pairsOf.length; g++) {
      if ((groups & (1 << g)) === 0) continue;
      const end = pairsOf[g + 1] as number;
      for (let q = pairsOf[g] as number; q < end; q++) {
        const last = firstRule[q + 1] as number;
        let sum = 0;
        for (let r = firstRule[q] as number; r < last; r++) {
          sum += (probability[r] as number) * (values[base + (parent[r] as number)] as number);
        }
        weights[q] = sum;
      }
    }
    return groups;
  }

  /** out[b, left] += factor · Σ over right children c of weight[b, c] · in[c, right]. */
  #toLeft(leftSpan: number, rightSpan: number, groups: number, factor: number): void {
    const { symbols, leftsOf, lefts, firstPair, endPair, right } = this.#grammar;
    const { values } = this.chart;
    const inner = this.#inside.chart.values;
    const weights = this.#weights;
    const leftBase = leftSpan * symbols;
    const rightBase = rightSpan * symbols;
    for (let g = 0; g + 1 < leftsOf.length; g++) {
      if ((groups & (1 << g)) === 0) continue;
      const end = leftsOf[g + 1] as number;
      for (let at = leftsOf[g] as number; at < end; at++) {
        const b = lefts[at] as number;
        const last = endPair[b] as number;
        let sum = 0;
        for (let q = firstPair[b] as number; q < last; q++) {
          sum += (weights[q] as number) * (inner[rightBase + (right[q] as number)] as number);
        }
        values[leftBase + b] = (values[leftBase + b] as number) + sum * factor;
      }
    }
  }

  /** out[c, right] += factor · Σ over left children b of weight[b, c] · in[b, left]. */
  #toRight(leftSpan: number, rightSpan: number, groups: number, factor: number): void {
    const { symbols, leftBit, firstPair, endPair, right } = this.#grammar;
    const { values } = this.chart;
    const { lefts, leftCount, chart } = this.#inside;
    const weights = this.#weights;
    const leftBase = leftSpan * symbols;
    const rightBase = rightSpan * symbols;
    const end = leftBase + (leftCount[leftSpan] as number);
    for (let at = leftBase; at < end; at++) {
      const b = lefts[at] as number;
      if (((leftBit[b] as number) & groups) === 0) continue;
      const value = (chart.values[leftBase + b] as number) * factor;
      const last = endPair[b] as number;
      for (let q = firstPair[b] as number; q < last; q++) {
        const to = rightBase + (right[q] as number);
        values[to] = (values[to] as number) + value * (weights[q] as number);
      }
    }
  }
}
