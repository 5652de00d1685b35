/**
 * Downstream tasks A, B and C of Liu et al. 2022 (arXiv 2210.14199): which symbol most likely spans
 * the sentence, its first four words, its first two; labels by the inside algorithm.
 */
import type { Grammar } from '../data/grammar.ts';
import type { LanguageTask } from '../data/language.ts';
import { insideOutside } from './insideOutside.ts';

/** The paper's tasks leave shorter sentences out. */
const shortestSentence = 5;
/** The class of a beginning that no symbol can span. */
const none = 'none';

export function spanTasks(
  grammar: Grammar,
  names: {
    readonly roots: readonly string[];
    readonly layers: readonly string[];
    readonly maxLength: number;
  },
): readonly LanguageTask[] {
  const oracle = insideOutside(grammar);
  const minLength = Math.min(shortestSentence, names.maxLength);
  const task = (id: string, title: string, candidates: readonly string[], words: number): LanguageTask => {
    const symbols = candidates.map((name) => grammar.symbols.indexOf(name));
    return {
      id,
      title,
      classes: [...candidates, none],
      minLength,
      label(sentence) {
        const logs = oracle.symbolLogs(sentence.subarray(0, words));
        let best = candidates.length;
        let bestLog = Number.NEGATIVE_INFINITY;
        for (const [i, symbol] of symbols.entries()) {
          const log = logs[symbol] as number;
          // Strictly: of equals the first wins, whatever the order of summation inside.
          if (log > bestLog) [best, bestLog] = [i, log];
        }
        return best;
      },
    };
  };
  const all = [...names.roots, ...names.layers];
  return [
    task('A', 'Root that makes the sentence most likely, without its prior', names.roots, names.maxLength),
    task('B', 'Symbol that makes the first four words most likely', all, 4),
    task('C', 'Symbol that makes the first two words most likely', all, 2),
  ];
}
