/** Downstream tasks of a hidden Markov model: the most likely state, given the whole sentence. Basin's own. */
import type { HiddenMarkov } from '../data/hiddenMarkov.ts';
import type { LanguageTask, Sentence } from '../data/language.ts';
import type { ForwardBackward } from './forwardBackward.ts';

export function stateTasks(model: HiddenMarkov, oracle: ForwardBackward): readonly LanguageTask[] {
  const task = (id: string, title: string, positionIn: (sentence: Sentence) => number): LanguageTask => ({
    id,
    title,
    classes: model.states,
    minLength: 1,
    label(sentence) {
      const posterior = oracle.statePosterior(sentence, positionIn(sentence));
      return posterior.indexOf(Math.max(...posterior));
    },
  });
  return [
    task('state', 'Most likely hidden state of the middle word', ({ length }) => length >> 1),
    task('future', 'Most likely hidden state one step after the end', ({ length }) => length),
  ];
}
