import { describe, expect, test } from 'vitest';
import { stream } from '#engine/random.ts';
import type { Language, Sentence } from '#science/data/language.ts';
import { layeredGrammar, pcfg } from '#science/data/pcfg.ts';
import type { MaskedPredictor, PreparedEvaluation } from '#science/definition.ts';
import { exactConditional } from '#science/evaluations/exactConditional.ts';
import { bruteForce, fileOf } from './support/enumeration.ts';

const params = pcfg.params.parse({
  roots: 2,
  layers: 2,
  symbols: 3,
  rulesMin: 2,
  rulesMax: 3,
  words: 5,
  symbolWordsMin: 2,
  symbolWordsMax: 3,
  earlyStop: 0.3,
});
const language: Language = pcfg.build(params);
const file = fileOf(layeredGrammar(params));
const words = language.words.length;

const prepare = (sentences: number, positions = 0): PreparedEvaluation =>
  exactConditional.prepare(
    exactConditional.params.parse({ sentences, positions }),
    language,
    stream(1, 'evaluation'),
  );

/** log p by brute force: the joint probability of the sentence with each word in the masked place. */
function trueLogs(sentence: Sentence, position: number): number[] {
  const joint = language.words.map((word) => {
    const names = Array.from(sentence, (w) => language.words[w] as string);
    names[position] = word;
    return bruteForce(file, 'S', names);
  });
  const total = joint.reduce((sum, p) => sum + p, 0);
  return joint.map((p) => Math.log(p / total));
}

const predictor =
  (rowOf: (sentence: Sentence, position: number) => ArrayLike<number>): MaskedPredictor =>
  (sentences, masked) => {
    const logs = new Float32Array(sentences.length * words);
    for (const [i, sentence] of sentences.entries()) {
      logs.set(Array.from(rowOf(sentence, masked[i] as number)), i * words);
    }
    return logs;
  };

const measuredAs = (prepared: PreparedEvaluation, predict: MaskedPredictor, name: string) =>
  prepared.measure(predict).find((one) => one.name === name);

describe('of predictors that are known', () => {
  const prepared = prepare(60);
  const floor = prepared.references['loss/floor'] as number;
  const unigramExcess = prepared.references['loss/unigram_excess'] as number;

  test('the truth, found by brute force, has no excess', () => {
    const excess = measuredAs(prepared, predictor(trueLogs), 'loss/excess');
    // Logarithms pass through single precision: 1e-7 each.
    expect(Math.abs(excess?.value as number)).toBeLessThan(1e-6);
    expect(excess?.stderr).toBeLessThan(1e-6);
  });

  test('the unigram model has the unigram’s excess, a share of 1', () => {
    const logs = Array.from(language.unigram, Math.log);
    const predict = predictor(() => logs);
    expect(unigramExcess).toBeGreaterThan(0.05);
    expect(measuredAs(prepared, predict, 'loss/excess')?.value).toBeCloseTo(unigramExcess, 5);
    expect(measuredAs(prepared, predict, 'loss/excess_share')?.value).toBeCloseTo(1, 5);
  });

  test('a uniform guess costs log(words), whatever the truth', () => {
    const uniform = new Array<number>(words).fill(-Math.log(words));
    const exact = measuredAs(
      prepared,
      predictor(() => uniform),
      'loss/exact',
    );
    expect(exact?.value).toBeCloseTo(Math.log(words), 6);
    // The cost is the same everywhere, so its error is 0; the excess varies with the floor.
    expect(exact?.stderr).toBeLessThan(1e-6);
    const excess = measuredAs(
      prepared,
      predictor(() => uniform),
      'loss/excess',
    );
    expect(excess?.value).toBeCloseTo(Math.log(words) - floor, 6);
    expect(excess?.stderr).toBeGreaterThan(1e-3);
  });
});

test('floor and error are the mean, and its standard error, over sentences of their mean entropies', () => {
  const seen: { sentence: Sentence; position: number }[] = [];
  const prepared = prepare(40);
  const uniform = new Array<number>(words).fill(-Math.log(words));
  const excess = measuredAs(
    prepared,
    predictor((sentence, position) => {
      seen.push({ sentence, position });
      return uniform;
    }),
    'loss/excess',
  );
  const bySentence = Map.groupBy(seen, ({ sentence }) => sentence);
  expect(bySentence.size).toBe(40);
  const entropies = [...bySentence.values()].map((cases) => {
    expect(cases.map(({ position }) => position).sort()).toEqual([...(cases[0]?.sentence.keys() ?? [])]);
    const sum = cases.reduce((total, { sentence, position }) => {
      return total - trueLogs(sentence, position).reduce((h, l) => (l > -99 ? h + Math.exp(l) * l : h), 0);
    }, 0);
    return sum / cases.length;
  });
  const mean = entropies.reduce((sum, h) => sum + h, 0) / 40;
  const variance = entropies.reduce((sum, h) => sum + (h - mean) ** 2, 0) / 39;
  expect(prepared.references['loss/floor']).toBeCloseTo(mean, 10);
  expect(excess?.stderr).toBeCloseTo(Math.sqrt(variance / 40), 6);
});

test('some positions a sentence, when so many are asked for', () => {
  let asked = 0;
  prepare(30, 1).measure((sentences, masked) => {
    asked = sentences.length;
    for (const [i, position] of masked.entries()) {
      expect(position).toBeLessThan((sentences[i] as Sentence).length);
    }
    return new Float32Array(sentences.length * words).fill(-1);
  });
  expect(asked).toBe(30);
});

test('a language without an oracle is refused', () => {
  const { oracle: _oracle, ...blind } = language;
  expect(() =>
    exactConditional.prepare(exactConditional.params.parse({}), blind, stream(1, 'evaluation')),
  ).toThrow('Take evaluation held-out, or a dataset with an oracle');
});
