/** Curvature matrices as operators: what they share, whichever product they take. */
import { BasinError } from '#contract/error.ts';
import type { Feeds, Inputs, Program } from '#engine/engine.ts';
import type { Parameters } from '#engine/parameters.ts';
import type { Tensor } from '#engine/tf.ts';
import type { Landscape } from '../../definition.ts';
import type { SymmetricOperator, Vector } from '../../linalg/operator.ts';

export interface CurvatureOperator extends SymmetricOperator {
  /** Puts the weights back, bit for bit, and frees what the operator holds. */
  dispose(): void;
}

export type NamedTensors = Readonly<Record<string, Tensor>>;

/**
 * Vectors in one run of a block's graph, which shares the forward pass and the gradient between them. More
 * bring little, since the pass that each has of its own is the longest, and hold as many activations.
 */
const blockSize = 4;
/**
 * A block takes a tenth to a quarter off each product, 0.5 to 12 ms on the presets' models; TensorFlow
 * optimises its graph at the first run for 3 to 6 s.
 */
const worthwhile = 500;

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
  // By another choice of weights it is another product.
  const title =
    weights.count === parameters.count ? name : `${name} by ${[...weights.all.keys()].join(', ')}`;
  const compile = (vectors: number): Program<string> => {
    const body = (inputs: Inputs) => {
      const products: Record<string, Tensor> = {};
      for (let i = 0; i < vectors; i++) {
        const vector = all.map(([weight]) => [weight, inputs[place(i, weight)] as Tensor] as const);
        const found = product(inputs, Object.fromEntries(vector));
        for (const [weight, part] of Object.entries(found)) products[place(i, weight)] = part;
      }
      return products;
    };
    // Forward pass and gradient are the same for every vector on a batch.
    const kept = { variables: [...parameters.all.values()], varying: isVector };
    return engine.compile<string>(title, body, kept);
  };
  const single = compile(1);
  const block = compile(blockSize);

  const run = (program: Program<string>, vectors: readonly Vector[]): Float64Array[] => {
    const directions = Object.assign({}, ...vectors.map((vector, i) => feedsOf(all, vector, i)));
    const sums = vectors.map(() => new Float64Array(weights.count));
    for (const { feeds, share } of sharesOf(batches, examples, over)) {
      const products = program.run({ ...feeds, ...directions });
      for (const [i, sum] of sums.entries())
        addParts(sum, share, all, (weight) => products[place(i, weight)]);
    }
    for (const sum of sums) requireFinite(sum);
    return sums;
  };
  const matvec = (vector: Vector): Float64Array => run(single, [vector])[0] as Float64Array;
  return {
    size: weights.count,
    matvec,
    block: {
      ...{ size: blockSize, worthwhile },
      // A graph of its own for the vectors left over would not repay its making.
      matvecs: (vectors) => (vectors.length === blockSize ? run(block, vectors) : vectors.map(matvec)),
    },
    dispose() {
      single.dispose();
      block.dispose();
    },
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
const place = (vector: number, weight: string): string => `vector${vector}/${weight}`;
const isVector = (feed: string): boolean => /^vector\d+\//.test(feed);

function feedsOf(
  weights: readonly (readonly [string, { readonly size: number; readonly shape: number[] }])[],
  vector: Vector,
  index: number,
): Feeds {
  let offset = 0;
  const feeds = weights.map(([weight, { shape, size }]) => {
    const data = new Float32Array(vector.subarray(offset, offset + size));
    offset += size;
    return [place(index, weight), { shape, data }] as const;
  });
  return Object.fromEntries(feeds);
}
