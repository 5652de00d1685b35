/** Curvature matrices as operators: what they share, whichever product they take. */
import { BasinError } from '#contract/error.ts';
import type { Feeds, Inputs } from '#engine/engine.ts';
import type { Parameters } from '#engine/parameters.ts';
import type { Tensor } from '#engine/tf.ts';
import type { Landscape } from '../../definition.ts';
import type { SymmetricOperator, Vector } from '../../linalg/operator.ts';

export interface CurvatureOperator extends SymmetricOperator {
  /** Puts the weights back, bit for bit, and frees what the operator holds. */
  dispose(): void;
}

export type NamedTensors = Readonly<Record<string, Tensor>>;

export interface CurvatureProduct {
  /** What programs are called in warnings. */
  readonly name: string;
  /** From a batch and a vector, by weight name, to its product. */
  product(inputs: Inputs, vector: NamedTensors): NamedTensors;
  /** Whether the product on a batch is a mean over its examples or a sum. */
  readonly over: 'mean' | 'sum';
}

/** The mean over the examples of all `batches`, at the present values of `weights`. */
export function curvatureOperator(
  { engine, parameters, examples }: Pick<Landscape, 'engine' | 'parameters' | 'examples'>,
  weights: Parameters,
  batches: readonly Feeds[],
  { name, product, over }: CurvatureProduct,
): CurvatureOperator {
  const all = [...weights.all];
  const shares = sharesOf(batches, examples, over);
  // By another choice of weights it is another product.
  const title =
    weights.count === parameters.count ? name : `${name} by ${[...weights.all.keys()].join(', ')}`;
  const body = (inputs: Inputs) => {
    const vector = all.map(([weight]) => [weight, inputs[feedOf(weight)] as Tensor] as const);
    return { ...product(inputs, Object.fromEntries(vector)) };
  };
  // Forward pass and gradient are the same for every vector on a batch: with one batch they are taken
  // once. Of several batches the last one's would be held, since all of them could fill the memory.
  const kept = { variables: [...parameters.all.values()], varying: isVector };
  const program = engine.compile<string>(title, body, kept);
  return {
    size: weights.count,
    matvec(vector) {
      const direction = feedsOf(all, vector);
      const sum = new Float64Array(weights.count);
      for (const { feeds, share } of shares) {
        const products = program.run({ ...feeds, ...direction });
        addParts(sum, share, all, (weight) => products[weight]);
      }
      requireFinite(sum);
      return sum;
    },
    dispose: () => program.dispose(),
  };
}

/** How much each batch counts in the mean over all examples. */
export function sharesOf(
  batches: readonly Feeds[],
  examples: Landscape['examples'],
  over: CurvatureProduct['over'],
): { readonly feeds: Feeds; readonly share: number }[] {
  const counts = batches.map(examples);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return batches.map((feeds, i) => ({ feeds, share: (over === 'mean' ? (counts[i] as number) : 1) / total }));
}

/** `sum` += `share` · the parts, one weight after another. */
export function addParts(
  sum: Float64Array,
  share: number,
  weights: readonly (readonly [string, { readonly size: number }])[],
  partOf: (weight: string) => Float32Array | undefined,
): void {
  let offset = 0;
  for (const [weight, { size }] of weights) {
    const part = partOf(weight) as Float32Array;
    for (let i = 0; i < size; i++)
      sum[offset + i] = (sum[offset + i] as number) + share * (part[i] as number);
    offset += size;
  }
}

/** @throws BasinError `worker` where a product has overflowed */
export function requireFinite(product: Float64Array): void {
  // One that is not finite makes the sum so, too; asking each takes as long as a small product.
  let sum = 0;
  for (let i = 0; i < product.length; i++) sum += product[i] as number;
  if (Number.isFinite(sum)) return;
  throw new BasinError(
    'worker',
    'Curvature: a product is not finite. Measure a checkpoint from before the weights diverged.',
  );
}

/** Apart from the batch's own names. */
const vectorPrefix = 'vector/';
const feedOf = (weight: string): string => `${vectorPrefix}${weight}`;
const isVector = (feed: string): boolean => feed.startsWith(vectorPrefix);

function feedsOf(
  weights: readonly (readonly [string, { readonly size: number; readonly shape: number[] }])[],
  vector: Vector,
): Feeds {
  let offset = 0;
  const feeds = weights.map(([weight, { shape, size }]) => {
    const data = new Float32Array(vector.subarray(offset, offset + size));
    offset += size;
    return [feedOf(weight), { shape, data }] as const;
  });
  return Object.fromEntries(feeds);
}
