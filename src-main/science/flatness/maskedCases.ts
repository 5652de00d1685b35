/** What the flatness of encoder position-neurons is computed from: its weights, and a batch's masked words. */
import { BasinError } from '#contract/error.ts';
import type { Feeds } from '#engine/engine.ts';
import type { Parameters } from '#engine/parameters.ts';

/** Both [places, width], row-major. */
export interface Neurons {
  readonly attention: Float64Array;
  readonly output: Float64Array;
  readonly places: number;
  readonly width: number;
}

/** One masked word: the encodings of all words of its sentence, its own being 0. */
export interface Case {
  readonly encodings: readonly number[];
  readonly place: number;
  /** Share of the mean. */
  readonly weight: number;
}

/** @throws BasinError `bad-input` for the weights of another encoder */
export function neuronsOf({ all }: Parameters): Neurons {
  const [attention, output] = [all.get('attention'), all.get('output')];
  if (!attention || !output) {
    const why = 'it knows the Hessian of encoder position-neurons alone. Take exact';
    throw new BasinError('bad-input', `Flatness flattening: ${why}.`, 'flatness.id');
  }
  const [places = 0, width = 0] = attention.shape;
  return {
    attention: Float64Array.from(attention.dataSync()),
    output: Float64Array.from(output.dataSync()),
    places,
    width,
  };
}

/** From a batch's feeds: `ids` [sentences, length] begin with [CLS]; `slots` [sentences, most]; `weights`. Equal ones are one. */
export function casesOf(feeds: Feeds): readonly Case[] {
  const arrayOf = (name: string): FeedArray => {
    const feed = feeds[name];
    return typeof feed === 'object' ? feed : { shape: [], data: [] };
  };
  const [ids, slots, weights] = [arrayOf('ids'), arrayOf('slots'), arrayOf('weights')];
  const [, length = 0] = ids.shape;
  const [, most = 0] = slots.shape;
  const total = Array.from(weights.data).reduce((sum, weight) => sum + weight, 0);
  const cases = Array.from(slots.data, (slot, i): Case => {
    const first = Math.floor(i / most) * length;
    const tokens = Array.from({ length: length - 2 }, (_, place) => ids.data[first + 1 + place] as number);
    return {
      encodings: tokens.map((token) => [-1, 1][token] ?? 0),
      place: slot - 1,
      weight: (weights.data[i] as number) / total,
    };
  });
  const alike = Map.groupBy(cases, ({ place, encodings }) => `${place} ${encodings.join(' ')}`);
  return [...alike.values()].map(([first, ...others]) => {
    // A group has a first one.
    const { encodings, place, weight } = first as Case;
    return { encodings, place, weight: others.reduce((sum, other) => sum + other.weight, weight) };
  });
}
interface FeedArray {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** σ′(z) = p (1 − p). */
export function slopeAt(z: number): number {
  const p = 1 / (1 + Math.exp(-z));
  return p * (1 - p);
}
