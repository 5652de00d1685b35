/** A user's own text: one sentence a line, words separated by spaces. Nothing is known about it but what it says. */
import { z } from 'zod';
import { BasinError } from '#contract/error.ts';
import { permutation, type Stream, stream } from '#engine/random.ts';
import type { LanguageDataset } from '../definition.ts';
import { fileSetting, givenFile } from './fileSetting.ts';
import type { Sentence } from './language.ts';
import { readTextFile } from './modelFile.ts';

/** Stands for the words that are too rare to have a number of their own. */
const rare = '<rare>';

const params = z.strictObject({
  file: fileSetting('Text with one sentence a line, words separated by spaces.'),
  unit: z
    .enum(['words', 'letters'])
    .default('words')
    .meta({
      title: 'Unit',
      description:
        'Words of each line; or the letters a to z, all else being a space (_): then the text is one stream, cut ' +
        'into pieces of the largest length.',
    }),
  words: z
    .int()
    .min(2)
    .max(50_000)
    .default(5000)
    .meta({
      title: 'Words',
      description: `Most words of the vocabulary, the frequent ones; all others become ${rare}.`,
      scale: 'log',
    }),
  maxLength: z.int().min(1).max(256).default(32).meta({
    title: 'Longest',
    description: 'Longer sentences are cut into pieces of so many words.',
    unit: 'words',
  }),
  heldOut: z.number().min(0.001).max(0.9).default(0.1).meta({
    title: 'Held out',
    description: 'Share of the sentences that is evaluated on and never trained on.',
  }),
  splitSeed: z.int().min(0).default(1).meta({
    title: 'Split seed',
    description: 'Draws the sentences that are held out.',
  }),
});

export const tokenFile: LanguageDataset<typeof params> = {
  kind: 'dataset',
  id: 'token-file',
  title: 'Sentences of a text file',
  help:
    'Your own sentences. What no model can know of them is not known: there is no floor, no excess and no task; ' +
    'evaluation held-out gives the loss on sentences that were kept apart.',
  studies: ['mlm'],
  params,
  outline(p) {
    const { words, sentences } = readSentences(p);
    return { words: words.length, maxLength: longest(sentences) };
  },
  build(p) {
    const { words, sentences } = readSentences(p);
    const order = permutation(stream(p.splitSeed, 'held-out'), sentences.length);
    const apart = Math.min(sentences.length - 1, Math.max(1, Math.round(p.heldOut * sentences.length)));
    const at = (places: Int32Array): Sentence[] =>
      Array.from(places, (place) => sentences[place] as Sentence);
    const [kept, trained] = [at(order.subarray(0, apart)), at(order.subarray(apart))];
    const from = (some: readonly Sentence[]) => (random: Stream) =>
      some[random.integer(some.length)] as Sentence;
    return {
      words,
      maxLength: longest(sentences),
      sample: from(trained),
      heldOut: from(kept),
      sentences: trained,
      unigram: shares(trained, words.length),
      tasks: [],
    };
  },
};

/** @throws BasinError `bad-input` for fewer than two sentences */
function readSentences({ file, unit, words, maxLength }: z.output<typeof params>): {
  readonly words: readonly string[];
  readonly sentences: readonly Sentence[];
} {
  const path = givenFile(file, 'a text');
  const text = readTextFile(path).replace(/^\uFEFF/, '');
  const pieces = unit === 'letters' ? letterPieces(text, maxLength) : wordPieces(text, maxLength);
  if (pieces.length < 2) {
    const why = 'it holds fewer than two sentences, and one is held out';
    throw new BasinError('bad-input', `${path}: ${why}. Give one sentence a line.`, path);
  }
  const vocabulary = frequentWords(pieces, words);
  const numbers = new Map(vocabulary.map((word, i) => [word, i]));
  const last = vocabulary.length - 1;
  return {
    words: vocabulary,
    sentences: pieces.map((piece) => Int32Array.from(piece, (word) => numbers.get(word) ?? last)),
  };
}

function wordPieces(text: string, length: number): string[][] {
  return text.split(/\r?\n/).flatMap((line) => piecesOf(line.split(/\s+/).filter(Boolean), length));
}

/** All of one length: what is left at the end is dropped. */
function letterPieces(text: string, length: number): string[][] {
  const letters = text.toLowerCase().replace(/[^a-z]+/g, '_');
  return piecesOf([...letters], length).filter((piece) => piece.length === length);
}

function piecesOf(all: readonly string[], length: number): string[][] {
  return Array.from({ length: Math.ceil(all.length / length) }, (_, i) =>
    all.slice(i * length, (i + 1) * length),
  );
}

/** The most frequent first, of equals the one that comes first; `rare` last, where some word is left out. */
function frequentWords(pieces: readonly (readonly string[])[], most: number): string[] {
  const counts = new Map<string, number>();
  for (const word of pieces.flat()) counts.set(word, (counts.get(word) ?? 0) + 1);
  const ranked = [...counts].toSorted(([, a], [, b]) => b - a).map(([word]) => word);
  if (ranked.length <= most) return ranked;
  return [...ranked.filter((word) => word !== rare).slice(0, most - 1), rare];
}

function longest(sentences: readonly Sentence[]): number {
  return sentences.reduce((most, { length }) => Math.max(most, length), 0);
}

/** Each word counted once more than it occurs: one that is only held out is not impossible. */
function shares(sentences: readonly Sentence[], words: number): Float64Array {
  const counts = new Float64Array(words).fill(1);
  for (const sentence of sentences) for (const word of sentence) counts[word] = (counts[word] as number) + 1;
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => count / total);
}
