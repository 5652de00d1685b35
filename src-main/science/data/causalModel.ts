/** A causal language model of this program: read from the checkpoint of a run that was trained on the word to come. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { BasinError } from '#contract/error.ts';
import { decodeSafetensors } from '#engine/safetensors.ts';
import { plainTransformer } from '../nn/plainTransformer.ts';

export interface CausalModel {
  readonly words: readonly string[];
  /** Words of the longest sentence whose probability it was trained to give. */
  readonly maxLength: number;
  /**
   * log p(word after `word` at `position`), nats, [words]; position −1 stands before the first word, whatever
   * `word` is then. The words at positions before are those of the latest calls there.
   */
  after(position: number, word: number): Float64Array;
}

/** What of a checkpoint's spec the forward pass depends on. */
const metadata = z.object({
  words: z.array(z.string()),
  spec: z.object({
    encoder: z.object({
      id: z.literal('transformer'),
      causal: z.literal(true),
      layers: z.int(),
      width: z.int(),
      heads: z.int(),
      feedForward: z.int(),
      shared: z.boolean(),
      tied: z.boolean(),
    }),
  }),
});

/** @throws BasinError `not-found`, `corrupt`; `bad-input` for another model's checkpoint */
export function readCausalModel(path: string): CausalModel {
  const { tensors, metadata: texts } = decodeSafetensors(readBytes(path), path);
  const parsed = metadata.safeParse({ words: parseJson(texts.words), spec: parseJson(texts.spec) });
  if (!parsed.success) {
    const why =
      'it is no causal language model. Take the checkpoint of a run with encoder.causal and masking next';
    throw new BasinError('bad-input', `${path}: ${why}.`, path);
  }
  const { words, spec } = parsed.data;
  const model = plainTransformer(tensors, { ...spec.encoder, words: words.length }, path);
  // Tokens of a sequence are [CLS], the words and [SEP]; [CLS] is the first after the words.
  return {
    words,
    maxLength: model.length - 2,
    after: (position, word) => logSoftmax(model.read(position + 1, position < 0 ? words.length : word)),
  };
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BasinError('not-found', `${path}: it cannot be read: ${why}. Check the path.`, path);
  }
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

function logSoftmax(logits: Float64Array): Float64Array {
  const largest = logits.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0);
  const shift = largest + Math.log(sum);
  return logits.map((logit) => logit - shift);
}
