/**
 * A bidirectional transformer over tokens: BERT (Devlin et al. 2019, arXiv 1810.04805) with layer
 * normalisation before each part (Xiong et al. 2020, arXiv 2002.04745), as in Liu et al. 2022.
 */
import { z } from 'zod';
import type { Parameters } from '#engine/parameters.ts';
import {
  add,
  gather,
  matMul,
  mul,
  oneHot,
  type Rank,
  reshape,
  slice,
  softmax,
  squeeze,
  sub,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tensor4d,
  transpose,
  unstack,
} from '#engine/tf.ts';
import type { TokenEncoder } from '../definition.ts';
import { dense, denseWeights } from './dense.ts';
import { gelu } from './gelu.ts';
import { layerNorm } from './layerNorm.ts';

/** Variance of a weight times its inputs: BERT’s deviation of 0.02 at its width of 768, for every width. */
export const gain = 0.02 ** 2 * 768;

const params = z
  .strictObject({
    layers: z.int().min(1).max(48).default(4).meta({
      title: 'Layers',
      description: 'Blocks of attention and feed-forward network.',
    }),
    width: z.int().min(4).max(4096).default(128).meta({
      title: 'Width',
      description: 'Numbers in a token’s embedding.',
      scale: 'log',
    }),
    heads: z.int().min(1).max(64).default(4).meta({
      title: 'Heads',
      description: 'Attention heads; the width is divided among them.',
    }),
    feedForward: z.int().min(4).max(16_384).default(512).meta({
      title: 'Feed-forward width',
      description: 'Hidden units of each block’s feed-forward network.',
      scale: 'log',
    }),
    shared: z.boolean().default(false).meta({
      title: 'Shared layers',
      description: 'All layers have the weights of one, as in ALBERT.',
    }),
    causal: z.boolean().default(false).meta({
      title: 'Causal',
      description: 'A token attends to itself and those before it alone, as in GPT.',
    }),
    alike: z.boolean().default(false).meta({
      title: 'Alike at first',
      description:
        'Queries begin with the weights of keys, twice their usual size, so that at first a token attends to tokens like it. Basin’s own; chains of references are learnt sooner.',
    }),
    tied: z.boolean().default(false).meta({
      title: 'Tied output',
      description: 'The output layer multiplies by the token embeddings and has only a bias of its own.',
    }),
  })
  .refine(({ width, heads }) => width % heads === 0, { path: ['heads'], error: 'it must divide the width' });

export const transformer: TokenEncoder<typeof params> = {
  kind: 'encoder',
  id: 'transformer',
  title: 'Transformer',
  help:
    'BERT with layer normalisation before each part, learned positions, GELU and no dropout. Layers may ' +
    'share their weights (ALBERT); the output layer may be tied to the token embeddings.',
  reference:
    'Devlin et al. 2019, arXiv 1810.04805; Xiong et al. 2020, arXiv 2002.04745; Lan et al. 2019 (ALBERT), ' +
    'arXiv 1909.11942',
  studies: ['mlm'],
  params,
  isCausal: ({ causal }) => causal,
  build(p, { vocabulary, words: classes, length }, parameters) {
    const deviation = Math.sqrt(gain / p.width);
    const tokens = parameters.normal('tokens', [vocabulary, p.width], deviation);
    const positions = parameters.normal('positions', [length, p.width], deviation);
    const distinct = Array.from({ length: p.shared ? 1 : p.layers }, (_, layer) =>
      block(`block${layer}`, p, parameters),
    );
    const blocks = Array.from({ length: p.layers }, (_, layer) => distinct[p.shared ? 0 : layer] as Block);
    const finalNorm = layerNorm('norm', p.width, parameters);
    const output = p.tied
      ? tiedOutput(tokens as unknown as Tensor2D, classes, parameters)
      : dense('output', p.width, classes, gain, parameters);
    return {
      width: p.width,
      embed(ids, mask, slots) {
        const [batch, used] = ids.shape;
        const padding = attentionBias(mask);
        const bias: Tensor4D = p.causal ? add(padding, causalBias(used)) : padding;
        const placed = add(gather(tokens, ids), slice(positions, [0, 0], [used, p.width]));
        let x = rowsOf(placed as Tensor3D);
        // What the last block makes of a token that nobody asks about, nobody reads.
        const last = blocks.at(-1) as Block;
        for (const apply of blocks.slice(0, -1)) x = apply(x, x, bias);
        // A causal token looks at others than its neighbours do: there all of them are made, then chosen.
        const early = slots !== undefined && !p.causal;
        x = last(early ? rowsAt(x, slots, used) : x, x, bias);
        if (slots !== undefined && !early) x = rowsAt(x, slots, used);
        return reshape<Rank.R3>(finalNorm(x), [batch, -1, p.width]);
      },
      logits: (embeddings) => output(embeddings as Tensor2D),
    };
  },
};

/**
 * Residual stream at the tokens that are asked about, [batch · asked, width], after one block that
 * attends to all tokens `x` [batch · length, width]; `bias` [batch, 1, 1, length].
 */
