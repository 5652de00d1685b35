/**
 * A random layered grammar in the form of Liu, Xie, Li and Ma 2022 (arXiv 2210.14199): S → one of the
 * roots → a fixed pair of first-layer symbols → pairs of the next layer … → words.
 */
import { z } from 'zod';
import { permutation, type Stream, stream } from '#engine/random.ts';
import type { LanguageDataset } from '../definition.ts';
import { insideOutside } from '../oracle/insideOutside.ts';
import { spanTasks } from '../oracle/spanTasks.ts';
import { type Grammar, type GrammarFile, grammarOf, sampler, unigram } from './grammar.ts';
import { wordNames } from './wordNames.ts';

/** Of S → S1 … S9 in the released grammar. */
const publishedRoots = [0.272, 0.033, 0.12, 0.106, 0.092, 0.125, 0.09, 0.053, 0.109];

const count = (title: string, description: string, most: number, preset: number, least = 1) =>
  z.int().min(least).max(most).default(preset).meta({ title, description });

const params = z
  .strictObject({
    grammarSeed: z.int().min(0).default(1).meta({
      title: 'Grammar seed',
      description: 'Draws the rules; the run’s own seed draws the sentences.',
    }),
    roots: count('Roots', 'Symbols that S turns into; nine take the published probabilities.', 50, 9),
    layers: count('Layers', 'Layers of symbols between roots and words: up to 2^layers words.', 5, 4),
    symbols: count('Symbols a layer', 'Symbols in each layer.', 50, 10),
    rulesMin: count('Fewest rules', 'Least number of pairs that an upper symbol turns into.', 500, 16),
    rulesMax: count('Most rules', 'Largest number of pairs that an upper symbol turns into.', 500, 20),
    words: count('Words', 'Size of the vocabulary.', 5000, 200, 2),
    symbolWordsMin: count('Fewest words', 'Least number of words of a last-layer symbol.', 5000, 77),
    symbolWordsMax: count('Most words', 'Largest number of words of a last-layer symbol.', 5000, 86),
    earlyStop: z
      .number()
      .min(0)
      .max(0.9)
      .default(0.185)
      .meta({
        title: 'Early stop',
        description:
          'Probability that an upper symbol turns into its one word instead of a pair; the default ' +
          'gives the released grammar’s mean length, 10.6 words.',
      }),
  })
  .refine((p) => p.rulesMin <= p.rulesMax, { path: ['rulesMin'], error: 'it must not exceed rulesMax' })
  .refine((p) => p.rulesMax <= p.symbols ** 2, {
    path: ['rulesMax'],
    error: 'it must not exceed symbols², the number of pairs',
  })
  .refine((p) => p.symbolWordsMin <= p.symbolWordsMax, {
    path: ['symbolWordsMin'],
    error: 'it must not exceed symbolWordsMax',
  })
  .refine((p) => p.symbolWordsMax <= p.words, {
    path: ['symbolWordsMax'],
    error: 'it must not exceed words',
  });

type PcfgParams = z.output<typeof params>;

export const pcfg: LanguageDataset<typeof params> = {
  kind: 'dataset',
  id: 'pcfg',
  title: 'PCFG sentences',
  help:
    'Sentences of a random layered grammar whose true conditional of every masked word is computed ' +
    'exactly. The defaults have the released grammar’s counts of symbols, rules and words; its rules ' +
    'themselves are drawn from the grammar seed.',
  reference: 'Liu, Xie, Li and Ma 2022, arXiv 2210.14199',
  studies: ['mlm'],
  params,
  outline: (p) => ({ words: p.words, maxLength: longest(p) }),
  build(p) {
    const grammar = layeredGrammar(p);
    const maxLength = longest(p);
    return {
      words: grammar.words,
      maxLength,
      sample: sampler(grammar, maxLength),
      unigram: unigram(grammar),
      oracle: insideOutside(grammar),
      tasks: spanTasks(grammar, { roots: rootNames(p), layers: layerNames(p).flat(), maxLength }),
    };
  },
};

