import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type GrammarFile, grammarOf, unigram } from '#science/data/grammar.ts';
import { insideOutside } from '#science/oracle/insideOutside.ts';
import { bruteForce, sequences } from './support/enumeration.ts';

/** Random grammars over S, A, B, C and words a, b, c: recursive binary rules, acyclic unary ones. */
const randomGrammar: fc.Arbitrary<GrammarFile> = (() => {
  const symbols = ['S', 'A', 'B', 'C'];
  const terminals = ['a', 'b', 'c'];
  const weight = fc.integer({ min: 1, max: 9 });
  const rulesOf = (index: number) => {
    const symbol = fc.constantFrom(...symbols);
    const options: fc.Arbitrary<string[]>[] = [
      fc.tuple(symbol, symbol).map((pair) => [...pair]),
      fc.constantFrom(...terminals).map((word) => [word]),
    ];
    // Only to later symbols, hence without a cycle.
    const later = symbols.slice(index + 1);
    if (later.length > 0) options.push(fc.constantFrom(...later).map((child) => [child]));
    const free = fc.array(fc.tuple(fc.oneof(...options), weight), { maxLength: 4 });
    // At least one word, so that every symbol can end.
    const ending = fc.tuple(fc.constantFrom(...terminals), weight);
    return fc.tuple(free, ending).map(([some, [word, share]]) => {
      const all: [string[], number][] = [...some, [[word], share]];
      const total = all.reduce((sum, [, w]) => sum + w, 0);
      return all.map(([right, w]): [string, string[], number] => [
        symbols[index] as string,
        right,
        w / total,
      ]);
    });
  };
  return fc
    .tuple(...symbols.map((_, index) => rulesOf(index)))
    .map((rules) => ({ start: 'S', terminals, rules: rules.flat() }));
})();

const grammarAndSentence = fc.tuple(
  randomGrammar,
  fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 5 }),
);

