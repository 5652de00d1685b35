/** What `basin oracle` asks: a model file's words, its oracle, and what its symbols span. */
import { readCausalModel } from '#science/data/causalModel.ts';
import type { Oracle, Sentence } from '#science/data/language.ts';
import { readGrammarFile, readHiddenMarkovFile } from '#science/data/modelFile.ts';
import { causalOracle } from '#science/oracle/causalOracle.ts';
import { forwardBackward } from '#science/oracle/forwardBackward.ts';
import { insideOutside } from '#science/oracle/insideOutside.ts';

export interface OracleModel {
  readonly words: readonly string[];
  readonly oracle: Oracle;
  /** Of every span [from, to): log p(symbol ⇒ its words), nats, where it is possible. */
  spans?(sentence: Sentence): readonly Span[];
}

export interface Span {
  readonly from: number;
  readonly to: number;
  readonly symbols: Readonly<Record<string, number>>;
}

export const modelKinds = ['pcfg', 'hmm', 'lm'] as const;
export type ModelKind = (typeof modelKinds)[number];

/** @throws BasinError `bad-input`, `not-found` */
export function readModel(kind: ModelKind, path: string): OracleModel {
  if (kind === 'hmm') {
    const model = readHiddenMarkovFile(path);
    return { words: model.words, oracle: forwardBackward(model) };
  }
  if (kind === 'lm') {
    const model = readCausalModel(path);
    return { words: model.words, oracle: causalOracle(model) };
  }
  const grammar = readGrammarFile(path);
  const oracle = insideOutside(grammar);
  return {
    words: grammar.words,
    oracle,
    spans: (sentence) =>
      oracle.spanLogs(sentence).map(({ from, to, logs }) => {
        const possible = grammar.symbols.flatMap((symbol, i): [string, number][] => {
          const log = logs[i] as number;
          return log > Number.NEGATIVE_INFINITY ? [[symbol, log]] : [];
        });
        return { from, to, symbols: Object.fromEntries(possible) };
      }),
  };
}
