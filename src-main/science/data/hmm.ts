/** Sentences of a random hidden Markov model, drawn from a seed. The sizes are Basin's own choice. */
import { z } from 'zod';
import { type Stream, stream } from '#engine/random.ts';
import type { LanguageDataset } from '../definition.ts';
import { forwardBackward } from '../oracle/forwardBackward.ts';
import { stateTasks } from '../oracle/stateTasks.ts';
import { type HiddenMarkov, walk, wordShares } from './hiddenMarkov.ts';
import { wordNames } from './wordNames.ts';

const concentration = (title: string, description: string, preset: number) =>
  z.number().min(0.01).max(100).default(preset).meta({ title, description, scale: 'log' });

const params = z
  .strictObject({
    modelSeed: z.int().min(0).default(1).meta({
      title: 'Model seed',
      description: 'Draws the probabilities; the run’s own seed draws the sentences.',
    }),
    states: z.int().min(2).max(200).default(10).meta({ title: 'States', description: 'Hidden states.' }),
    words: z
      .int()
      .min(2)
      .max(5000)
      .default(40)
      .meta({ title: 'Words', description: 'Size of the vocabulary.' }),
    transitionConcentration: concentration(
      'Transition concentration',
      'Of the Dirichlet distribution of each state’s successors; small makes them few.',
      0.3,
    ),
    emissionConcentration: concentration(
      'Emission concentration',
      'Of the Dirichlet distribution of each state’s words; small makes them few.',
      0.3,
    ),
    lengthMin: z.int().min(1).max(128).default(12).meta({
      title: 'Shortest',
      description: 'Words in the shortest sentence.',
      unit: 'words',
    }),
    lengthMax: z.int().min(1).max(128).default(12).meta({
      title: 'Longest',
      description: 'Words in the longest sentence; lengths in between are equally likely.',
      unit: 'words',
    }),
  })
  .refine((p) => p.lengthMin <= p.lengthMax, { path: ['lengthMin'], error: 'it must not exceed lengthMax' });

export const hmm: LanguageDataset<typeof params> = {
  kind: 'dataset',
  id: 'hmm',
  title: 'HMM sentences',
  help:
    'Sentences of a random hidden Markov model, whose true conditional of every masked word is computed ' +
    'exactly. Its rows are drawn from Dirichlet distributions.',
  reference: 'Rabiner 1989',
  studies: ['mlm'],
  params,
  outline: (p) => ({ words: p.words, maxLength: p.lengthMax }),
  build(p) {
    const model = randomModel(p);
    const spread = p.lengthMax - p.lengthMin + 1;
    const lengths = new Float64Array(p.lengthMax + 1).fill(1 / spread, p.lengthMin);
    const oracle = forwardBackward(model);
    return {
      words: model.words,
      maxLength: p.lengthMax,
      sample: (random) => walk(model, p.lengthMin + random.integer(spread), random),
      unigram: wordShares(model, lengths),
      oracle,
      tasks: stateTasks(model, oracle),
    };
  },
};

export function randomModel(p: z.output<typeof params>): HiddenMarkov {
  const random = stream(p.modelSeed, 'hmm');
  const rows = (count: number, length: number, alpha: number): Float64Array =>
    Float64Array.from(Array.from({ length: count }, () => dirichlet(length, alpha, random)).flat());
  return {
    states: Array.from({ length: p.states }, (_, s) => `h${s}`),
    words: wordNames(p.words),
    initial: Float64Array.from(dirichlet(p.states, 1, random)),
    transition: rows(p.states, p.states, p.transitionConcentration),
    emission: rows(p.states, p.words, p.emissionConcentration),
  };
}

/** Normalised gamma variables, by their logarithms: at small concentrations they underflow. */
function dirichlet(length: number, alpha: number, random: Stream): number[] {
  const logs = Array.from({ length }, () => logGamma(alpha, random));
  const largest = Math.max(...logs);
  const weights = logs.map((log) => Math.exp(log - largest));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Logarithm of a gamma variable of shape `alpha` (Marsaglia and Tsang 2000; section 8 for alpha < 1). */
function logGamma(alpha: number, random: Stream): number {
  const d = alpha + 1 - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    const u = random.uniform();
    if (v <= 0 || u === 0 || Math.log(u) >= 0.5 * x * x + d - d * v + d * Math.log(v)) continue;
    return Math.log(d * v) + Math.log(1 - random.uniform()) / alpha;
  }
}
