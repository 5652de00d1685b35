/** How far along a chain of reasoning a model gets (Zhang et al. 2022, arXiv 2206.04301, section 3). */
import { z } from 'zod';
import { BasinError } from '#contract/error.ts';
import { type Question, type Sentence, unseen } from '../data/language.ts';
import type { Measured, MlmEvaluation } from '../definition.ts';
import { judged } from '../probes/accuracy.ts';

const params = z.strictObject({
  sentences: z.int().min(2).max(100_000).default(500).meta({
    title: 'Sentences',
    description: 'Sentences, drawn once, of which every question is asked.',
    scale: 'log',
  }),
});

interface Case extends Question {
  readonly sentence: Sentence;
}

export const chain: MlmEvaluation<typeof params> = {
  kind: 'evaluation',
  id: 'chain',
  title: 'Accuracy along the chain',
  help:
    'Share of right answers to the first, second, … question of each sentence, trained on or not: the likeliest ' +
    'of all words must be the answer. accuracy/chain/1 is the first; LEGO’s chance level is one half.',
  reference: 'Zhang et al. 2022, arXiv 2206.04301, section 3',
  studies: ['mlm'],
  params,
  prepare({ sentences }, language, random) {
    const { questions, words } = language;
    if (!questions) {
      const why = 'Evaluation chain: this language asks no questions. Take dataset lego, or remove it';
      throw new BasinError('bad-input', `${why}.`, 'evaluations');
    }
    /** Cases by their place in the chain. */
    const places: Case[][] = [];
    for (let i = 0; i < sentences; i++) {
      const sentence = unseen(language, random);
      for (const [place, question] of questions(sentence).entries()) {
        const cases = places[place] ?? [];
        places[place] = cases;
        cases.push({ sentence, ...question });
      }
    }
    return {
      references: {},
      measure: (predict) =>
        places.map((cases, place): Measured => {
          const logs = predict(
            cases.map(({ sentence }) => sentence),
            Int32Array.from(cases, ({ position }) => position),
            true,
          );
          const answers = Int32Array.from(cases, (_, row) =>
            likeliest(logs.subarray(row * words.length, (row + 1) * words.length)),
          );
          const right = Int32Array.from(cases, ({ answer }) => answer);
          const { accuracy, stderr } = judged(answers, right, words.length);
          return { name: `accuracy/chain/${place + 1}`, value: accuracy, stderr };
        }),
    };
  },
};

function likeliest(logs: Float32Array): number {
  return logs.reduce((best, log, word) => (log > (logs[best] as number) ? word : best), 0);
}