type Block = (asked: Tensor2D, x: Tensor2D, bias: Tensor4D) => Tensor2D;

type BlockShape = Pick<z.output<typeof params>, 'width' | 'heads' | 'feedForward'> & {
  readonly alike?: boolean;
};

export function block(
  name: string,
  { width, heads, feedForward, alike = false }: BlockShape,
  parameters: Parameters,
): Block {
  const attentionNorm = layerNorm(`${name}/attention/norm`, width, parameters);
  const attend = attention(`${name}/attention`, width, heads, alike, parameters);
  const feedForwardNorm = layerNorm(`${name}/feed_forward/norm`, width, parameters);
  const rise = dense(`${name}/feed_forward/in`, width, feedForward, gain, parameters);
  const fall = dense(`${name}/feed_forward/out`, feedForward, width, gain, parameters);
  return (asked, x, bias) => {
    const context = attentionNorm(x);
    const attended: Tensor2D = add(
      asked,
      attend(asked === x ? context : attentionNorm(asked), context, bias),
    );
    return add(attended, fall(gelu(rise(feedForwardNorm(attended)))));
  };
}

/**
 * softmax(q kᵀ / √d + bias) v in every head, all heads in one product: q from the tokens that are
 * asked about, k and v from all.
 */
function attention(
  name: string,
  width: number,
  heads: number,
  alike: boolean,
  parameters: Parameters,
): Block {
  const { kernel, bias: offset } = denseWeights(
    `${name}/query_key_value`,
    width,
    3 * width,
    gain,
    parameters,
    alike ? { columns: width, deviation: 2 * Math.sqrt(gain / width) } : undefined,
  );
  const out = dense(`${name}/out`, width, width, gain, parameters);
  const headWidth = width / heads;
  /** Parts `first` … `first + parts − 1` of query, key and value: `parts` of [batch, heads, rows, head width]. */
  const projected = (x: Tensor2D, batch: number, first: number, parts: number): Tensor4D[] => {
    const from = first * width;
    const product = matMul(x, slice(kernel, [0, from], [width, parts * width]) as Tensor2D);
    const shifted = add(product, slice(offset, from, parts * width));
    const split = transpose(reshape(shifted, [batch, -1, parts, heads, headWidth]), [2, 0, 3, 1, 4]);
    // tfjs cannot differentiate the unstacking of one.
    return (parts === 1 ? [squeeze(split, [0])] : unstack(split)) as Tensor4D[];
  };
  return (asked, x, bias) => {
    const [batch] = bias.shape;
    const [query, key, value] = (
      asked === x
        ? projected(x, batch, 0, 3)
        : [...projected(asked, batch, 0, 1), ...projected(x, batch, 1, 2)]
    ) as [Tensor4D, Tensor4D, Tensor4D];
    const scores = mul(matMul(query, key, false, true), 1 / Math.sqrt(headWidth));
    const read = matMul(softmax(add(scores, bias)), value);
    return out(reshape<Rank.R2>(transpose(read, [0, 2, 1, 3]), [-1, width]));
  };
}

/** x Eᵀ + b, E [classes, width] the embeddings of the words, which come first among the tokens. */
function tiedOutput(
  tokens: Tensor2D,
  classes: number,
  parameters: Parameters,
): (embeddings: Tensor2D) => Tensor2D {
  const bias = parameters.constant('output/bias', [classes], 0) as unknown as Tensor1D;
  return (embeddings) => {
    const words = slice(tokens, [0, 0], [classes, tokens.shape[1]]) as Tensor2D;
    return add(matMul(embeddings, words, false, true), bias);
  };
}

/** [batch, length, width] → [batch · length, width]. */
function rowsOf(x: Tensor3D): Tensor2D {
  return reshape<Rank.R2>(x, [-1, x.shape[2]]);
}

/**
 * Rows of `x` [batch · length, width] at `slots` [batch, asked] of each sequence: by a product with
 * one-hot rows, since a sequence is short.
 */
function rowsAt(x: Tensor2D, slots: Tensor2D, length: number): Tensor2D {
  const chosen = oneHot(slots, length, 1, 0, 'float32') as Tensor3D;
  const [, width] = x.shape;
  return rowsOf(matMul(chosen, reshape<Rank.R3>(x, [-1, length, width])));
}

/** [1, 1, length, length]: −10⁹ where the column's token comes after the row's. */
function causalBias(length: number): Tensor4D {
  const places = Array.from({ length: length ** 2 }, (_, at) =>
    at % length > Math.floor(at / length) ? -1e9 : 0,
  );
  return tensor4d(places, [1, 1, length, length]);
}

/** [batch, length], 1 for a token and 0 for padding → [batch, 1, 1, length], 0 and −10⁹. */
function attentionBias(mask: Tensor2D): Tensor4D {
  const [batch, length] = mask.shape;
  return reshape(mul(sub(mask, 1), 1e9), [batch, 1, 1, length]);
}
