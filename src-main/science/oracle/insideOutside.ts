/**
 * Exact probabilities under a context-free grammar by the inside–outside algorithm (Baker 1979; Lari
 * and Young 1990), in double precision. Each span's values carry a scale of their own, a power of two,
 * so that no product over a long sentence underflows.
 */
import type { Grammar } from '../data/grammar.ts';
import type { Oracle, Sentence } from '../data/language.ts';
import { compiledGrammar } from './compiledGrammar.ts';
import { InsidePass } from './insidePass.ts';
import { OutsidePass } from './outsidePass.ts';
import { checkMasked, checkSentence, NoConditional } from './questions.ts';

export interface InsideOutside extends Oracle {
  /**
   * log p(symbol ⇒ these words), nats, for each symbol of the grammar; −∞ where it cannot be. The
   * words may be any part of a sentence.
   */
  symbolLogs(words: Sentence): Float64Array;
  /** The same of every span [from, to) of a sentence, from one pass. */
  spanLogs(sentence: Sentence): readonly SpanLogs[];
}

export interface SpanLogs {
  readonly from: number;
  readonly to: number;
  /** [symbols], nats. */
  readonly logs: Float64Array;
}

export function insideOutside(grammar: Grammar): InsideOutside {
  const compiled = compiledGrammar(grammar);
  const inside = new InsidePass(compiled);
  const outside = new OutsidePass(compiled, inside);
  const check = (sentence: Sentence): void => checkSentence(sentence, grammar.words.length, 'grammar');

  /** out · p(symbol → word), over all symbols at one position, normalised. */
  const rowAt = (position: number): Float64Array => {
    const row = new Float64Array(grammar.words.length);
    const { values } = outside.chart;
    const base = outside.chart.at(position, position + 1) * compiled.symbols;
    const { firstWord, word, wordProbability } = compiled;
    for (let s = 0; s < compiled.symbols; s++) {
      const weight = values[base + s] as number;
      if (weight === 0) continue;
      const end = firstWord[s + 1] as number;
      for (let r = firstWord[s] as number; r < end; r++) {
        const w = word[r] as number;
        row[w] = (row[w] as number) + weight * (wordProbability[r] as number);
      }
    }
    let total = 0;
    for (let w = 0; w < row.length; w++) total += row[w] as number;
    if (!(total > 0)) throw new NoConditional(position, 'grammar');
    for (let w = 0; w < row.length; w++) row[w] = (row[w] as number) / total;
    return row;
  };

  return {
    /**
     * p(word at i | the words at positions not in `masked`): the other masked positions are summed
     * over all words (each symbol's lexical rules add up to one number there). The length is known.
     */
    conditionals(sentence, masked) {
      check(sentence);
      checkMasked(sentence, masked);
      inside.run(sentence, new Set(masked));
      outside.run();
      return masked.map(rowAt);
    },
    each(sentence) {
      check(sentence);
      // What surrounds a position does not depend on the word at it: one pass serves them all.
      inside.run(sentence);
      outside.run();
      return Array.from(sentence, (_, position) => rowAt(position));
    },
    logProbability(sentence) {
      check(sentence);
      inside.run(sentence);
      return inside.chart.logs(0, sentence.length)[grammar.start] as number;
    },
    symbolLogs(words) {
      check(words);
      inside.run(words);
      return inside.chart.logs(0, words.length);
    },
    spanLogs(sentence) {
      check(sentence);
      inside.run(sentence);
      const spans: SpanLogs[] = [];
      for (let width = 1; width <= sentence.length; width++) {
        for (let from = 0; from + width <= sentence.length; from++) {
          spans.push({ from, to: from + width, logs: inside.chart.logs(from, from + width) });
        }
      }
      return spans;
    },
  };
}
