/** What a worker is asked outside of a run: measurements of one checkpoint, losses of given arrays. */
import { z } from 'zod';
import type { hostMethods } from '#contract/host.ts';
import type { hostForQuestions } from '#contract/question.ts';
import type { Implementation } from '#contract/rpc.ts';
import type { StoredCheckpoint } from '../store/checkpoints.ts';
import { checkpointPath } from '../store/library.ts';
import { insertMeasurements } from '../store/measurements.ts';
import type { Context } from './context.ts';
import { findCheckpoint } from './lookup.ts';

type Methods = Pick<Implementation<typeof hostMethods>, 'flatness' | 'evaluateLoss' | 'stopQuestions'>;

export function questionMethods(context: Context): Methods {
  const { library, questions, emit } = context;
  return {
    flatness: async ({ checkpoint: text, ...job }) => {
      const { stored, file } = checkpointNamed(context, text);
      const found = await questions.ask(
        (worker) => worker.flatness({ ...job, file }),
        listenerFor(context, text),
        'Try a smaller batch.',
      );
      if (stored) {
        const { name, value, stderr, measure, seed, seconds } = found;
        const detail = z.json().parse({ ...found.detail, measure, seed, seconds });
        const row = { step: stored.step, name: keptName(name), value, stderr, detail };
        insertMeasurements(library, stored.run, [row]);
        emit({ type: 'measurements', run: stored.run });
      }
      return { ...found, checkpoint: stored?.id ?? null, run: stored?.run ?? null };
    },
    evaluateLoss: (job) =>
      questions.ask((worker) => worker.loss(job), listenerFor(context, job.file), 'Try smaller arrays.'),
    stopQuestions: () => {
      questions.stopAll();
      return {};
    },
  };
}

/** Null where `text` is the path of a file rather than the name of a checkpoint in the library. */
function checkpointNamed({ library }: Context, text: string) {
  const stored: StoredCheckpoint | null = text.endsWith('.safetensors')
    ? null
    : findCheckpoint(library.db, text);
  return { stored, file: stored ? checkpointPath(library, stored.hash) : text };
}

/** Passes on what the worker says meanwhile. */
function listenerFor({ emit }: Context, subject: string): Implementation<typeof hostForQuestions> {
  return {
    progress: (progress) => {
      emit({ type: 'answering', subject, progress });
      return {};
    },
    warning: ({ message }) => {
      emit({ type: 'warning', subject, message });
      return {};
    },
  };
}

/** `flatness/trace` → `flatness/measured/trace`: what its run has measured at that step stays. */
function keptName(name: string): string {
  return name.replace('/', '/measured/');
}
