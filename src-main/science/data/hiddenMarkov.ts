/** Hidden Markov models (Rabiner 1989): read from a model file or drawn by a generator. */
import { z } from 'zod';
import { BasinError } from '#contract/error.ts';
import type { Stream } from '#engine/random.ts';
import type { Sentence } from './language.ts';
import { weightedIndex } from './weightedIndex.ts';

const probability = z.number().min(0).max(1);
const row = z.array(probability).min(1);

/** `states` are names or their number; row i of `transition` and `emission` belongs to state i. */
export const hiddenMarkovFile = z.strictObject({
  states: z.union([z.int().min(1).max(10_000), z.array(z.string().min(1)).min(1)]),
  words: z.array(z.string().min(1)).min(1),
  initial: row,
  transition: z.array(row).min(1),
  emission: z.array(row).min(1),
});
type HiddenMarkovFile = z.infer<typeof hiddenMarkovFile>;

export interface HiddenMarkov {
  readonly states: readonly string[];
  readonly words: readonly string[];
  /** p(first state), [states]. */
  readonly initial: Float64Array;
  /** p(next state | state), [states, states], row-major. */
  readonly transition: Float64Array;
  /** p(word | state), [states, words], row-major. */
  readonly emission: Float64Array;
}

/** One distribution may miss 1 by this much: files carry rounded numbers. */
const sumTolerance = 1e-6;

/**
 * @param source names the model in errors.
 * @throws BasinError `bad-input` for names that occur twice, sizes that do not fit, and sums other than 1.
 */
export function hiddenMarkovOf(file: HiddenMarkovFile, source = 'HMM'): HiddenMarkov {
  const fail = (what: string, why: string): never => {
    throw new BasinError('bad-input', `${source}, ${what}: ${why}.`, source);
  };
  const states =
    typeof file.states === 'number'
      ? Array.from({ length: file.states }, (_, state) => String(state))
      : file.states;
  for (const [what, names] of [['states', states] as const, ['words', file.words] as const]) {
    if (new Set(names).size < names.length) fail(what, 'a name occurs twice. Name each once');
  }
  const distribution = (what: string, entries: readonly number[], length: number): readonly number[] => {
    if (entries.length !== length) fail(what, `it has ${entries.length} entries. Give it ${length}`);
    const sum = entries.reduce((total, entry) => total + entry, 0);
    if (!(Math.abs(sum - 1) <= sumTolerance)) {
      fail(what, `its probabilities add up to ${sum}. Make them add up to 1`);
    }
    return entries;
  };
  const table = (what: string, rows: readonly (readonly number[])[], length: number): Float64Array => {
    if (rows.length !== states.length) fail(what, `it has ${rows.length} rows. Give it ${states.length}`);
    return Float64Array.from(rows.flatMap((each, i) => distribution(`${what}, row ${i + 1}`, each, length)));
  };
  return {
    states,
    words: file.words,
    initial: Float64Array.from(distribution('initial', file.initial, states.length)),
    transition: table('transition', file.transition, states.length),
    emission: table('emission', file.emission, file.words.length),
  };
}

/** Words of one random walk over the states, `length` of them. */
export function walk(model: HiddenMarkov, length: number, random: Stream): Sentence {
  const states = model.states.length;
  const words = model.words.length;
  const sentence = new Int32Array(length);
  let state = draw(model.initial, random);
  for (let t = 0; t < length; t++) {
    if (t > 0) state = draw(model.transition.subarray(state * states, (state + 1) * states), random);
    sentence[t] = draw(model.emission.subarray(state * words, (state + 1) * words), random);
  }
  return sentence;
}

/**
 * Share of each word among all words of sentences whose lengths have probabilities `lengths` [longest + 1]:
 * p(state at t) for each t, times its emissions, weighted by how often sentences get there.
 */
export function wordShares(model: HiddenMarkov, lengths: Float64Array): Float64Array {
  const states = model.states.length;
  const words = model.words.length;
  const share = new Float64Array(words);
  let reached = 1;
  let now = Float64Array.from(model.initial);
  for (let t = 0; t < lengths.length - 1; t++) {
    reached -= lengths[t] as number;
    const next = new Float64Array(states);
    for (let s = 0; s < states; s++) {
      const mass = now[s] as number;
      for (let w = 0; w < words; w++) {
        share[w] = (share[w] as number) + reached * mass * (model.emission[s * words + w] as number);
      }
      for (let to = 0; to < states; to++) {
        next[to] = (next[to] as number) + mass * (model.transition[s * states + to] as number);
      }
    }
    now = next;
  }
  const total = share.reduce((sum, each) => sum + each, 0);
  return share.map((each) => each / total);
}

function draw(weights: Float64Array, random: Stream): number {
  let total = 0;
  for (const weight of weights) total += weight;
  return weightedIndex(weights, total, random);
}
