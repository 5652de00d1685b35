/**
 * Probabilistic context-free grammars with binary, unary and lexical rules, as flat rule lists. The
 * same form is read from a model file and built by generators.
 */
import { z } from 'zod';
import { BasinError } from '#contract/error.ts';
import type { Stream } from '#engine/random.ts';
import type { Sentence } from './language.ts';
import { weightedIndex } from './weightedIndex.ts';

/**
 * `rules` holds [left side, right side, probability]. A right side is two symbols, one symbol, or
 * one terminal. Probabilities of one left side add up to 1 within 1e-6.
 */
export const grammarFile = z.strictObject({
  start: z.string().min(1),
  terminals: z.array(z.string().min(1)).min(1),
  rules: z
    .array(z.tuple([z.string().min(1), z.array(z.string().min(1)).min(1).max(2), z.number().min(0).max(1)]))
    .min(1),
});
export type GrammarFile = z.infer<typeof grammarFile>;

/** Rules as parallel arrays: rule r is parent[r] → left[r] right[r] with probability[r]. */
export interface BinaryRules {
  readonly parent: Int32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly probability: Float64Array;
}
/** Rule r is parent[r] → child[r]; sorted so that a rule stands after all rules of its child. */
export interface UnaryRules {
  readonly parent: Int32Array;
  readonly child: Int32Array;
  readonly probability: Float64Array;
}
/** Rule r is parent[r] → word[r]. */
export interface LexicalRules {
  readonly parent: Int32Array;
  readonly word: Int32Array;
  readonly probability: Float64Array;
}
export interface Grammar {
  readonly symbols: readonly string[];
  readonly words: readonly string[];
  /** Index of the start symbol. */
  readonly start: number;
  readonly binary: BinaryRules;
  readonly unary: UnaryRules;
  readonly lexical: LexicalRules;
}

/** One left side may miss 1 by this much: files carry rounded numbers. */
const sumTolerance = 1e-6;

type NumberedRule = readonly [parent: number, children: readonly number[], probability: number];

/**
 * @param source names the grammar in errors.
 * @throws BasinError `bad-input` for unknown symbols, sums other than 1 and unary cycles.
 */
export function grammarOf(file: GrammarFile, source = 'grammar'): Grammar {
  const fail = (what: string, why: string): never => {
    throw new BasinError('bad-input', `${source}, ${what}: ${why}.`, source);
  };
  const symbols = [...new Set([file.start, ...file.rules.map(([parent]) => parent)])];
  const symbolIndex = new Map(symbols.map((symbol, index) => [symbol, index]));
  const wordIndex = new Map(file.terminals.map((word, index) => [word, index]));
  if (wordIndex.size !== file.terminals.length) fail('terminals', 'a word occurs twice. Name each once');
  for (const word of file.terminals) {
    if (symbolIndex.has(word)) fail(`terminal ${word}`, 'it also has rules. Rename the word or the symbol');
  }

  const sums = new Float64Array(symbols.length);
  const binary: NumberedRule[] = [];
  const unary: NumberedRule[] = [];
  const lexical: NumberedRule[] = [];
  for (const [parentName, children, probability] of file.rules) {
    const what = `rule ${parentName} → ${children.join(' ')}`;
    const parent = symbolIndex.get(parentName) as number;
    sums[parent] = (sums[parent] as number) + probability;
    const [first, second] = children as [string, string?];
    const word = wordIndex.get(first);
    if (second === undefined && word !== undefined) {
      lexical.push([parent, [word], probability]);
      continue;
    }
    const numbers = children.map((child) => {
      if (wordIndex.has(child)) return fail(what, `${child} is a word. Give it a symbol of its own`);
      return symbolIndex.get(child) ?? fail(what, `${child} is neither a terminal nor has it rules`);
    });
    (second === undefined ? unary : binary).push([parent, numbers, probability]);
  }
  for (const [index, sum] of sums.entries()) {
    if (Math.abs(sum - 1) <= sumTolerance) continue;
    fail(`symbol ${symbols[index]}`, `its probabilities add up to ${sum}. Make them add up to 1`);
  }

  const order = childrenFirst(symbols, unary, fail);
  unary.sort(([a], [b]) => (order[a] as number) - (order[b] as number));
  return {
    symbols,
    words: [...file.terminals],
    start: symbolIndex.get(file.start) as number,
    binary: { ...columns(binary), left: child(binary, 0), right: child(binary, 1) },
    unary: { ...columns(unary), child: child(unary, 0) },
    lexical: { ...columns(lexical), word: child(lexical, 0) },
  };
}

/**
 * Words of one random derivation.
 * @param maxLength longer derivations are drawn anew, so the answer is conditioned on this length.
 * @throws BasinError `bad-input` where a thousand draws in a row were longer.
 */
