/** A few sentences as a run's first step sees them. */
import type { Preview } from '#contract/host.ts';
import type { MlmRunSpec } from '#contract/spec.ts';
import { loadBatches } from './build.ts';

const examples = 6;

export async function preview(spec: MlmRunSpec): Promise<Preview> {
  const { language, batches } = loadBatches({ ...spec, batchSize: Math.min(examples, spec.batchSize) });
  const sentences = batches.sentences(0).map(({ sentence, asked }) => ({
    words: Array.from(sentence, (word) => language.words[word] as string),
    masked: asked.map(({ position }) => position).filter((position) => position >= 0),
    labels: Object.fromEntries(
      language.tasks
        .filter((task) => sentence.length >= task.minLength)
        .map((task) => [task.id, task.classes[task.label(sentence)] as string]),
    ),
  }));
  return { kind: 'sentences', sentences };
}
