/** Sentences of a causal transformer that was trained in this program: a language as rich as its text, known exactly. */
import { z } from 'zod';
import { BasinError } from '#contract/error.ts';
import { type Stream, stream } from '#engine/random.ts';
import type { LanguageDataset } from '../definition.ts';
import { causalOracle } from '../oracle/causalOracle.ts';
import { type CausalModel, readCausalModel } from './causalModel.ts';
import { fileSetting, givenFile } from './fileSetting.ts';
import type { LanguageTask, Sentence } from './language.ts';
import { weightedIndex } from './weightedIndex.ts';

/** Sentences over which the unigram is averaged. */
const averaged = 300;

const params = z.strictObject({
  file: fileSetting('A checkpoint (.safetensors) of a run with encoder.causal and masking next.'),
  length: z.int().min(2).max(64).default(12).meta({
    title: 'Length',
    description: 'Words of every sentence; fewer than the model was trained on.',
    unit: 'words',
  }),
});

export const causalLm: LanguageDataset<typeof params> = {
  kind: 'dataset',
  id: 'causal-lm',
  title: 'Sentences of a causal language model',
  help:
    'Sentences drawn from a small transformer that was trained in this program on a text. The true conditional of ' +
    'a masked word is exact, by trying every word there; a vocabulary of tens of words keeps that quick. The ' +
    'unigram that models are compared with is a mean over 300 sentences.',
  reference: 'Liu et al. 2022, arXiv 2210.14199, which draws from OPT',
  studies: ['mlm'],
  params,
  outline: (p) => ({ words: modelOf(p).words.length, maxLength: p.length }),
  build(p) {
    const model = modelOf(p);
    return {
      words: model.words,
      maxLength: p.length,
      sample: (random) => draw(model, p.length, random).sentence,
      unigram: unigram(model, p.length),
      oracle: causalOracle(model),
      tasks: [nextWord(model, p.length)],
    };
  },
};

/** @throws BasinError `bad-input` for sentences as long as the model's own: nothing follows those */
function modelOf({ file, length }: z.output<typeof params>): CausalModel {
  const model = readCausalModel(givenFile(file, 'a causal language model'));
  if (length < model.maxLength) return model;
  const path = 'data.length';
  const why = `the model was trained on ${model.maxLength} words, and the word after them is asked for`;
  throw new BasinError('bad-input', `Setting ${path}: ${why}. Take less.`, path);
}

/** A random sentence, and the distribution from which each of its words was drawn. */
function draw(
  { after }: CausalModel,
  length: number,
  random: Stream,
): { readonly sentence: Sentence; readonly rows: readonly Float64Array[] } {
  const sentence = new Int32Array(length);
  const rows = Array.from({ length }, (_, position) => {
    const row = after(position - 1, position === 0 ? 0 : (sentence[position - 1] as number)).map(Math.exp);
    sentence[position] = weightedIndex(row, 1, random);
    return row;
  });
  return { rows, sentence };
}

/** Mean of the words' probabilities as they are drawn: less noisy than counts. */
function unigram(model: CausalModel, length: number): Float64Array {
  const share = new Float64Array(model.words.length);
  const random = stream(0, 'unigram');
  for (let i = 0; i < averaged; i++) {
    for (const row of draw(model, length, random).rows) {
      for (const [word, p] of row.entries()) share[word] = (share[word] as number) + p / (averaged * length);
    }
  }
  return share;
}

function nextWord({ words, after }: CausalModel, length: number): LanguageTask {
  return {
    id: 'next',
    title: 'Most likely word after the sentence',
    classes: words,
    minLength: length,
    label(sentence) {
      let next = after(-1, 0);
      for (const [position, word] of sentence.entries()) next = after(position, word);
      return next.indexOf(next.reduce((most, log) => Math.max(most, log), Number.NEGATIVE_INFINITY));
    },
  };
}
