/** What the oracle says of one sentence, as `basin oracle` prints it. */
import type { Sentence } from '#science/data/language.ts';
import { NoConditional } from '#science/oracle/questions.ts';
import type { OracleModel, Span } from './model.ts';

export interface PositionAnswer {
  /** From 0. */
  readonly index: number;
  /** p(word | the words that are not masked) of every word; null where those never occur together. */
  readonly distribution: Readonly<Record<string, number>> | null;
  /** Nats. */
  readonly entropy: number | null;
  /** −log p(the word that stands there), nats; null where it is impossible. */
  readonly crossEntropy: number | null;
  readonly reason?: string;
}

export interface SentenceAnswer {
  /** Nats; null for a sentence that the model cannot produce, and `reason` says so. */
  readonly logProbability: number | null;
  readonly reason?: string;
  readonly positions: readonly PositionAnswer[];
  readonly spans?: readonly Span[];
}

/** Positions that are masked together, or each in turn. */
export type Masks = readonly number[] | 'each';

const impossible = 'the model gives this sentence probability zero';
const noConditional = 'the words that are not masked never occur together in this model';

export function answerFor(
  { words, oracle, spans }: OracleModel,
  sentence: Sentence,
  masks: Masks,
  withSpans: boolean,
): SentenceAnswer {
  const logProbability = oracle.logProbability(sentence);
  const possible = logProbability > Number.NEGATIVE_INFINITY;
  const rows = rowsOf(oracle, sentence, masks, possible);
  return {
    logProbability: possible ? logProbability : null,
    ...(possible ? {} : { reason: impossible }),
    positions: rows.map(({ index, row }) => positionAnswer(words, sentence, index, row)),
    ...(withSpans && spans ? { spans: spans(sentence) } : {}),
  };
}

interface Row {
  readonly index: number;
  readonly row: Float64Array | undefined;
}

function rowsOf(oracle: OracleModel['oracle'], sentence: Sentence, masks: Masks, possible: boolean): Row[] {
  if (masks === 'each') {
    if (possible) return oracle.each(sentence).map((row, index) => ({ index, row }));
    // Of an impossible sentence some positions may have a conditional, and others none.
    return Array.from(sentence, (_, index) => ({ index, row: conditionals(oracle, sentence, [index])?.[0] }));
  }
  if (masks.length === 0) return [];
  const rows = conditionals(oracle, sentence, masks);
  return masks.map((index, i) => ({ index, row: rows?.[i] }));
}

function conditionals(
  oracle: OracleModel['oracle'],
  sentence: Sentence,
  masked: readonly number[],
): readonly Float64Array[] | undefined {
  try {
    return oracle.conditionals(sentence, masked);
  } catch (error) {
    if (error instanceof NoConditional) return undefined;
    throw error;
  }
}

function positionAnswer(
  words: readonly string[],
  sentence: Sentence,
  index: number,
  row: Float64Array | undefined,
): PositionAnswer {
  if (!row) return { index, distribution: null, entropy: null, crossEntropy: null, reason: noConditional };
  const distribution: Record<string, number> = {};
  let entropy = 0;
  for (const [w, word] of words.entries()) {
    const p = row[w] as number;
    // Not by assignment: a word may be called __proto__.
    Object.defineProperty(distribution, word, { value: p, enumerable: true });
    if (p > 0) entropy -= p * Math.log(p);
  }
  const actual = row[sentence[index] as number] as number;
  return { index, distribution, entropy, crossEntropy: actual > 0 ? -Math.log(actual) : null };
}
