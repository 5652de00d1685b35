/** What an oracle may be asked, and what it answers where there is no answer. */
import { BasinError } from '#contract/error.ts';
import type { Oracle, Sentence } from '../data/language.ts';

/** What the words belong to, for errors. */
type Kind = 'grammar' | 'model';

/** The words around a position cannot stand together: nothing is known of the word between them. */
export class NoConditional extends BasinError {
  constructor(position: number, kind: Kind) {
    super(
      'bad-input',
      `Sentence, word ${position + 1}: the other words never occur together in this ${kind}, so no ` +
        `conditional exists. Take a sentence that the ${kind} can produce.`,
    );
  }
}

/** @throws BasinError `bad-input` for no words, or one that is none of `words` */
export function checkSentence(sentence: Sentence, words: number, kind: Kind): void {
  if (sentence.length === 0) throw new BasinError('bad-input', 'Sentence: it has no words.');
  for (const [i, word] of sentence.entries()) {
    if (word >= 0 && word < words) continue;
    throw new BasinError('bad-input', `Sentence, word ${i + 1}: the ${kind} has no word number ${word}.`);
  }
}

/** @throws BasinError `bad-input` for a position that the sentence does not have */
export function checkMasked(sentence: Sentence, masked: readonly number[]): void {
  for (const position of masked) {
    if (Number.isInteger(position) && position >= 0 && position < sentence.length) continue;
    const why = `the sentence has positions 0 … ${sentence.length - 1}`;
    throw new BasinError('bad-input', `Masked position ${position}: ${why}.`);
  }
}

/** Of a model that says something of any sentence that passes `check`, by one position at a time or several. */
export function checkedOracle(
  check: (sentence: Sentence) => void,
  conditionals: (sentence: Sentence, masked: readonly number[]) => readonly Float64Array[],
  logProbability: (sentence: Sentence) => number,
): Oracle {
  return {
    conditionals(sentence, masked) {
      check(sentence);
      checkMasked(sentence, masked);
      return conditionals(sentence, masked);
    },
    each(sentence) {
      check(sentence);
      return Array.from(sentence, (_, position) => conditionals(sentence, [position])[0] as Float64Array);
    },
    logProbability(sentence) {
      check(sentence);
      return logProbability(sentence);
    },
  };
}
