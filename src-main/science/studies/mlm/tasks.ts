/** Sentences and labels of the downstream tasks, drawn once a run. */
import { BasinError } from '#contract/error.ts';
import type { MlmRunSpec } from '#contract/spec.ts';
import { type Stream, stream } from '#engine/random.ts';
import type { Language, LanguageTask, Sentence } from '../../data/language.ts';

export interface LabelledSentences {
  readonly sentences: readonly Sentence[];
  readonly labels: Int32Array;
}
export interface DownstreamTask {
  readonly id: string;
  readonly classes: readonly string[];
  readonly train: LabelledSentences;
  readonly validation: LabelledSentences;
  readonly test: LabelledSentences;
}

/** All tasks ask about the same sentences, so that a sentence is encoded once. */
export function downstreamTasks(
  language: Language,
  { seed, downstream }: Pick<MlmRunSpec, 'seed' | 'downstream'>,
): readonly DownstreamTask[] {
  const minLength = Math.max(...language.tasks.map((task) => task.minLength));
  const draw = (name: string, count: number): Sentence[] => {
    const random = stream(seed, name);
    return Array.from({ length: count }, () => longEnough(language, minLength, random));
  };
  const train = draw('probe/train', downstream.train);
  const validation = draw('probe/validation', downstream.validation);
  const test = draw('probe/test', downstream.test);
  const label = (task: LanguageTask, sentences: readonly Sentence[]): LabelledSentences => ({
    sentences,
    labels: Int32Array.from(sentences, (sentence) => task.label(sentence)),
  });
  return language.tasks.map((task) => ({
    id: task.id,
    classes: task.classes,
    train: label(task, train),
    validation: label(task, validation),
    test: label(task, test),
  }));
}

/** Share of the most frequent class: the accuracy of an answer without the sentence. */
export function majority({ labels }: LabelledSentences): number {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Math.max(...counts.values()) / labels.length;
}

function longEnough(language: Language, minLength: number, random: Stream): Sentence {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const sentence = language.sample(random);
    if (sentence.length >= minLength) return sentence;
  }
  throw new BasinError(
    'bad-input',
    `Tasks: 1,000 sentences in a row had fewer than ${minLength} words. Lower the early stop.`,
    'data',
  );
}
