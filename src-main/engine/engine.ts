/**
 * The seam between science and how it is executed. A program is a body of tfjs operations that is
 * run many times: everything that changes from run to run comes in as a feed, everything that stays
 * lives in variables. Eager execution calls the body each time; a captured graph need not.
 */
import type { Tensor, Variable } from './tf.ts';

export type Feed = number | { readonly shape: readonly number[]; readonly data: Float32Array | Int32Array };
export type Feeds = Readonly<Record<string, Feed>>;
export type Inputs = Readonly<Record<string, Tensor>>;

export interface Program<Output extends string> {
  /** Synchronous: TensorFlow computes while the caller waits. Outputs are copies. */
  run(feeds: Feeds): Readonly<Record<Output, Float32Array>>;
  dispose(): void;
}

export type Body<Output extends string> = (inputs: Inputs) => Readonly<Record<Output, Tensor>>;

/**
 * Says that the body is a pure function of name, spec and feeds, given these variables: all that it
 * reads and assigns, in an order that the spec determines. An engine may then keep what it made of the
 * body and use it in other runs of the spec, with other seeds.
 */
export interface Kept {
  readonly variables: readonly Variable[];
  /**
   * Feeds that change from run to run, where most of the body does not depend on them: an engine may
   * compute the rest once and hold it in memory until another feed (a new array) or a variable changes.
   */
  readonly varying?: (feed: string) => boolean;
}

export interface Engine {
  readonly id: string;
  /**
   * `body` may assign to variables and must take all else that changes through its inputs. Numbers
   * arrive as float32 scalars, typed arrays as tensors of their type.
   */
  compile<Output extends string>(name: string, body: Body<Output>, kept?: Kept): Program<Output>;
}

/** @throws Error where a program forgets to return what it promised. */
export function scalarOf(values: Float32Array | undefined): number {
  const value = values?.[0];
  if (value === undefined) throw new Error('A program returned no number.');
  return value;
}