describe('against enumeration on random grammars', () => {
  test('the probability of a sentence, from every symbol', () => {
    fc.assert(
      fc.property(grammarAndSentence, ([file, words]) => {
        const grammar = grammarOf(file);
        const oracle = insideOutside(grammar);
        const sentence = Int32Array.from(words);
        const names = words.map((word) => file.terminals[word] as string);
        for (const [i, symbol] of grammar.symbols.entries()) {
          const expected = bruteForce(file, symbol, names);
          const log = oracle.symbolLogs(sentence)[i] as number;
          // Sums of at most some thousand positive doubles: relative error far below 1e-10.
          if (expected === 0) expect(log).toBe(Number.NEGATIVE_INFINITY);
          else expect(Math.exp(log) / expected).toBeCloseTo(1, 10);
        }
        expect(oracle.logProbability(sentence)).toBe(oracle.symbolLogs(sentence)[grammar.start]);
      }),
      { numRuns: 60 },
    );
  });

  test('conditionals of any masked positions', () => {
    const cases = fc.tuple(grammarAndSentence, fc.integer({ min: 1, max: 31 }));
    fc.assert(
      fc.property(cases, ([[file, words], pattern]) => {
        const short = words.slice(0, 4);
        const masked = short.flatMap((_, i) => (pattern & (1 << i) ? [i] : []));
        fc.pre(masked.length > 0);
        const names = short.map((word) => file.terminals[word] as string);
        const completions = sequences(file.terminals, short.length)
          .filter((other) => other.every((word, i) => masked.includes(i) || word === names[i]))
          .map((other) => ({ other, probability: bruteForce(file, 'S', other) }));
        const total = completions.reduce((sum, { probability }) => sum + probability, 0);
        const oracle = insideOutside(grammarOf(file));
        const sentence = Int32Array.from(short);
        if (total === 0) {
          expect(() => oracle.conditionals(sentence, masked)).toThrow('no conditional exists');
          return;
        }
        const rows = oracle.conditionals(sentence, masked);
        for (const [k, position] of masked.entries()) {
          for (const [w, word] of file.terminals.entries()) {
            const expected = completions
              .filter(({ other }) => other[position] === word)
              .reduce((sum, { probability }) => sum + probability / total, 0);
            expect(rows[k]?.[w]).toBeCloseTo(expected, 12);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test('one pass over all positions equals one mask at a time; every row adds up to 1', () => {
    fc.assert(
      fc.property(grammarAndSentence, ([file, words]) => {
        const oracle = insideOutside(grammarOf(file));
        const sentence = Int32Array.from(words);
        fc.pre(oracle.logProbability(sentence) > Number.NEGATIVE_INFINITY);
        for (const [i, row] of oracle.each(sentence).entries()) {
          const [alone] = oracle.conditionals(sentence, [i]);
          for (const [w, p] of row.entries()) expect(p).toBeCloseTo(alone?.[w] as number, 13);
          expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
        }
      }),
      { numRuns: 60 },
    );
  });
});

test('memory that a longer sentence has used gives a shorter one the same numbers', () => {
  const sentences = fc.array(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 7 }), {
    minLength: 2,
    maxLength: 5,
  });
  fc.assert(
    fc.property(randomGrammar, sentences, (file, lists) => {
      const grammar = grammarOf(file);
      const used = insideOutside(grammar);
      for (const words of lists) {
        const sentence = Int32Array.from(words);
        const fresh = insideOutside(grammar);
        expect(used.symbolLogs(sentence)).toEqual(fresh.symbolLogs(sentence));
        if (fresh.logProbability(sentence) === Number.NEGATIVE_INFINITY) continue;
        expect(used.each(sentence)).toEqual(fresh.each(sentence));
      }
    }),
    { numRuns: 40 },
  );
});

test('a grammar of forty groups of pairs, more than a mask has bits', () => {
  // S → L_i R_i: forty components, whose bits some share; w_i and v_i determine each other.
  const numbers = Array.from({ length: 40 }, (_, i) => i);
  const file: GrammarFile = {
    start: 'S',
    terminals: numbers.flatMap((i) => [`w${i}`, `v${i}`]),
    rules: numbers.flatMap((i): GrammarFile['rules'] => [
      ['S', [`L${i}`, `R${i}`], 1 / 40],
      [`L${i}`, [`w${i}`], 1],
      [`R${i}`, [`v${i}`], 1],
    ]),
  };
  const oracle = insideOutside(grammarOf(file));
  for (const i of numbers) {
    const sentence = Int32Array.of(2 * i, 2 * i + 1);
    expect(oracle.logProbability(sentence)).toBeCloseTo(-Math.log(40), 12);
    expect(oracle.each(sentence).map((row) => row.indexOf(1))).toEqual([...sentence]);
    expect(oracle.logProbability(Int32Array.of(2 * i, 2 * ((i + 31) % 40) + 1))).toBe(
      Number.NEGATIVE_INFINITY,
    );
  }
});

test('all words of all sentences share their probability as `unigram` says', () => {
  // Finite: S → A B | a, A → a | b, B → A A | c: every sentence has at most three words.
  const file: GrammarFile = {
    start: 'S',
    terminals: ['a', 'b', 'c'],
    rules: [
      ['S', ['A', 'B'], 0.7],
      ['S', ['a'], 0.3],
      ['A', ['a'], 0.2],
      ['A', ['b'], 0.8],
      ['B', ['A', 'A'], 0.4],
      ['B', ['c'], 0.6],
    ],
  };
  const counts = [0, 0, 0];
  let mass = 0;
  for (const length of [1, 2, 3]) {
    for (const words of sequences(file.terminals, length)) {
      const probability = bruteForce(file, 'S', words);
      mass += probability;
      for (const word of words) {
        const index = file.terminals.indexOf(word);
        counts[index] = (counts[index] as number) + probability;
      }
    }
  }
  expect(mass).toBeCloseTo(1, 12);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const share = unigram(grammarOf(file));
  for (const [w, count] of counts.entries()) expect(share[w]).toBeCloseTo(count / total, 12);
});

test('forty words of probability 1e-30 each do not underflow', () => {
  // S → S S | x | y with p(x) = 1e-30: a sentence of n words x has Catalan(n − 1) trees.
  const p = 1e-30;
  const grammar = grammarOf({
    start: 'S',
    terminals: ['x', 'y'],
    rules: [
      ['S', ['S', 'S'], 0.4],
      ['S', ['x'], p],
      ['S', ['y'], 0.6 - p],
    ],
  });
  const n = 40;
  const oracle = insideOutside(grammar);
  const sentence = new Int32Array(n);
  let logCatalan = 0;
  for (let k = 2; k <= n - 1; k++) logCatalan += Math.log((n - 1 + k) / k);
  const expected = logCatalan + (n - 1) * Math.log(0.4) + n * Math.log(p);
  expect(oracle.logProbability(sentence)).toBeCloseTo(expected, 8);
  // The word is independent of the tree: p(x | the rest) = p / 0.6.
  for (const row of oracle.each(sentence)) expect((row[0] as number) / (p / 0.6)).toBeCloseTo(1, 9);
});

describe('grammars that are refused', () => {
  const rules = (...list: GrammarFile['rules']): GrammarFile => ({
    start: 'S',
    terminals: ['a'],
    rules: list,
  });
  test.each([
    ['a sum other than 1', rules(['S', ['a'], 0.9]), 'add up to 0.9'],
    ['a unary cycle', rules(['S', ['A'], 1], ['A', ['S'], 0.5], ['A', ['a'], 0.5]), 'Remove the cycle'],
    ['an unknown symbol', rules(['S', ['B'], 1]), 'neither a terminal'],
    ['a word within a pair', rules(['S', ['a', 'S'], 0.5], ['S', ['a'], 0.5]), 'symbol of its own'],
    ['a word with rules', rules(['S', ['a'], 1], ['a', ['a'], 1]), 'it also has rules'],
  ])('%s', (_name, file, message) => {
    expect(() => grammarOf(file)).toThrow(message);
  });

  test('a sum within 1e-6 of 1 is taken', () => {
    expect(() => grammarOf(rules(['S', ['a'], 1 - 9e-7]))).not.toThrow();
    expect(() => grammarOf(rules(['S', ['a'], 1 - 2e-6]))).toThrow();
  });
});

test('words and positions that do not exist are named', () => {
  const oracle = insideOutside(grammarOf({ start: 'S', terminals: ['a'], rules: [['S', ['a'], 1]] }));
  expect(() => oracle.each(new Int32Array())).toThrow('no words');
  expect(() => oracle.logProbability(Int32Array.of(1))).toThrow('no word number 1');
  expect(() => oracle.conditionals(Int32Array.of(0), [1])).toThrow('Masked position 1');
});
