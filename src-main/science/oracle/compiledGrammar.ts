/**
 * A grammar's rules in the order in which the inside and the outside pass read them. Binary rules stand under
 * their pairs of children: a pass multiplies two children once, however many rules have this pair.
 */
import type { Grammar, LexicalRules } from '../data/grammar.ts';
import { pairGroups } from './pairGroups.ts';

export interface CompiledGrammar {
  readonly symbols: number;
  readonly start: number;
  /**
   * Groups of pairs such that no symbol is a left child in two groups, nor a right child in two: in a layered
   * grammar, the layers. Group g is bit 1 << g of a mask, and has the pairs pairsOf[g] … pairsOf[g + 1] − 1.
   */
  readonly pairsOf: Int32Array;
  /** Left children of group g: lefts[leftsOf[g]] … lefts[leftsOf[g + 1] − 1]. */
  readonly lefts: Int32Array;
  readonly leftsOf: Int32Array;
  /** Pairs with left child b: firstPair[b] … endPair[b] − 1. */
  readonly firstPair: Int32Array;
  readonly endPair: Int32Array;
  /** Right child of each pair. */
  readonly right: Int32Array;
  /** Rules of pair q: firstRule[q] … firstRule[q + 1] − 1. */
  readonly firstRule: Int32Array;
  readonly parent: Int32Array;
  readonly probability: Float64Array;
  /** Masks of each symbol: the group it is a left child in, a right child in, and those of its own rules. */
  readonly leftBit: Int32Array;
  readonly rightBit: Int32Array;
  readonly ownBits: Int32Array;
  readonly unary: Grammar['unary'];
  /** [words + 1, symbols]: p(symbol → word); the last row sums all words: an unknown word. */
  readonly lexical: Float64Array;
  readonly words: number;
  /** Lexical rules of symbol s: firstWord[s] … firstWord[s + 1] − 1. */
  readonly firstWord: Int32Array;
  readonly word: Int32Array;
  readonly wordProbability: Float64Array;
}

export function compiledGrammar({ symbols, words, start, binary, unary, lexical }: Grammar): CompiledGrammar {
  const size = symbols.length;
  const { count, leftGroup, rightGroup } = pairGroups(binary, size);
  const key = (r: number): number =>
    ((leftGroup[binary.left[r] as number] as number) * size + (binary.left[r] as number)) * size +
    (binary.right[r] as number);
  const order = Int32Array.from(binary.parent.keys()).sort((a, b) => key(a) - key(b));

  const right: number[] = [];
  const firstRule: number[] = [];
  const lefts: number[] = [];
  const pairsOf = new Int32Array(count + 1);
  const leftsOf = new Int32Array(count + 1);
  const firstPair = new Int32Array(size);
  const endPair = new Int32Array(size);
  const ownBits = new Int32Array(size);
  let last = -1;
  for (const [place, r] of order.entries()) {
    const left = binary.left[r] as number;
    const parent = binary.parent[r] as number;
    const group = leftGroup[left] as number;
    ownBits[parent] = (ownBits[parent] as number) | (1 << group);
    if (key(r) === last) continue;
    last = key(r);
    if (lefts.at(-1) !== left) {
      lefts.push(left);
      firstPair[left] = right.length;
    }
    right.push(binary.right[r] as number);
    firstRule.push(place);
    endPair[left] = right.length;
    pairsOf[group + 1] = right.length;
    leftsOf[group + 1] = lefts.length;
  }
  firstRule.push(order.length);

  const table = new Float64Array((words.length + 1) * size);
  for (const [r, parent] of lexical.parent.entries()) {
    for (const row of [lexical.word[r] as number, words.length]) {
      table[row * size + parent] =
        (table[row * size + parent] as number) + (lexical.probability[r] as number);
    }
  }
  const bit = (group: number): number => (group < 0 ? 0 : 1 << group);
  return {
    symbols: size,
    start,
    pairsOf,
    lefts: Int32Array.from(lefts),
    leftsOf,
    firstPair,
    endPair,
    right: Int32Array.from(right),
    firstRule: Int32Array.from(firstRule),
    parent: order.map((r) => binary.parent[r] as number),
    probability: Float64Array.from(order, (r) => binary.probability[r] as number),
    leftBit: leftGroup.map(bit),
    rightBit: rightGroup.map(bit),
    ownBits,
    unary,
    lexical: table,
    words: words.length,
    ...wordsBySymbol(lexical, size),
  };
}

function wordsBySymbol(
  { parent, word, probability }: LexicalRules,
  symbols: number,
): Pick<CompiledGrammar, 'firstWord' | 'word' | 'wordProbability'> {
  const order = Int32Array.from(parent.keys()).sort((a, b) => (parent[a] as number) - (parent[b] as number));
  const firstWord = new Int32Array(symbols + 1);
  for (const symbol of parent) firstWord[symbol + 1] = (firstWord[symbol + 1] as number) + 1;
  for (let s = 0; s < symbols; s++)
    firstWord[s + 1] = (firstWord[s + 1] as number) + (firstWord[s] as number);
  return {
    firstWord,
    word: order.map((r) => word[r] as number),
    wordProbability: Float64Array.from(order, (r) => probability[r] as number),
  };
}
