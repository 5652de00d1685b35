/**
 * Exact probabilities under a hidden Markov model by the forward–backward algorithm (Rabiner 1989, section
 * III), in double precision. Every step's values are divided by their sum, whose logarithm is kept, so that
 * no product over a long sentence underflows. Everything is given the sentence's length.
 */
import type { HiddenMarkov } from '../data/hiddenMarkov.ts';
import type { Oracle, Sentence } from '../data/language.ts';
import { checkMasked, checkSentence, NoConditional } from './questions.ts';

export interface ForwardBackward extends Oracle {
  /** p(state at `position` | all words), [states]; `position` may be the length: the state that follows. */
  statePosterior(sentence: Sentence, position: number): Float64Array;
}

/** [positions, states], row-major, each row divided by its sum. */
interface Passes {
  /** p(state at t | words before t); one row more than there are words. */
  readonly before: Float64Array;
  /** ∝ p(words after t | state at t). */
  readonly after: Float64Array;
  /** log p(all words), nats; −∞ where they cannot be. */
  readonly logProbability: number;
}

export function forwardBackward(model: HiddenMarkov): ForwardBackward {
  const states = model.states.length;
  const words = model.words.length;
  const check = (sentence: Sentence): void => checkSentence(sentence, words, 'model');
  const hidden = new Float64Array(states).map((_, s) =>
    model.emission.subarray(s * words, (s + 1) * words).reduce((sum, p) => sum + p, 0),
  );

  /** p(word at t | state), or of any word where it is masked. */
  const emitted = (word: number, state: number): number =>
    (word < 0 ? hidden[state] : model.emission[state * words + word]) as number;

  const passes = (sentence: Sentence, masked?: ReadonlySet<number>): Passes => {
    const { length } = sentence;
    const seen = masked ? sentence.map((word, t) => (masked.has(t) ? -1 : word)) : sentence;
    const before = new Float64Array((length + 1) * states);
    const after = new Float64Array(length * states);
    before.set(model.initial);
    let logProbability = 0;
    for (let t = 0; t < length; t++) {
      const next = (t + 1) * states;
      let sum = 0;
      for (let s = 0; s < states; s++) {
        const mass = (before[t * states + s] as number) * emitted(seen[t] as number, s);
        if (mass === 0) continue;
        sum += mass;
        for (let to = 0; to < states; to++) {
          before[next + to] =
            (before[next + to] as number) + mass * (model.transition[s * states + to] as number);
        }
      }
      logProbability += Math.log(sum);
      divide(before.subarray(next, next + states));
    }
    after.fill(1, (length - 1) * states);
    for (let t = length - 1; t > 0; t--) {
      for (let s = 0; s < states; s++) {
        let sum = 0;
        for (let to = 0; to < states; to++) {
          sum +=
            (model.transition[s * states + to] as number) *
            emitted(seen[t] as number, to) *
            (after[t * states + to] as number);
        }
        after[(t - 1) * states + s] = sum;
      }
      divide(after.subarray((t - 1) * states, t * states));
    }
    return { before, after, logProbability };
  };

  const rowAt = ({ before, after }: Passes, position: number): Float64Array => {
    const row = new Float64Array(words);
    for (let s = 0; s < states; s++) {
      const weight = (before[position * states + s] as number) * (after[position * states + s] as number);
      if (weight === 0) continue;
      for (let w = 0; w < words; w++) {
        row[w] = (row[w] as number) + weight * (model.emission[s * words + w] as number);
      }
    }
    if (divide(row) > 0) return row;
    throw new NoConditional(position, 'model');
  };

  return {
    conditionals(sentence, masked) {
      check(sentence);
      checkMasked(sentence, masked);
      const both = passes(sentence, new Set(masked));
      return masked.map((position) => rowAt(both, position));
    },
    each(sentence) {
      check(sentence);
      // What surrounds a position does not depend on the word at it: one pass serves them all.
      const both = passes(sentence);
      return Array.from(sentence, (_, position) => rowAt(both, position));
    },
    logProbability(sentence) {
      check(sentence);
      return passes(sentence).logProbability;
    },
    statePosterior(sentence, position) {
      check(sentence);
      const { before, after } = passes(sentence);
      const from = position * states;
      if (position === sentence.length) return before.slice(from, from + states);
      const posterior = new Float64Array(states).map(
        (_, s) =>
          (before[from + s] as number) *
          (after[from + s] as number) *
          emitted(sentence[position] as number, s),
      );
      divide(posterior);
      return posterior;
    },
  };
}

/** Divides by the sum, which is the answer; leaves zeros as they are. */
function divide(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  if (sum > 0) for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) / sum;
  return sum;
}
