/**
 * Exact probabilities under a context-free grammar by the inside–outside algorithm (Baker 1979; Lari
 * and Young 1990), in double precision. Each span's values carry a logarithmic scale of their own,
 * so that no product over a long sentence underflows.
 */
import type { Grammar } from '../data/grammar.ts';
import type { Oracle, Sentence } from '../data/language.ts';
import { checkMasked, checkSentence, NoConditional } from './questions.ts';

export interface InsideOutside extends Oracle {
  /**
   * log p(symbol ⇒ these words), nats, for each symbol of the grammar; −∞ where it cannot be. The
   * words may be any part of a sentence.
   */
  symbolLogs(words: Sentence): Float64Array;
  /** The same of every span [from, to) of a sentence, from one pass. */
  spanLogs(sentence: Sentence): readonly SpanLogs[];
}

export interface SpanLogs {
  readonly from: number;
  readonly to: number;
  /** [symbols], nats. */
  readonly logs: Float64Array;
}

/** Values of all spans of one sentence: span [i, j) at (i·(length + 1) + j), one number a symbol. */
interface Chart {
  readonly length: number;
  readonly values: Float64Array;
  /** Natural logarithm of what a span's values are to be multiplied by; −∞ for an empty span. */
  readonly scale: Float64Array;
}

export function insideOutside(grammar: Grammar): InsideOutside {
  const rules = compileRules(grammar);
  const check = (sentence: Sentence): void => checkSentence(sentence, grammar.words.length, 'grammar');

  const rowAt = (outside: Chart, position: number): Float64Array => {
    const row = new Float64Array(grammar.words.length);
    const base = spanIndex(outside, position, position + 1) * rules.symbols;
    const { parent, word, probability } = grammar.lexical;
    let total = 0;
    for (let r = 0; r < parent.length; r++) {
      const joint = (outside.values[base + (parent[r] as number)] as number) * (probability[r] as number);
      row[word[r] as number] = (row[word[r] as number] as number) + joint;
      total += joint;
    }
    if (!(total > 0)) throw new NoConditional(position, 'grammar');
    for (let w = 0; w < row.length; w++) row[w] = (row[w] as number) / total;
    return row;
  };

  return {
    /**
     * p(word at i | the words at positions not in `masked`): the other masked positions are summed
     * over all words (each symbol's lexical rules add up to one number there). The length is known.
     */
    conditionals(sentence, masked) {
      check(sentence);
      checkMasked(sentence, masked);
      const outside = outsideOf(rules, insideOf(rules, sentence, new Set(masked)));
      return masked.map((position) => rowAt(outside, position));
    },
    each(sentence) {
      check(sentence);
      // What surrounds a position does not depend on the word at it: one pass serves them all.
      const outside = outsideOf(rules, insideOf(rules, sentence));
      return Array.from(sentence, (_, position) => rowAt(outside, position));
    },
    logProbability(sentence) {
      check(sentence);
      return logsOf(rules, insideOf(rules, sentence))[grammar.start] as number;
    },
    symbolLogs(words) {
      check(words);
      return logsOf(rules, insideOf(rules, words));
    },
    spanLogs(sentence) {
      check(sentence);
      const inside = insideOf(rules, sentence);
      const spans: SpanLogs[] = [];
      for (let width = 1; width <= sentence.length; width++) {
        for (let from = 0; from + width <= sentence.length; from++) {
          spans.push({ from, to: from + width, logs: logsOf(rules, inside, from, from + width) });
        }
      }
      return spans;
    },
  };
}

/** Binary rules grouped by their left child: most symbols are impossible in most spans. */
interface CompiledRules {
  readonly symbols: number;
  readonly start: number;
  readonly parent: Int32Array;
  readonly right: Int32Array;
  readonly probability: Float64Array;
  /** Rules with left child b: first[b] … first[b + 1] − 1. */
  readonly first: Int32Array;
  readonly unary: Grammar['unary'];
  /** [words, symbols]; the last row sums all words: an unknown word. */
  readonly lexical: Float64Array;
  readonly unknown: number;
}

