/**
 * The look-up table: what a model that knows the language's conditionals by heart would have as features.
 * Basin's own form of the row in Liu et al. 2022 (arXiv 2210.14199): nothing is trained.
 */
import { BasinError } from '#contract/error.ts';
import type { MlmRunSpec } from '#contract/spec.ts';
import type { Language, Sentence } from '../../data/language.ts';

/** The width of a sentence's features. */
export function lookUpWidth({ words, maxLength }: Language, pooling: MlmRunSpec['downstream']['pooling']) {
  return pooling === 'mean' ? words.length : maxLength * words.length;
}

/**
 * p(word at each position | the other words), with that position masked: side by side, zeros where a sentence
 * has ended, or the mean over its positions. [sentences, width], row-major.
 * @throws BasinError `bad-input` for a language without an oracle
 */
export function lookUpFeatures(
  language: Language,
  sentences: readonly Sentence[],
  pooling: MlmRunSpec['downstream']['pooling'],
): Float32Array {
  const { oracle, words } = language;
  if (!oracle) throw noTable();
  const width = lookUpWidth(language, pooling);
  const features = new Float32Array(sentences.length * width);
  for (const [row, sentence] of sentences.entries()) {
    const first = row * width;
    for (const [position, conditional] of oracle.each(sentence).entries()) {
      if (pooling === 'concatenated') features.set(conditional, first + position * words.length);
      else {
        for (const [word, probability] of conditional.entries()) {
          const place = first + word;
          features[place] = (features[place] as number) + probability / sentence.length;
        }
      }
    }
  }
  return features;
}

export function noTable(): BasinError {
  const what = 'Setting downstream.lookUpTable: the true conditional of this language cannot be computed';
  const path = 'downstream.lookUpTable';
  return new BasinError('bad-input', `${what}. Turn it off, or take a dataset with an oracle.`, path);
}
