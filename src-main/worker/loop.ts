/** The training loop: from a job to its last checkpoint, top to bottom. Whatever the study. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { BasinError } from '#contract/error.ts';
import { timetable } from '#contract/interval.ts';
import type { Api } from '#contract/rpc.ts';
import type { hostForWorkerMethods, Job, Provenance } from '#contract/worker.ts';
import type { Engine } from '#engine/engine.ts';
import { learningRate } from '#science/learningRate.ts';
import type { Metrics, StudyDefinition } from '#science/studies/training.ts';
import { encodeCheckpoint, restoreCheckpoint, startFromWeights } from './checkpoint.ts';
import type { Feeder } from './feeder.ts';
import { MetricLog } from './log.ts';
import { measuring } from './measuring.ts';
import { Pace } from './pace.ts';
import { stepTaker } from './stepTaker.ts';

export type HostForWorker = Api<typeof hostForWorkerMethods>;

/** What the host has asked for since the last step. */
export interface Control {
  wanted: 'pause' | 'stop' | null;
  checkpoint: boolean;
}

export interface Outcome {
  readonly status: 'finished' | 'paused' | 'stopped';
  readonly step: number;
  readonly seconds: number;
}

/** Milliseconds between two reports to the host while steps are short. */
const reportInterval = 250;

/**
 * Without a feeder each step makes its batch by itself, to the same numbers.
 * @throws BasinError where the run cannot go on; the points logged until then are with the host
 */
export async function train(
  { spec, resumeFrom, startFrom, spool }: Job,
  study: StudyDefinition,
  engine: Engine,
  feeder: Feeder | null,
  host: HostForWorker,
  control: Control,
  provenance: Provenance,
): Promise<Outcome> {
  const pace = new Pace(() => performance.now());
  await host.progress(pace.progress(0, 'building data and model'));
  const training = await study.build(spec, engine);
  const log = new MetricLog((batches) => host.metrics({ batches }));
  try {
    const start = resumeFrom
      ? restoreCheckpoint(training, readFileSync(resumeFrom), resumeFrom)
      : { step: 0, seconds: 0 };
    if (!resumeFrom && startFrom) startFromWeights(training, readFileSync(startFrom), startFrom);
    let { step } = start;
    pace.start(start);
    await host.started({ provenance, parameters: training.parameters.count });
    if (step === 0) {
      log.add(0, training.references);
      for (const message of training.remarks ?? []) await host.warning({ message });
    }

    const rate = learningRate(spec);
    const take = stepTaker(training, spec, rate, feeder, pace);
    const measure = measuring(training, spec, host, log, pace);
    const checkpoints = timetable(spec.checkpointEvery, spec.steps);
    let ended = step === spec.steps;
    let saved = resumeFrom ? step : -1;
    const save = async (): Promise<void> => {
      if (saved === step) return;
      await log.flush();
      const file = `step-${String(step).padStart(9, '0')}.safetensors`;
      const seconds = pace.seconds();
      writeFileSync(
        join(spool, file),
        encodeCheckpoint(training, spec, provenance.engine, { step, seconds }),
      );
      await host.checkpoint({ step, file, seconds });
      saved = step;
    };

    while (!ended && control.wanted === null) {
      const taken = await take(step);
      const unsound = taken.findIndex(({ loss }) => !Number.isFinite(loss));
      const count = unsound < 0 ? taken.length : unsound + 1;
      const metrics = taken[count - 1] as Metrics;
      step += count;
      pace.stepped(count);
      ended = unsound < 0 && (await measure(step));
      if (step === 1 || step % spec.logEvery === 0 || ended || unsound >= 0) {
        log.add(step, { ...metrics, learning_rate: rate(step - 1), 'time/waiting': pace.waitingShare() });
      }
      if (unsound >= 0) throw diverged(metrics.loss, step);
      if (checkpoints.isDue(step) || ended || control.checkpoint) {
        control.checkpoint = false;
        await save();
      }
      if (pace.due(reportInterval)) {
        await log.flush();
        await host.progress(pace.progress(step, null));
      }
      // Lets the host's wishes in: a step itself never yields.
      await setImmediate();
    }
    if (control.wanted !== null) await save();
    await log.flush();
    const status = ended ? 'finished' : control.wanted === 'stop' ? 'stopped' : 'paused';
    return { status, step, seconds: pace.seconds() };
  } finally {
    // Also when the run fails: its last points say why.
    await log.flush().finally(() => training.dispose());
  }
}

function diverged(loss: number | undefined, step: number): BasinError {
  const what = loss === undefined ? 'missing' : String(loss);
  return new BasinError(
    'worker',
    `Step ${step}: the loss is ${what}. Lower the learning rate or lengthen the warm-up.`,
  );
}
