import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type HiddenMarkov, hiddenMarkovOf, wordShares } from '#science/data/hiddenMarkov.ts';
import { forwardBackward } from '#science/oracle/forwardBackward.ts';

const states = ['x', 'y', 'z'];
const words = ['a', 'b'];

/** Some entries are 0, so that some sentences are impossible. */
const distribution = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 6 }), { minLength: length, maxLength: length })
    .filter((weights) => weights.some((weight) => weight > 0))
    .map((weights) => {
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      return weights.map((weight) => weight / total);
    });
const models = fc
  .record({
    initial: distribution(3),
    transition: fc.array(distribution(3), { minLength: 3, maxLength: 3 }),
    emission: fc.array(distribution(2), { minLength: 3, maxLength: 3 }),
  })
  .map((tables) => hiddenMarkovOf({ states, words, ...tables }));
const cases = fc.tuple(models, fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 5 }));

/** All paths of states, one by one, with the probability that they come about and emit these words. */
function* paths(model: HiddenMarkov, sentence: readonly number[]): Generator<{ path: number[]; p: number }> {
  const walk = function* (path: number[], p: number): Generator<{ path: number[]; p: number }> {
    const t = path.length;
    if (t === sentence.length) return yield { path, p };
    for (let s = 0; s < 3; s++) {
      const arrive = t === 0 ? model.initial[s] : model.transition[(path[t - 1] as number) * 3 + s];
      const emit = model.emission[s * 2 + (sentence[t] as number)] as number;
      yield* walk([...path, s], p * (arrive as number) * emit);
    }
  };
  yield* walk([], 1);
}

const jointOf = (model: HiddenMarkov, sentence: readonly number[]): number =>
  [...paths(model, sentence)].reduce((sum, { p }) => sum + p, 0);

function sequences(length: number): number[][] {
  return length === 0
    ? [[]]
    : sequences(length - 1).flatMap((head) => [
        [...head, 0],
        [...head, 1],
      ]);
}

describe('against enumeration of all paths', () => {
  test('the probability of a sentence', () => {
    fc.assert(
      fc.property(cases, ([model, sentence]) => {
        const log = forwardBackward(model).logProbability(Int32Array.from(sentence));
        const expected = jointOf(model, sentence);
        if (expected === 0) expect(log).toBe(Number.NEGATIVE_INFINITY);
        else expect(Math.exp(log) / expected).toBeCloseTo(1, 12);
      }),
      { numRuns: 80 },
    );
  });

  test('conditionals of any masked positions', () => {
    fc.assert(
      fc.property(fc.tuple(cases, fc.integer({ min: 1, max: 31 })), ([[model, sentence], pattern]) => {
        const masked = sentence.flatMap((_, i) => (pattern & (1 << i) ? [i] : []));
        fc.pre(masked.length > 0);
        const completions = sequences(sentence.length)
          .filter((other) => other.every((word, i) => masked.includes(i) || word === sentence[i]))
          .map((other) => ({ other, p: jointOf(model, other) }));
        const total = completions.reduce((sum, { p }) => sum + p, 0);
        const oracle = forwardBackward(model);
        if (total === 0) {
          expect(() => oracle.conditionals(Int32Array.from(sentence), masked)).toThrow(
            'no conditional exists',
          );
          return;
        }
        const rows = oracle.conditionals(Int32Array.from(sentence), masked);
        for (const [k, position] of masked.entries()) {
          for (const word of [0, 1]) {
            const expected = completions
              .filter(({ other }) => other[position] === word)
              .reduce((sum, { p }) => sum + p / total, 0);
            expect(rows[k]?.[word]).toBeCloseTo(expected, 12);
          }
        }
      }),
      { numRuns: 80 },
    );
  });

  test('one pass over all positions equals one mask at a time', () => {
    fc.assert(
      fc.property(cases, ([model, sentence]) => {
        fc.pre(jointOf(model, sentence) > 0);
        const oracle = forwardBackward(model);
        for (const [i, row] of oracle.each(Int32Array.from(sentence)).entries()) {
          const [alone] = oracle.conditionals(Int32Array.from(sentence), [i]);
          for (const [w, p] of row.entries()) expect(p).toBeCloseTo(alone?.[w] as number, 13);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('states within the sentence, and the one after its end', () => {
    fc.assert(
      fc.property(cases, ([model, sentence]) => {
        const total = jointOf(model, sentence);
        fc.pre(total > 0);
        const oracle = forwardBackward(model);
        for (let position = 0; position <= sentence.length; position++) {
          const posterior = oracle.statePosterior(Int32Array.from(sentence), position);
          for (let s = 0; s < 3; s++) {
            const expected = [...paths(model, sentence)].reduce((sum, { path, p }) => {
              const last = path.at(-1) as number;
              const share =
                position < sentence.length ? Number(path[position] === s) : model.transition[last * 3 + s];
              return sum + (p / total) * (share as number);
            }, 0);
            expect(posterior[s]).toBeCloseTo(expected, 12);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test('the share of each word, over sentences of one to four words', () => {
    fc.assert(
      fc.property(models, (model) => {
        const lengths = Float64Array.of(0, 0.1, 0.2, 0.3, 0.4);
        const counts = [0, 0];
        for (const length of [1, 2, 3, 4]) {
          for (const sentence of sequences(length)) {
            const p = (lengths[length] as number) * jointOf(model, sentence);
            for (const word of sentence) counts[word] = (counts[word] as number) + p;
          }
        }
        const total = (counts[0] as number) + (counts[1] as number);
        const share = wordShares(model, lengths);
        for (const word of [0, 1]) expect(share[word]).toBeCloseTo((counts[word] as number) / total, 12);
      }),
      { numRuns: 30 },
    );
  });
});

test('a thousand words of probability 1e-30 each do not underflow', () => {
  const tiny = 1e-30;
  const model = hiddenMarkovOf({
    states: 2,
    words,
    initial: [0.5, 0.5],
    transition: [
      [0.9, 0.1],
      [0.2, 0.8],
    ],
    emission: [
      [tiny, 1 - tiny],
      [tiny, 1 - tiny],
    ],
  });
  const oracle = forwardBackward(model);
  expect(oracle.logProbability(new Int32Array(1000)) / (1000 * Math.log(tiny))).toBeCloseTo(1, 12);
  for (const row of oracle.each(new Int32Array(1000))) expect((row[0] as number) / tiny).toBeCloseTo(1, 9);
});

describe('models that are refused', () => {
  const good = {
    states: ['x', 'y'],
    words,
    initial: [0.5, 0.5],
    transition: [
      [0.5, 0.5],
      [0.5, 0.5],
    ],
    emission: [
      [0.5, 0.5],
      [0.5, 0.5],
    ],
  };
  test.each([
    ['a sum other than 1', { initial: [0.5, 0.4] }, 'initial: its probabilities add up to 0.9'],
    ['a row too few', { transition: [[0.5, 0.5]] }, 'transition: it has 1 rows. Give it 2'],
    [
      'a word too many',
      {
        emission: [
          [0.5, 0.5],
          [0.2, 0.3, 0.5],
        ],
      },
      'emission, row 2: it has 3 entries. Give it 2',
    ],
    ['a word twice', { words: ['a', 'a'] }, 'words: a name occurs twice'],
  ])('%s', (_name, change, message) => {
    expect(() => hiddenMarkovOf({ ...good, ...change })).toThrow(message);
  });
});