export function sampler(grammar: Grammar, maxLength: number): (random: Stream) => Sentence {
  const choices = rulesBySymbol(grammar);
  const derive = (random: Stream): Sentence | undefined => {
    const sentence: number[] = [];
    const pending = [grammar.start];
    while (pending.length > 0) {
      // Every pending symbol gives at least one word.
      if (sentence.length + pending.length > maxLength) return undefined;
      const choice = choices[pending.pop() as number] as SymbolChoices;
      const { word, children } = choice.draw(random);
      if (word >= 0) sentence.push(word);
      for (let c = children.length - 1; c >= 0; c--) pending.push(children[c] as number);
    }
    return Int32Array.from(sentence);
  };
  return (random) => {
    for (let attempt = 0; attempt < 1000; attempt++) {
      const sentence = derive(random);
      if (sentence) return sentence;
    }
    throw new BasinError(
      'bad-input',
      `Grammar: 1,000 sentences in a row had more than ${maxLength} words. Give it rules that end sooner.`,
    );
  };
}

/**
 * Share of each word among all words of many sentences: expected visits of each symbol, times its
 * lexical rules, normalised.
 * @throws BasinError `bad-input` where the expected length is infinite.
 */
export function unigram(grammar: Grammar): Float64Array {
  const { binary, unary, lexical, symbols, words, start } = grammar;
  let visits = new Float64Array(symbols.length);
  // visits = start + Mᵀ·visits, by repetition: exact after as many rounds as the deepest tree has
  // levels, and geometric for recursive grammars.
  for (let round = 0; ; round++) {
    const next = new Float64Array(symbols.length);
    next[start] = 1;
    const visit = (child: number, parent: number, probability: number): void => {
      next[child] = (next[child] as number) + (visits[parent] as number) * probability;
    };
    for (const [r, parent] of binary.parent.entries()) {
      visit(binary.left[r] as number, parent, binary.probability[r] as number);
      visit(binary.right[r] as number, parent, binary.probability[r] as number);
    }
    for (const [r, parent] of unary.parent.entries()) {
      visit(unary.child[r] as number, parent, unary.probability[r] as number);
    }
    const change = next.reduce((most, v, i) => Math.max(most, Math.abs(v - (visits[i] as number))), 0);
    visits = next;
    if (change < 1e-14) break;
    if (round > 100_000) {
      throw new BasinError('bad-input', 'Grammar: its sentences have no finite mean length.');
    }
  }
  const share = new Float64Array(words.length);
  for (const [r, parent] of lexical.parent.entries()) {
    const word = lexical.word[r] as number;
    share[word] = (share[word] as number) + (visits[parent] as number) * (lexical.probability[r] as number);
  }
  const total = share.reduce((sum, count) => sum + count, 0);
  return share.map((count) => count / total);
}

interface Expansion {
  /** −1 for a rule to symbols. */
  readonly word: number;
  readonly children: readonly number[];
}
interface SymbolChoices {
  draw(random: Stream): Expansion;
}

function rulesBySymbol({ symbols, binary, unary, lexical }: Grammar): readonly SymbolChoices[] {
  const expansions: Expansion[][] = symbols.map(() => []);
  const weights: number[][] = symbols.map(() => []);
  const put = (parent: number, expansion: Expansion, probability: number | undefined): void => {
    expansions[parent]?.push(expansion);
    weights[parent]?.push(probability as number);
  };
  for (const [r, parent] of binary.parent.entries()) {
    const children = [binary.left[r] as number, binary.right[r] as number];
    put(parent, { word: -1, children }, binary.probability[r]);
  }
  for (const [r, parent] of unary.parent.entries()) {
    put(parent, { word: -1, children: [unary.child[r] as number] }, unary.probability[r]);
  }
  for (const [r, parent] of lexical.parent.entries()) {
    put(parent, { word: lexical.word[r] as number, children: [] }, lexical.probability[r]);
  }
  return expansions.map((options, symbol) => choicesOf(options, weights[symbol] ?? []));
}

function choicesOf(options: readonly Expansion[], weights: readonly number[]): SymbolChoices {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return { draw: (random) => options[weightedIndex(weights, total, random)] as Expansion };
}

/** Rank of each symbol such that unary rules lead from a higher rank to a lower one. */
function childrenFirst(
  symbols: readonly string[],
  unary: readonly NumberedRule[],
  fail: (what: string, why: string) => never,
): Int32Array {
  const below: number[][] = symbols.map(() => []);
  for (const [parent, [only]] of unary) below[parent]?.push(only as number);
  const rank = new Int32Array(symbols.length).fill(-1);
  const open = new Set<number>();
  let next = 0;
  const visit = (symbol: number): void => {
    if ((rank[symbol] as number) >= 0) return;
    if (open.has(symbol)) {
      fail(`symbol ${symbols[symbol]}`, 'unary rules lead from it back to it. Remove the cycle');
    }
    open.add(symbol);
    for (const only of below[symbol] ?? []) visit(only);
    open.delete(symbol);
    rank[symbol] = next++;
  };
  for (const symbol of symbols.keys()) visit(symbol);
  return rank;
}

function columns(rules: readonly NumberedRule[]): { parent: Int32Array; probability: Float64Array } {
  return {
    parent: Int32Array.from(rules, ([parent]) => parent),
    probability: Float64Array.from(rules, ([, , probability]) => probability),
  };
}

function child(rules: readonly NumberedRule[], index: number): Int32Array {
  return Int32Array.from(rules, ([, children]) => children[index] as number);
}
