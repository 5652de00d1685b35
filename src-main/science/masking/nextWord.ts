/** Asks for each word from those before it: the loss of a causal language model. */
import { z } from 'zod';
import type { Masking } from '../definition.ts';

const params = z.strictObject({});

export const nextWord: Masking<typeof params> = {
  kind: 'masking',
  id: 'next',
  title: 'The word to come',
  help:
    'Hides nothing: at [CLS] and at each word but the last, the word that follows is asked for. It takes an ' +
    'encoder that looks back alone. Trains the generator of dataset causal-lm.',
  reference: 'Radford et al. 2018',
  studies: ['mlm'],
  params,
  positions: () => [],
  most: (_params, length) => length,
  asks: () => (sentence) => Array.from(sentence, (answer, position) => ({ position: position - 1, answer })),
  ahead: true,
};
