/** Batches of masked sentences, fresh at every step or of a fixed set: a pure function of the seed and the step. */
import { BasinError } from '#contract/error.ts';
import type { Feeds } from '#engine/engine.ts';
import { permutation, type Stream, stream } from '#engine/random.ts';
import type { Chosen } from '../../choice.ts';
import type { Language, Question, Sentence } from '../../data/language.ts';
import type { Masking, TokenEncoder } from '../../definition.ts';
import { sequences, type Tokens, tokenAt } from './tokens.ts';

export interface HidingRule {
  /** Positions to hide in a sentence of `length` words. */
  positions(length: number, random: Stream): readonly number[];
  /** Most positions that are ever asked about in one sentence. */
  readonly most: number;
  /** What is asked in place of the hidden words. */
  questions?(sentence: Sentence): readonly Question[];
}

export interface MaskedSentence {
  readonly sentence: Sentence;
  readonly hidden: readonly number[];
  /** What is asked: the words at the hidden positions, or questions of the language's own. */
  readonly asked: readonly Question[];
}

/** @throws BasinError `bad-input` where the masking cannot be asked of this language by this encoder */
export function hidingRule(
  masking: Chosen<Masking>,
  encoder: Chosen<TokenEncoder>,
  language: Language,
): HidingRule {
  const { definition, params } = masking;
  if (definition.ahead && !encoder.definition.isCausal?.(encoder.params)) {
    const path = 'masking.id';
    const why = `${definition.id} asks for words that this encoder sees. Set encoder.causal, or take bert`;
    throw new BasinError('bad-input', `Setting ${path}: ${why}.`, path);
  }
  const questions = definition.asks?.(params, language);
  return {
    most: definition.most(params, language.maxLength),
    positions: definition.positions.bind(definition, params),
    ...(questions ? { questions } : {}),
  };
}

/** What of a spec says how batches are drawn: `sentences` and `labelNoise` as there. */
export interface BatchSettings {
  readonly batchSize: number;
  readonly seed: number;
  readonly sentences?: number | null;
  readonly labelNoise?: number;
}

export interface Batches {
  sentences(step: number): readonly MaskedSentence[];
  /**
   * Beside `ids` and `mask`: `slots` [sentences, most], the place of each token that is asked about in its
   * sequence; `targets` [sentences · most], the word that is the answer; and `weights` of the same
   * shape, 1 or, for a slot that a shorter sentence leaves unused, 0. Every batch has one shape.
   */
  batch(step: number): Feeds;
  /** A batch of `size` that is the same at every call and never trained on; another for each `index`. */
  fixed(size: number, index?: number): Feeds;
  /** Masked words in a batch. */
  count(batch: Feeds): number;
}

export function maskedBatches(
  language: Language,
  tokens: Tokens,
  rule: HidingRule,
  { batchSize, seed, sentences: size = null, labelNoise = 0 }: BatchSettings,
): Batches {
  const draw = (count: number, data: Stream, masks: Stream): MaskedSentence[] =>
    Array.from({ length: count }, () => {
      const sentence = language.sample(data);
      const hidden = rule.positions(sentence.length, masks);
      const words = hidden.map((position) => ({ position, answer: sentence[position] as number }));
      return { sentence, hidden, asked: rule.questions?.(sentence) ?? words };
    });
  const set = size === null ? null : draw(size, stream(seed, 'data/set'), stream(seed, 'masks/set'));
  const sentences = (step: number): readonly MaskedSentence[] => {
    if (!set) return draw(batchSize, stream(seed, 'data', step), stream(seed, 'masks', step));
    if (batchSize === set.length) return set;
    const places = permutation(stream(seed, 'data', step), set.length).subarray(0, batchSize);
    return Array.from(places, (place) => set[place] as MaskedSentence);
  };
  return {
    sentences,
    batch(step) {
      const feeds = feedsOf(tokens, sentences(step), rule.most);
      return labelNoise > 0
        ? disturbed(feeds, labelNoise, tokens.words, stream(seed, 'labels', step))
        : feeds;
    },
    fixed(size, index = 0) {
      const [data, masks] = [stream(seed, 'flatness/data', index), stream(seed, 'flatness/masks', index)];
      return feedsOf(tokens, draw(size, data, masks), rule.most);
    },
    count({ weights }) {
      const all = typeof weights === 'object' ? Float32Array.from(weights.data) : new Float32Array(0);
      return all.reduce((sum, weight) => sum + weight, 0);
    },
  };
}

/** Each target becomes, with the given probability, a word drawn evenly from all. */
function disturbed(feeds: Feeds, probability: number, words: number, random: Stream): Feeds {
  const { targets } = feeds;
  if (typeof targets !== 'object') return feeds;
  const data = targets.data.map((word) => (random.uniform() < probability ? random.integer(words) : word));
  return { ...feeds, targets: { ...targets, data } };
}

export function feedsOf(tokens: Tokens, masked: readonly MaskedSentence[], most: number): Feeds {
  const count = masked.length * most;
  const slots = new Int32Array(count);
  const targets = new Int32Array(count);
  const weights = new Float32Array(count);
  for (const [row, { asked }] of masked.entries()) {
    for (const [i, { position, answer }] of asked.entries()) {
      const slot = row * most + i;
      slots[slot] = tokenAt(position);
      targets[slot] = answer;
      weights[slot] = 1;
    }
  }
  const shape = [count];
  return {
    ...sequences(
      tokens,
      masked.map(({ sentence }) => sentence),
      (row) => masked[row]?.hidden ?? [],
    ),
    slots: { shape: [masked.length, most], data: slots },
    targets: { shape, data: targets },
    weights: { shape, data: weights },
  };
}