function compileRules({ symbols, words, start, binary, unary, lexical }: Grammar): CompiledRules {
  const order = Int32Array.from(binary.left.keys()).sort(
    (a, b) => (binary.left[a] as number) - (binary.left[b] as number),
  );
  const first = new Int32Array(symbols.length + 1);
  for (const left of binary.left) first[left + 1] = (first[left + 1] as number) + 1;
  for (let s = 0; s < symbols.length; s++) first[s + 1] = (first[s + 1] as number) + (first[s] as number);

  const unknown = words.length;
  const table = new Float64Array((words.length + 1) * symbols.length);
  for (const [r, parent] of lexical.parent.entries()) {
    for (const row of [lexical.word[r] as number, unknown]) {
      const at = row * symbols.length + parent;
      table[at] = (table[at] as number) + (lexical.probability[r] as number);
    }
  }
  return {
    symbols: symbols.length,
    start,
    parent: order.map((r) => binary.parent[r] as number),
    right: order.map((r) => binary.right[r] as number),
    probability: Float64Array.from(order, (r) => binary.probability[r] as number),
    first,
    unary,
    lexical: table,
    unknown,
  };
}

function emptyChart(length: number, symbols: number): Chart {
  const spans = (length + 1) * (length + 1);
  return {
    length,
    values: new Float64Array(spans * symbols),
    scale: new Float64Array(spans).fill(Number.NEGATIVE_INFINITY),
  };
}

function spanIndex({ length }: Chart, from: number, to: number): number {
  return from * (length + 1) + to;
}

/** in[A, i, j] = p(A ⇒ words i … j − 1). */
function insideOf(rules: CompiledRules, sentence: Sentence, masked?: ReadonlySet<number>): Chart {
  const { length } = sentence;
  const chart = emptyChart(length, rules.symbols);
  for (let i = 0; i < length; i++) {
    const row = (masked?.has(i) ? rules.unknown : (sentence[i] as number)) * rules.symbols;
    const span = spanIndex(chart, i, i + 1);
    chart.values.set(rules.lexical.subarray(row, row + rules.symbols), span * rules.symbols);
    closeInside(rules, chart, span);
    normalise(chart, span, rules.symbols, 0);
  }
  for (let width = 2; width <= length; width++) {
    for (let i = 0; i + width <= length; i++) insideSpan(rules, chart, i, i + width);
  }
  return chart;
}

function insideSpan(rules: CompiledRules, chart: Chart, i: number, j: number): void {
  const { values, scale } = chart;
  const { symbols, parent, right, probability, first } = rules;
  const span = spanIndex(chart, i, j);
  const base = span * symbols;
  let largest = Number.NEGATIVE_INFINITY;
  for (let k = i + 1; k < j; k++) {
    const sum = (scale[spanIndex(chart, i, k)] as number) + (scale[spanIndex(chart, k, j)] as number);
    if (sum > largest) largest = sum;
  }
  if (largest === Number.NEGATIVE_INFINITY) return;
  for (let k = i + 1; k < j; k++) {
    const leftSpan = spanIndex(chart, i, k);
    const rightSpan = spanIndex(chart, k, j);
    const factor = Math.exp((scale[leftSpan] as number) + (scale[rightSpan] as number) - largest);
    if (factor === 0) continue;
    const leftBase = leftSpan * symbols;
    const rightBase = rightSpan * symbols;
    for (let b = 0; b < symbols; b++) {
      const leftValue = (values[leftBase + b] as number) * factor;
      if (leftValue === 0) continue;
      const end = first[b + 1] as number;
      for (let r = first[b] as number; r < end; r++) {
        const at = base + (parent[r] as number);
        const rightValue = values[rightBase + (right[r] as number)] as number;
        values[at] = (values[at] as number) + leftValue * (probability[r] as number) * rightValue;
      }
    }
  }
  closeInside(rules, chart, span);
  normalise(chart, span, symbols, largest);
}

/** Unary rules, children first: a child's value is final when its parents take it. */
function closeInside({ unary, symbols }: CompiledRules, { values }: Chart, span: number): void {
  const base = span * symbols;
  for (let r = 0; r < unary.parent.length; r++) {
    const at = base + (unary.parent[r] as number);
    const below = values[base + (unary.child[r] as number)] as number;
    values[at] = (values[at] as number) + (unary.probability[r] as number) * below;
  }
}

/** out[A, i, j] = p(S ⇒ words before i, A, words from j on). Independent of the words in [i, j). */
function outsideOf(rules: CompiledRules, inside: Chart): Chart {
  const { length } = inside;
  const outside = emptyChart(length, rules.symbols);
  for (let width = length; width >= 1; width--) {
    for (let i = 0; i + width <= length; i++) outsideSpan(rules, inside, outside, i, i + width);
  }
  return outside;
}

