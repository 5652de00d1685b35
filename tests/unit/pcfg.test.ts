import { describe, expect, test } from 'vitest';
import { stream } from '#engine/random.ts';
import { grammarOf, sampler } from '#science/data/grammar.ts';
import { layeredGrammar, pcfg } from '#science/data/pcfg.ts';

const defaults = pcfg.params.parse({});
/** Few enough sentences to count them all: 2 layers, at most 4 words out of 3. */
const tiny = pcfg.params.parse({
  roots: 2,
  layers: 2,
  symbols: 2,
  rulesMin: 1,
  rulesMax: 3,
  words: 3,
  symbolWordsMin: 2,
  symbolWordsMax: 3,
  earlyStop: 0.3,
});

describe('the defaults have the published counts', () => {
  const { symbols, words, binary, unary, lexical } = layeredGrammar(defaults);
  const index = (name: string): number => symbols.indexOf(name);
  const rulesOf = (parents: Int32Array, name: string): number[] =>
    [...parents.keys()].filter((r) => parents[r] === index(name));

  test('50 symbols, 200 words, the published root probabilities', () => {
    expect(symbols.length).toBe(50);
    expect(words.length).toBe(200);
    const roots = Array.from({ length: 9 }, (_, i) => {
      const [rule] = [...unary.child.keys()].filter((r) => unary.child[r] === index(`S${i + 1}`));
      return unary.probability[rule as number];
    });
    expect(roots).toEqual([0.272, 0.033, 0.12, 0.106, 0.092, 0.125, 0.09, 0.053, 0.109]);
    expect(unary.parent.length).toBe(9);
  });

  test('roots have one pair of first-layer symbols', () => {
    for (let i = 1; i <= 9; i++) {
      const rules = rulesOf(binary.parent, `S${i}`);
      expect(rules.length).toBe(1);
      for (const child of [binary.left, binary.right]) {
        expect(symbols[child[rules[0] as number] as number]).toMatch(/^A1_/);
      }
    }
  });

  test('upper layers: 16–20 distinct pairs of the next layer and one word; last layer: 77–86 words', () => {
    const ownWords = new Set<number>();
    for (let layer = 1; layer <= 4; layer++) {
      for (let i = 0; i < 10; i++) {
        const pairs = rulesOf(binary.parent, `A${layer}_${i}`);
        const direct = rulesOf(lexical.parent, `A${layer}_${i}`);
        if (layer === 4) {
          expect(pairs.length).toBe(0);
          expect(direct.length).toBeGreaterThanOrEqual(77);
          expect(direct.length).toBeLessThanOrEqual(86);
          continue;
        }
        expect(new Set(pairs.map((r) => `${binary.left[r]} ${binary.right[r]}`)).size).toBe(pairs.length);
        expect(pairs.length).toBeGreaterThanOrEqual(16);
        expect(pairs.length).toBeLessThanOrEqual(20);
        for (const r of pairs) expect(symbols[binary.left[r] as number]).toMatch(`A${layer + 1}_`);
        expect(direct.length).toBe(1);
        ownWords.add(lexical.word[direct[0] as number] as number);
      }
    }
    expect(ownWords.size).toBe(30);
  });

  test('every word can occur', () => {
    expect(new Set(lexical.word).size).toBe(200);
    const unigram = pcfg.build(defaults).unigram;
    expect(unigram.every((p) => p > 0)).toBe(true);
  });

  test('sentences have 2–16 words, 10.6 in the mean', () => {
    const language = pcfg.build(defaults);
    const random = stream(1, 'sentences');
    const lengths = Array.from({ length: 4000 }, () => language.sample(random).length);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...lengths)).toBe(16);
    // A standard deviation of about 3.4 makes the mean's error 0.054: four of them.
    expect(Math.abs(lengths.reduce((sum, n) => sum + n, 0) / 4000 - 10.6)).toBeLessThan(0.22);
  });
});

test('the same grammar seed gives the same rules, another one others', () => {
  expect(layeredGrammar(defaults)).toEqual(layeredGrammar(defaults));
  expect(layeredGrammar({ ...defaults, grammarSeed: 2 }).binary).not.toEqual(layeredGrammar(defaults).binary);
});

test('sampled sentences occur as often as the oracle says', () => {
  const language = pcfg.build(tiny);
  const random = stream(7, 'frequencies');
  const draws = 20_000;
  const counts = new Map<string, number>();
  for (let i = 0; i < draws; i++) {
    const key = language.sample(random).join(' ');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  let chiSquare = 0;
  let cells = 0;
  let mass = 0;
  let rare = { expected: 0, observed: 0 };
  for (let length = 2; length <= 4; length++) {
    for (let code = 0; code < 3 ** length; code++) {
      const words = Int32Array.from({ length }, (_, i) => Math.floor(code / 3 ** i) % 3);
      const probability = Math.exp(language.oracle?.logProbability(words) ?? Number.NaN);
      mass += probability;
      const expected = probability * draws;
      const observed = counts.get(words.join(' ')) ?? 0;
      if (expected < 10) {
        rare = { expected: rare.expected + expected, observed: rare.observed + observed };
        continue;
      }
      chiSquare += (observed - expected) ** 2 / expected;
      cells++;
    }
  }
  if (rare.expected > 0) chiSquare += (rare.observed - rare.expected) ** 2 / rare.expected;
  expect(mass).toBeCloseTo(1, 10);
  expect(cells).toBeGreaterThan(30);
  // Mean cells, deviation √(2 · cells): five deviations, with a fixed seed.
  expect(chiSquare).toBeLessThan(cells + 5 * Math.sqrt(2 * cells));
});

test('recursive grammars are sampled up to a length, or refused', () => {
  const recursive = grammarOf({
    start: 'S',
    terminals: ['a'],
    rules: [
      ['S', ['S', 'S'], 0.45],
      ['S', ['a'], 0.55],
    ],
  });
  const sample = sampler(recursive, 6);
  const random = stream(1, 'recursive');
  const lengths = Array.from({ length: 500 }, () => sample(random).length);
  expect(Math.max(...lengths)).toBe(6);
  const endless = grammarOf({
    start: 'S',
    terminals: ['a'],
    rules: [['S', ['S', 'S'], 1]],
  });
  expect(() => sampler(endless, 6)(random)).toThrow('more than 6 words');
});

test('parameters that contradict each other are refused', () => {
  expect(pcfg.params.safeParse({ rulesMin: 21 }).success).toBe(false);
  expect(pcfg.params.safeParse({ symbols: 4 }).success).toBe(false);
  expect(pcfg.params.safeParse({ words: 80 }).success).toBe(false);
  expect(pcfg.params.safeParse({ symbolWordsMin: 87 }).success).toBe(false);
});
