/** Cross-entropy with the words that stand in held-out sentences: for any language, with or without an oracle. */
import { z } from 'zod';
import { permutation } from '#engine/random.ts';
import { unseen } from '../data/language.ts';
import type { MlmEvaluation } from '../definition.ts';
import { meanOf } from '../linalg/hutchinson.ts';

const params = z.strictObject({
  sentences: z.int().min(2).max(100_000).default(500).meta({
    title: 'Sentences',
    description: 'Held-out sentences, drawn once.',
    scale: 'log',
  }),
  positions: z.int().min(0).max(64).default(1).meta({
    title: 'Positions',
    description: 'Positions masked a sentence, one at a time; 0 masks every one.',
  }),
});

export const heldOut: MlmEvaluation<typeof params> = {
  kind: 'evaluation',
  id: 'held-out',
  title: 'Held-out loss',
  help:
    'Cross-entropy with the very word that is masked, one position at a time, on sentences that are not trained ' +
    'on. It needs no oracle; its floor is not known. The unigram model it is compared with knows word frequencies.',
  studies: ['mlm'],
  params,
  prepare(p, language, random) {
    const cases = Array.from({ length: p.sentences }, () => {
      const sentence = unseen(language, random);
      const every = permutation(random, sentence.length);
      return { sentence, masked: p.positions === 0 ? every : every.subarray(0, p.positions) };
    });
    const sentences = cases.flatMap(({ sentence, masked }) => Array.from(masked, () => sentence));
    const masked = Int32Array.from(cases.flatMap((one) => [...one.masked]));
    const words = language.words.length;
    /** A mean over sentences of each one's mean over positions; `log` is log p of a case's own word. */
    const loss = (log: (row: number, word: number) => number) => {
      let row = 0;
      return meanOf(
        cases.map((one) => {
          const logs = Array.from(one.masked, (position) => log(row++, one.sentence[position] as number));
          return -meanOf(logs).estimate;
        }),
      );
    };
    const unigram = loss((_row, word) => Math.log(language.unigram[word] as number));
    return {
      references: { 'loss/unigram': unigram.estimate },
      measure(predict) {
        const logs = predict(sentences, masked);
        const { estimate, stderr } = loss((row, word) => logs[row * words + word] as number);
        return [{ name: 'loss/held_out', value: estimate, stderr }];
      },
    };
  },
};