function outsideSpan(rules: CompiledRules, inside: Chart, outside: Chart, i: number, j: number): void {
  const { length } = inside;
  const span = spanIndex(outside, i, j);
  if (i === 0 && j === length) {
    outside.values[span * rules.symbols + rules.start] = 1;
    closeOutside(rules, outside, span);
    normalise(outside, span, rules.symbols, 0);
    return;
  }
  const weight = (parent: number, sibling: number): number =>
    (outside.scale[parent] as number) + (inside.scale[sibling] as number);
  let largest = Number.NEGATIVE_INFINITY;
  for (let k = j + 1; k <= length; k++) {
    largest = Math.max(largest, weight(spanIndex(outside, i, k), spanIndex(inside, j, k)));
  }
  for (let k = 0; k < i; k++) {
    largest = Math.max(largest, weight(spanIndex(outside, k, j), spanIndex(inside, k, i)));
  }
  if (largest === Number.NEGATIVE_INFINITY) return;
  for (let k = j + 1; k <= length; k++) {
    const parent = spanIndex(outside, i, k);
    const sibling = spanIndex(inside, j, k);
    const factor = Math.exp(weight(parent, sibling) - largest);
    if (factor > 0) asLeftChild(rules, inside, outside, span, parent, sibling, factor);
  }
  for (let k = 0; k < i; k++) {
    const parent = spanIndex(outside, k, j);
    const sibling = spanIndex(inside, k, i);
    const factor = Math.exp(weight(parent, sibling) - largest);
    if (factor > 0) asRightChild(rules, inside, outside, span, parent, sibling, factor);
  }
  closeOutside(rules, outside, span);
  normalise(outside, span, rules.symbols, largest);
}

function asLeftChild(
  { symbols, parent, right, probability, first }: CompiledRules,
  inside: Chart,
  { values }: Chart,
  span: number,
  parentSpan: number,
  siblingSpan: number,
  factor: number,
): void {
  const parentBase = parentSpan * symbols;
  const siblingBase = siblingSpan * symbols;
  for (let b = 0; b < symbols; b++) {
    let sum = 0;
    const end = first[b + 1] as number;
    for (let r = first[b] as number; r < end; r++) {
      sum +=
        (probability[r] as number) *
        (values[parentBase + (parent[r] as number)] as number) *
        (inside.values[siblingBase + (right[r] as number)] as number);
    }
    values[span * symbols + b] = (values[span * symbols + b] as number) + sum * factor;
  }
}

function asRightChild(
  { symbols, parent, right, probability, first }: CompiledRules,
  inside: Chart,
  { values }: Chart,
  span: number,
  parentSpan: number,
  siblingSpan: number,
  factor: number,
): void {
  const parentBase = parentSpan * symbols;
  for (let b = 0; b < symbols; b++) {
    const sibling = (inside.values[siblingSpan * symbols + b] as number) * factor;
    if (sibling === 0) continue;
    const end = first[b + 1] as number;
    for (let r = first[b] as number; r < end; r++) {
      const at = span * symbols + (right[r] as number);
      const above = values[parentBase + (parent[r] as number)] as number;
      values[at] = (values[at] as number) + sibling * (probability[r] as number) * above;
    }
  }
}

/** Unary rules, parents first. */
function closeOutside({ unary, symbols }: CompiledRules, { values }: Chart, span: number): void {
  const base = span * symbols;
  for (let r = unary.parent.length - 1; r >= 0; r--) {
    const at = base + (unary.child[r] as number);
    const above = values[base + (unary.parent[r] as number)] as number;
    values[at] = (values[at] as number) + (unary.probability[r] as number) * above;
  }
}

/** Divides a span's values by their largest and moves that into its scale, on top of `scale`. */
function normalise(chart: Chart, span: number, symbols: number, scale: number): void {
  const values = chart.values.subarray(span * symbols, (span + 1) * symbols);
  let largest = 0;
  for (let s = 0; s < symbols; s++) largest = Math.max(largest, values[s] as number);
  if (largest === 0) return;
  for (let s = 0; s < symbols; s++) values[s] = (values[s] as number) / largest;
  chart.scale[span] = scale + Math.log(largest);
}

function logsOf({ symbols }: CompiledRules, chart: Chart, from = 0, to = chart.length): Float64Array {
  const span = spanIndex(chart, from, to);
  const values = chart.values.subarray(span * symbols, (span + 1) * symbols);
  return values.map((value) => Math.log(value) + (chart.scale[span] as number));
}
