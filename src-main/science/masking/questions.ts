/** Asks what the language itself asks, and hides no word. */
import { z } from 'zod';
import { BasinError } from '#contract/error.ts';
import type { Masking } from '../definition.ts';

const params = z.strictObject({
  first: z.int().min(1).max(64).default(4).meta({
    title: 'Trained questions',
    description:
      'Of each sentence’s questions, the first so many are trained on; the rest are left to be solved.',
  }),
});

export const questions: Masking<typeof params> = {
  kind: 'masking',
  id: 'questions',
  title: 'The language’s questions',
  help:
    'Hides nothing: the loss is about the language’s own questions, such as the value of each variable of a ' +
    'LEGO chain, of which the first few are trained on.',
  reference: 'Zhang et al. 2022 (LEGO), arXiv 2206.04301',
  studies: ['mlm'],
  params,
  positions: () => [],
  most: ({ first }) => first,
  asks({ first }, language) {
    const asked = language.questions;
    if (asked) return (sentence) => asked(sentence).slice(0, first);
    const path = 'masking.id';
    const why = 'questions asks what the language asks, and this one has no questions';
    throw new BasinError('bad-input', `Setting ${path}: ${why}. Take bert.`, path);
  },
};
