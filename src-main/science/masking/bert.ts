/** Uniformly random positions, a fixed share of the sentence (Devlin et al. 2019). */
import { z } from 'zod';
import { permutation } from '#engine/random.ts';
import type { Masking } from '../definition.ts';

const params = z.strictObject({
  share: z.number().positive().max(1).default(0.15).meta({
    title: 'Share',
    description: 'Share of a sentence’s words that is hidden, rounded, at least one word.',
  }),
  max: z.int().min(1).max(64).default(5).meta({
    title: 'Most words',
    description: 'Largest number of words hidden in one sentence.',
  }),
});

export const bert: Masking<typeof params> = {
  kind: 'masking',
  id: 'bert',
  title: 'Random words',
  help:
    'Hides a share of the words, chosen uniformly. Every hidden word is replaced by [MASK]; BERT’s ' +
    'random and kept words are left out, so that the loss is about hidden words alone.',
  reference: 'Devlin et al. 2019, arXiv 1810.04805, section 3.1',
  studies: ['mlm'],
  params,
  positions: (p, length, random) => [
    ...permutation(random, length).subarray(0, hidden(p, length)).toSorted(),
  ],
  most: hidden,
};

function hidden({ share, max }: z.output<typeof params>, length: number): number {
  return Math.min(max, length, Math.max(1, Math.round(share * length)));
}
