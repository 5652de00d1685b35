/** Sentences whose every position's exact conditional is computed: the published counts, `pcfg` by default. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stream } from '#engine/random.ts';
import { type Grammar, sampler } from '#science/data/grammar.ts';
import type { Sentence } from '#science/data/language.ts';
import { layeredGrammar, pcfg } from '#science/data/pcfg.ts';
import { insideOutside } from '#science/oracle/insideOutside.ts';
import type { Work } from './work.ts';

/** Sentences that are asked about, over and over. */
const count = 2000;
/** Of these, those on which the sides must agree. */
const compared = 5;

export function oracle(_engine: unknown, folder: string): Work {
  const params = pcfg.params.parse({});
  const grammar = layeredGrammar(params);
  const draw = sampler(grammar, pcfg.outline(params).maxLength);
  const random = stream(0, 'bench/oracle');
  const sentences = Array.from({ length: count }, () => draw(random));
  writeFileSync(join(folder, 'oracle.json'), JSON.stringify(peersFile(grammar, sentences)));
  const { each, logProbability } = insideOutside(grammar);
  let next = 0;
  return {
    operations: 0,
    check: () =>
      sentences
        .slice(0, compared)
        .flatMap((sentence) => [
          logProbability(sentence),
          ...each(sentence).flatMap((row, i) => [collision(row), row[sentence[i] as number] as number]),
        ]),
    run(units) {
      for (let unit = 0; unit < units; unit++) each(sentences[next++ % count] as Sentence);
      return [];
    },
  };
}

/** Σ p², which, unlike an entropy, is never zero. */
function collision(row: Float64Array): number {
  return row.reduce((sum, p) => sum + p * p, 0);
}

/** In the notation of nltk's grammars, with names that it can read. */
function peersFile(
  { symbols, words, start, binary, unary, lexical }: Grammar,
  sentences: readonly Sentence[],
) {
  const name = (symbol: number | undefined): string => symbols[symbol as number] as string;
  return {
    start: name(start),
    words,
    binary: Array.from(binary.parent, (parent, r) => [
      name(parent),
      [name(binary.left[r]), name(binary.right[r])],
      binary.probability[r],
    ]),
    unary: Array.from(unary.parent, (parent, r) => [
      name(parent),
      [name(unary.child[r])],
      unary.probability[r],
    ]),
    lexical: Array.from(lexical.parent, (parent, r) => [
      name(parent),
      lexical.word[r],
      lexical.probability[r],
    ]),
    sentences: sentences.map((sentence) => [...sentence]),
  };
}