/** Rules drawn from the grammar seed; every word can occur where the counts allow it. */
export function layeredGrammar(p: PcfgParams): Grammar {
  const random = stream(p.grammarSeed, 'grammar');
  const layers = layerNames(p);
  const roots = rootNames(p);
  const terminals = wordNames(p.words);
  const rules: GrammarFile['rules'] = [];

  const rootShare = p.roots === publishedRoots.length ? publishedRoots : shares(p.roots, random);
  for (const [i, root] of roots.entries()) rules.push(['S', [root], rootShare[i] as number]);
  const firstPairs = someOf(p.symbols ** 2, Math.min(p.roots, p.symbols ** 2), random);
  for (const [i, root] of roots.entries()) {
    rules.push([root, pairOf(layers[0] ?? [], firstPairs[i % firstPairs.length] as number), 1]);
  }

  const ownWords = permutation(random, p.words);
  let owners = 0;
  for (const [depth, layer] of layers.slice(0, -1).entries()) {
    for (const symbol of layer) {
      const pairs = someOf(p.symbols ** 2, between(p.rulesMin, p.rulesMax, random), random);
      const share = shares(pairs.length, random);
      for (const [r, pair] of pairs.entries()) {
        const probability = (share[r] as number) * (1 - p.earlyStop);
        rules.push([symbol, pairOf(layers[depth + 1] ?? [], pair), probability]);
      }
      const own = terminals[ownWords[owners++ % p.words] as number] as string;
      if (p.earlyStop > 0) rules.push([symbol, [own], p.earlyStop]);
    }
  }

  const wordsOf = lastLayerWords(p, random);
  for (const [i, symbol] of (layers.at(-1) ?? []).entries()) {
    const words = wordsOf[i] ?? [];
    const share = shares(words.length, random);
    for (const [r, word] of words.entries()) {
      rules.push([symbol, [terminals[word] as string], share[r] as number]);
    }
  }
  return grammarOf({ start: 'S', terminals, rules });
}

/** Every layer doubles the symbols at most, and the roots begin with two. */
function longest({ layers }: PcfgParams): number {
  return 2 ** layers;
}

function rootNames({ roots }: PcfgParams): string[] {
  return Array.from({ length: roots }, (_, i) => `S${i + 1}`);
}

function layerNames({ layers, symbols }: PcfgParams): string[][] {
  return Array.from({ length: layers }, (_, depth) =>
    Array.from({ length: symbols }, (_, i) => `A${depth + 1}_${i}`),
  );
}

/** Random subsets; a word that no symbol got replaces one that several have. */
function lastLayerWords(p: PcfgParams, random: Stream): number[][] {
  const subsets = Array.from({ length: p.symbols }, () =>
    someOf(p.words, between(p.symbolWordsMin, p.symbolWordsMax, random), random),
  );
  const holders = new Int32Array(p.words);
  for (const word of subsets.flat()) holders[word] = (holders[word] as number) + 1;
  for (const missing of holders.keys()) {
    if (holders[missing] !== 0) continue;
    const places = subsets.flatMap((subset, s) =>
      subset.flatMap((word, place) => ((holders[word] as number) > 1 ? [{ s, place, word }] : [])),
    );
    const chosen = places[random.integer(places.length)];
    if (!chosen) break;
    (subsets[chosen.s] as number[])[chosen.place] = missing;
    holders[chosen.word] = (holders[chosen.word] as number) - 1;
    holders[missing] = 1;
  }
  return subsets;
}

/** Uniform numbers, divided by their sum. */
function shares(length: number, random: Stream): number[] {
  const draws = Array.from({ length }, () => random.uniform());
  const sum = draws.reduce((total, draw) => total + draw, 0);
  return draws.map((draw) => draw / sum);
}

function someOf(limit: number, size: number, random: Stream): number[] {
  return [...permutation(random, limit).subarray(0, size)];
}

function between(least: number, most: number, random: Stream): number {
  return least + random.integer(most - least + 1);
}

function pairOf(layer: readonly string[], pair: number): string[] {
  return [layer[Math.floor(pair / layer.length)] as string, layer[pair % layer.length] as string];
}
