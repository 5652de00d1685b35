/**
 * Exact conditionals under a causal language model, p(x) = Π p(x_t | x_<t), by enumeration: every word is tried at
 * the masked positions, and the sentence's probability with it is what it weighs. In double precision; everything is
 * given the sentence's length.
 */
import { BasinError } from '#contract/error.ts';
import type { CausalModel } from '../data/causalModel.ts';
import type { Oracle, Sentence } from '../data/language.ts';
import { checkedOracle, checkSentence } from './questions.ts';

/** Ways to fill the masked positions that are still tried. */
const mostFillings = 1e6;

/** One way to fill the masked positions, in their ascending order. */
interface Filling {
  readonly words: readonly number[];
  /** log p of the sentence, nats. */
  readonly log: number;
}

export function causalOracle({ words, maxLength, after }: CausalModel): Oracle {
  const check = (sentence: Sentence): void => {
    checkSentence(sentence, words.length, 'model');
    if (sentence.length <= maxLength) return;
    const why = `it has ${sentence.length} words, the model takes ${maxLength}`;
    throw new BasinError('bad-input', `Sentence: ${why}. Take a shorter one.`);
  };

  /** Depth first, so that what the fillings share is read once. */
  const fillings = (sentence: Sentence, masked: ReadonlySet<number>): Filling[] => {
    const found: Filling[] = [];
    const visit = (position: number, next: Float64Array, log: number, filled: readonly number[]): void => {
      const isMasked = masked.has(position);
      const choices = isMasked ? next.keys() : [sentence[position] as number];
      for (const word of choices) {
        const total = log + (next[word] as number);
        const filling = isMasked ? [...filled, word] : filled;
        if (position + 1 === sentence.length) found.push({ words: filling, log: total });
        else visit(position + 1, after(position, word), total, filling);
      }
    };
    visit(0, after(-1, 0), 0, []);
    return found;
  };

  const conditionals = (sentence: Sentence, masked: readonly number[]): readonly Float64Array[] => {
    const ascending = [...new Set(masked)].sort((a, b) => a - b);
    const ways = words.length ** ascending.length;
    if (ways > mostFillings) {
      const why = `${ascending.length} positions of ${words.length} words can be filled in too many ways`;
      throw new BasinError('unsupported', `Masked positions: ${why}. Mask fewer together.`);
    }
    const found = fillings(sentence, new Set(ascending));
    const largest = found.reduce((most, { log }) => Math.max(most, log), Number.NEGATIVE_INFINITY);
    const weights = found.map(({ log }) => Math.exp(log - largest));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return masked.map((position) => {
      const place = ascending.indexOf(position);
      const row = new Float64Array(words.length);
      for (const [i, filling] of found.entries()) {
        const word = filling.words[place] as number;
        row[word] = (row[word] as number) + (weights[i] as number) / total;
      }
      return row;
    });
  };

  return checkedOracle(check, conditionals, (sentence) => {
    let log = 0;
    for (const [position, word] of sentence.entries()) {
      const next = after(position - 1, position === 0 ? 0 : (sentence[position - 1] as number));
      log += next[word] as number;
    }
    return log;
  });
}
