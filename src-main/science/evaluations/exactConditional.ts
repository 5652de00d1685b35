/**
 * Distance of a model from the language's true conditional: every position of held-out sentences is
 * masked in turn, and the model's prediction is compared with the exact one (as in Liu et al. 2022).
 */
import { z } from 'zod';
import { BasinError } from '#contract/error.ts';
import { permutation, type Stream } from '#engine/random.ts';
import { type Language, type Oracle, type Sentence, unseen } from '../data/language.ts';
import type { MlmEvaluation } from '../definition.ts';

const params = z.strictObject({
  sentences: z.int().min(2).max(100_000).default(200).meta({
    title: 'Sentences',
    description: 'Held-out sentences, drawn once.',
    scale: 'log',
  }),
  positions: z.int().min(0).max(64).default(0).meta({
    title: 'Positions',
    description: 'Positions masked a sentence, one at a time; 0 masks every one.',
  }),
});

/** Nats of excess below which the pre-training task counts as solved. Basin's own definition. */
export const saturation = 0.01;

/** One sentence with one masked position, and what is true there. */
interface Case {
  readonly sentence: Sentence;
  readonly position: number;
  readonly truth: Float64Array;
  /** Share of its sentence's mean. */
  readonly weight: number;
}

export const exactConditional: MlmEvaluation<typeof params> = {
  kind: 'evaluation',
  id: 'exact',
  title: 'Distance from the true conditional',
  help:
    'Cross-entropy of the model against the exact conditional of one masked word at a time, and its ' +
    'excess over the entropy of that conditional: the Kullback–Leibler divergence, 0 where pre-training ' +
    'is solved. A mean over sentences of each sentence’s mean over positions; the unigram model it is ' +
    'compared with knows the exact frequency of each word. Saturated (1, else 0): below 0.01 nats.',
  reference: 'Liu et al. 2022, arXiv 2210.14199',
  studies: ['mlm'],
  params,
  prepare(p, language, random) {
    const { oracle } = language;
    if (!oracle) {
      const what = 'Evaluation exact: the true conditional of this language cannot be computed';
      throw new BasinError('bad-input', `${what}. Take evaluation held-out, or a dataset with an oracle.`);
    }
    const groups = drawCases(p, language, oracle, random);
    const cases = groups.flat();
    const floors = groups.map((group) => meanOf(group, ({ truth }) => crossEntropy(truth, Math.log, truth)));
    const floor = mean(floors);
    const unigrams = groups.map((group) =>
      meanOf(group, ({ truth }) => crossEntropy(truth, Math.log, language.unigram)),
    );
    const unigramExcess = mean(unigrams) - floor;
    const masked = Int32Array.from(cases, ({ position }) => position);
    const sentences = cases.map(({ sentence }) => sentence);
    return {
      references: { 'loss/floor': floor, 'loss/unigram_excess': unigramExcess },
      measure(predict) {
        const logs = predict(sentences, masked);
        const words = language.words.length;
        let row = 0;
        const exact = groups.map((group) =>
          meanOf(group, ({ truth }) => {
            const start = row++ * words;
            return crossEntropy(truth, identity, logs.subarray(start, start + words));
          }),
        );
        const excess = exact.map((value, i) => value - (floors[i] as number));
        return [
          { name: 'loss/exact', value: mean(exact), stderr: standardError(exact) },
          { name: 'loss/excess', value: mean(excess), stderr: standardError(excess) },
          { name: 'loss/saturated', value: mean(excess) < saturation ? 1 : 0, stderr: null },
          {
            name: 'loss/excess_share',
            value: mean(excess) / unigramExcess,
            // Of the excess alone: the unigram's is a constant of these sentences.
            stderr: standardError(excess) / unigramExcess,
          },
        ];
      },
    };
  },
};

function drawCases(
  { sentences, positions }: z.output<typeof params>,
  language: Language,
  oracle: Oracle,
  random: Stream,
): readonly (readonly Case[])[] {
  return Array.from({ length: sentences }, () => {
    const sentence = unseen(language, random);
    const truths = oracle.each(sentence);
    const every = permutation(random, sentence.length);
    const taken = positions === 0 ? every : every.subarray(0, positions);
    return Array.from(taken, (position) => ({
      sentence,
      position,
      truth: truths[position] as Float64Array,
      weight: 1 / taken.length,
    }));
  });
}

/** −Σ p log q, nats, where `log` turns an entry of q into log q; words with p = 0 do not count. */
function crossEntropy(
  truth: Float64Array,
  log: (entry: number) => number,
  prediction: Float64Array | Float32Array,
): number {
  let sum = 0;
  for (let w = 0; w < truth.length; w++) {
    const p = truth[w] as number;
    if (p > 0) sum -= p * log(prediction[w] as number);
  }
  return sum;
}

function identity(log: number): number {
  return log;
}

function meanOf(group: readonly Case[], value: (one: Case) => number): number {
  return group.reduce((sum, one) => sum + one.weight * value(one), 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function standardError(values: readonly number[]): number {
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}
