/** What a worker is asked outside of a run: measurements of one checkpoint, losses of given arrays. */
import { z } from 'zod';
import type { hostMethods } from '#contract/host.ts';
import type { hostForQuestions } from '#contract/question.ts';
import type { Implementation } from '#contract/rpc.ts';
import type { MeasurementRow } from '#contract/run.ts';
import type { StoredCheckpoint } from '../store/checkpoints.ts';
import { checkpointPath } from '../store/library.ts';
import { insertMeasurements } from '../store/measurements.ts';
import type { Context } from './context.ts';
import { findCheckpoint } from './lookup.ts';

type Kept = Pick<MeasurementRow, 'name' | 'value' | 'stderr' | 'detail'>;
type Methods = Pick<
  Implementation<typeof hostMethods>,
  'flatness' | 'probe' | 'evaluateLoss' | 'stopQuestions'
>;

export function questionMethods(context: Context): Methods {
  const { questions } = context;
  return {
    flatness: async ({ checkpoint: text, ...job }) => {
      const { stored, file } = checkpointNamed(context, text);
      const found = await questions.ask(
        (worker) => worker.flatness({ ...job, file }),
        listenerFor(context, text),
        'Try a smaller batch.',
      );
      const { measure, seed, seconds } = found;
      if (stored) keep(context, stored, [found], { measure, seed, seconds });
      return { ...found, checkpoint: stored?.id ?? null, run: stored?.run ?? null };
    },
    probe: async ({ checkpoint: text, ...job }) => {
      const { stored, file } = checkpointNamed(context, text);
      const found = await questions.ask(
        (worker) => worker.probe({ ...job, file }),
        listenerFor(context, text),
        'Try fewer examples.',
      );
      const { probe, seed, seconds } = found;
      const measured = found.tasks.flatMap((task) => task.measured);
      if (stored) keep(context, stored, measured, { probe, seed, seconds });
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

/** With the checkpoint: `flatness/trace` as `flatness/measured/trace`, for what its run has measured there stays. */
function keep(
  { library, emit }: Context,
  { run, step }: StoredCheckpoint,
  measured: readonly Kept[],
  how: Readonly<Record<string, unknown>>,
): void {
  const rows = measured.map(({ name, value, stderr, detail }) => ({
    ...{ step, name: name.replace('/', '/measured/'), value, stderr },
    detail: z.json().parse({ ...(detail as object | null), ...how }),
  }));
  insertMeasurements(library, run, rows);
  emit({ type: 'measurements', run });
}
