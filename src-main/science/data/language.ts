/** A source of sentences, with the truth about them where it can be computed. */
import type { Stream } from '#engine/random.ts';

/** A sentence: indexes into `Language.words`. */
export type Sentence = Int32Array;

export interface Language {
  readonly words: readonly string[];
  /** Words in the longest sentence. */
  readonly maxLength: number;
  /** A sentence to train on. */
  sample(random: Stream): Sentence;
  /** One to evaluate and probe on, where these are kept apart; else `sample` serves both. */
  heldOut?(random: Stream): Sentence;
  /** All sentences that are trained on, where they are a fixed set; `sample` draws from it with replacement. */
  readonly sentences?: readonly Sentence[];
  /** Share of each word among all words of the language: what a model without context can know. */
  readonly unigram: Float64Array;
  /** Absent where the true conditional cannot be computed. */
  readonly oracle?: Oracle;
  readonly tasks: readonly LanguageTask[];
  /** What a sentence asks beside its own words, the easiest first: for the masking that asks them. */
  questions?(sentence: Sentence): readonly Question[];
}

/** A word to be given at a position, which need not be the word that stands there. */
export interface Question {
  readonly position: number;
  readonly answer: number;
}

/** A sentence that was not trained on, where the language keeps some apart; else one that is drawn afresh. */
export function unseen(language: Language, random: Stream): Sentence {
  return language.heldOut?.(random) ?? language.sample(random);
}

/** Exact conditionals, in double precision. */
export interface Oracle {
  /** p(word at each of `masked` | all positions not in `masked`): one row of words a position. */
  conditionals(sentence: Sentence, masked: readonly number[]): readonly Float64Array[];
  /** The same with every position masked in turn, from one pass. */
  each(sentence: Sentence): readonly Float64Array[];
  /** log p(sentence), nats. */
  logProbability(sentence: Sentence): number;
}

/** A downstream task, labelled by the oracle. */
export interface LanguageTask {
  readonly id: string;
  readonly title: string;
  readonly classes: readonly string[];
  /** Words in the shortest sentence that the task is asked about. */
  readonly minLength: number;
  /** Index into `classes`. */
  label(sentence: Sentence): number;
}
