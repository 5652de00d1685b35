/** Batches of masked sentences, fresh at every step: a pure function of the seed and the step. */
import type { Feeds } from '#engine/engine.ts';
import { type Stream, stream } from '#engine/random.ts';
import type { Language, Sentence } from '../../data/language.ts';
import { sequences, type Tokens, tokenAt } from './tokens.ts';

export interface HidingRule {
  /** Positions to hide in a sentence of `length` words. */
  positions(length: number, random: Stream): readonly number[];
  /** Most positions that are ever hidden in one sentence. */
  readonly most: number;
}

export interface MaskedSentence {
  readonly sentence: Sentence;
  readonly hidden: readonly number[];
}

export interface Batches {
  sentences(step: number): readonly MaskedSentence[];
  /**
   * Beside `ids` and `mask`: `slots` [sentences, most], the place of each hidden token in its
   * sequence; `targets` [sentences · most], the word that stood there; and `weights` of the same
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
  batchSize: number,
  seed: number,
): Batches {
  const draw = (count: number, data: Stream, masks: Stream): MaskedSentence[] =>
    Array.from({ length: count }, () => {
      const sentence = language.sample(data);
      return { sentence, hidden: rule.positions(sentence.length, masks) };
    });
  const sentences = (step: number): MaskedSentence[] =>
    draw(batchSize, stream(seed, 'data', step), stream(seed, 'masks', step));
  return {
    sentences,
    batch: (step) => feedsOf(tokens, sentences(step), rule.most),
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

export function feedsOf(tokens: Tokens, masked: readonly MaskedSentence[], most: number): Feeds {
  const count = masked.length * most;
  const slots = new Int32Array(count);
  const targets = new Int32Array(count);
  const weights = new Float32Array(count);
  for (const [row, { sentence, hidden }] of masked.entries()) {
    for (const [i, position] of hidden.entries()) {
      const slot = row * most + i;
      slots[slot] = tokenAt(position);
      targets[slot] = sentence[position] as number;
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
