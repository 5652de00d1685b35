/**
 * A toy language of six words, `+` or `-`, for the theory of what SGD does among equally good minima: the first
 * three are noisy copies of one hidden feature, the last three of another. Basin's own; Liu et al. 2022 (arXiv
 * 2210.14199, section 5) argue with a toy of two features and six tokens whose details are not used here.
 */
import { z } from 'zod';
import type { Stream } from '#engine/random.ts';
import type { LanguageDataset } from '../definition.ts';
import { checkedOracle, checkSentence } from '../oracle/questions.ts';
import type { LanguageTask, Oracle, Sentence } from './language.ts';

/** Words of one feature. With three, the log-odds of a masked one are linear in the two others. */
const copies = 3;
const features = 2;
export const toyLength = features * copies;

const params = z.strictObject({
  flip: z.number().min(0.01).max(0.49).default(0.1).meta({
    title: 'Flip',
    description: 'Probability that a word is not its feature’s sign.',
  }),
});

export const twoFeatures: LanguageDataset<typeof params> = {
  kind: 'dataset',
  id: 'two-features',
  title: 'Two features, six words',
  help:
    'A toy: three noisy copies of one hidden sign, then three of another. A masked word’s log-odds are ' +
    'proportional to the sum of the two other words of its feature, which encoder position-neurons can give in ' +
    'many ways, all equally good.',
  studies: ['mlm'],
  params,
  outline: () => ({ words: 2, maxLength: toyLength }),
  build: ({ flip }) => ({
    words: ['-', '+'],
    maxLength: toyLength,
    sample: (random) => draw(flip, random),
    unigram: Float64Array.of(0.5, 0.5),
    oracle: oracleOf(flip),
    tasks: [
      signTask('first', 'Likelier sign of the first feature', 0),
      signTask('second', 'Of the second', copies),
    ],
  }),
};

function draw(flip: number, random: Stream): Sentence {
  const signs = Array.from({ length: features }, () => random.integer(2));
  return Int32Array.from({ length: toyLength }, (_, position) => {
    const sign = signs[Math.floor(position / copies)] as number;
    return random.uniform() < flip ? 1 - sign : sign;
  });
}

function oracleOf(flip: number): Oracle {
  const given = (word: number, sign: number): number => (word === sign ? 1 - flip : flip);
  /** p(sign, the words of its feature that are not masked). */
  const joint = (sentence: Sentence, feature: number, masked: ReadonlySet<number>): readonly number[] =>
    [0, 1].map((sign) => {
      let p = 0.5;
      for (let i = feature * copies; i < (feature + 1) * copies; i++) {
        if (!masked.has(i)) p *= given(sentence[i] as number, sign);
      }
      return p;
    });
  const check = (sentence: Sentence): void => checkSentence(sentence, 2, 'model');
  const conditionals = (sentence: Sentence, masked: readonly number[]): readonly Float64Array[] =>
    masked.map((position) => {
      const [minus = 0, plus = 0] = joint(sentence, Math.floor(position / copies), new Set(masked));
      const p = (minus * flip + plus * (1 - flip)) / (minus + plus);
      return Float64Array.of(1 - p, p);
    });
  return checkedOracle(check, conditionals, (sentence) => {
    const parts = Array.from({ length: features }, (_, feature) => joint(sentence, feature, new Set()));
    return parts.reduce((log, [minus = 0, plus = 0]) => log + Math.log(minus + plus), 0);
  });
}

function signTask(id: string, title: string, first: number): LanguageTask {
  return {
    id,
    title,
    classes: ['-', '+'],
    minLength: toyLength,
    label(sentence) {
      const plus = sentence.subarray(first, first + copies).reduce((sum, word) => sum + word, 0);
      return plus > copies / 2 ? 1 : 0;
    },
  };
}
