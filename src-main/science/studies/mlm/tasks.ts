/** Sentences and labels of the downstream tasks, drawn once a run. */
import { BasinError } from '#contract/error.ts';
import type { MlmRunSpec } from '#contract/spec.ts';
import { type Stream, stream } from '#engine/random.ts';
import type { Language, Sentence } from '../../data/language.ts';

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
  const draw = (name: string, count: number) => labelled(language, stream(seed, `probe/${name}`), count);
  const sets = [
    draw('train', downstream.train),
    draw('validation', downstream.validation),
    draw('test', downstream.test),
  ] as const;
  return language.tasks.map(({ id, classes }) => {
    const of = ({ sentences, labels }: (typeof sets)[number]): LabelledSentences => ({
      sentences,
      labels: labels.get(id) as Int32Array,
    });
    return { id, classes, train: of(sets[0]), validation: of(sets[1]), test: of(sets[2]) };
  });
}

/** `count` sentences about which all tasks can be asked, and the labels of each task by its id. */
export function labelled(
  language: Language,
  random: Stream,
  count: number,
): { readonly sentences: readonly Sentence[]; readonly labels: ReadonlyMap<string, Int32Array> } {
  const minLength = Math.max(...language.tasks.map((task) => task.minLength));
  const sentences = Array.from({ length: count }, () => longEnough(language, minLength, random));
  const labels = language.tasks.map(
    (task) => [task.id, Int32Array.from(sentences, (sentence) => task.label(sentence))] as const,
  );
  return { sentences, labels: new Map(labels) };
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
