/** A worker's process: one job, from the host's `start` to its end. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { BasinError } from '#contract/error.ts';
import {
  type FlatnessJob,
  type FlatnessMeasured,
  flatnessWorkerMethods,
  hostForFlatnessMethods,
} from '#contract/flatness.ts';
import { link } from '#contract/link.ts';
import { client, serve, toErrorValue } from '#contract/rpc.ts';
import { hostForWorkerMethods, type Job, workerMethods } from '#contract/worker.ts';
import { cacheFolder } from '#engine/cacheFolder.ts';
import { capturedEngine } from '#engine/capture/engine.ts';
import { graphCache } from '#engine/capture/graphCache.ts';
import { applyCompute, describeCompute } from '#engine/compute.ts';
import { studyOf } from '#science/registry.ts';
import { computeFor } from './computeFor.ts';
import { startFeeder } from './feeder.ts';
import { graphScope } from './graphScope.ts';
import { type Control, train } from './loop.ts';
import { measure, readCheckpoint, specOf } from './measure.ts';
import { readProvenance } from './provenance.ts';

// TensorFlow's JavaScript is loaded in half the time once it has been compiled.
enableCompileCache(join(cacheFolder, 'compiled'));
// A terminal sends Ctrl-C to the whole process group; the host decides what becomes of its workers.
process.on('SIGINT', () => {});
// Without its host a worker can keep nothing: the run resumes from its last checkpoint.
process.on('disconnect', () => process.exit(1));

const control: Control = { wanted: null, checkpoint: false };
let started = false;

const { call } = link(
  {
    post: (message) => void process.send?.(message),
    on: (listener) => void process.on('message', listener),
  },
  {
    serve: serve(
      { ...workerMethods, ...flatnessWorkerMethods },
      {
        start(job) {
          takeJob();
          void work(job);
          return {};
        },
        measure(job) {
          takeJob();
          return measured(job);
        },
        pause() {
          control.wanted ??= 'pause';
          return {};
        },
        stop() {
          control.wanted = 'stop';
          return {};
        },
        checkpoint() {
          control.checkpoint = true;
          return {};
        },
      },
    ),
  },
);
const host = client(hostForWorkerMethods, call);

function takeJob(): void {
  if (started) throw new BasinError('conflict', 'Worker: it has a job already.');
  started = true;
}

/** Computed as the checkpoint's run was, but in float32 whatever its precision: curvature has few digits to lose. */
async function measured(job: FlatnessJob): Promise<FlatnessMeasured> {
  const askingHost = client(hostForFlatnessMethods, call);
  const spec = specOf(readCheckpoint(job.file), job.file);
  const asIts = await computeFor({ spec, resumeFrom: job.file }, { onMeasure() {}, cancelled: () => false });
  const compute = { ...asIts, precision: 'float32' } as const;
  applyCompute(compute);
  const { nativeBackend, versions } = await import('#engine/backend.ts');
  const scope = graphScope(spec, [describeCompute('captured', compute), versions.tensorflow, versions.tfjs]);
  const engine = capturedEngine(nativeBackend, {
    warn: (message) => void askingHost.warning({ message }),
    cache: graphCache(join(cacheFolder, 'graphs'), scope),
  });
  return await measure(job, engine, askingHost);
}

async function work(job: Job): Promise<void> {
  let reached = { step: 0, seconds: 0 };
  const watched = {
    ...host,
    progress: (progress: Parameters<typeof host.progress>[0]) => {
      reached = progress;
      return host.progress(progress);
    },
  };
  const feeder = startFeeder(job.spec);
  try {
    const compute = await computeFor(job, {
      onMeasure() {
        const activity = 'finding the fastest settings for this machine';
        const memory = process.memoryUsage.rss();
        void host.progress({ step: 0, seconds: 0, stepsPerSecond: 0, activity, memory });
      },
      cancelled: () => control.wanted !== null,
    });
    applyCompute(compute);
    const { nativeBackend, versions } = await import('#engine/backend.ts');
    const computed = describeCompute('captured', compute);
    const scope = graphScope(job.spec, [computed, versions.tensorflow, versions.tfjs]);
    const engine = capturedEngine(nativeBackend, {
      warn: (message) => void host.warning({ message }),
      cache: graphCache(join(cacheFolder, 'graphs'), scope),
      precision: compute.precision,
    });
    const study = studyOf(job.spec.study);
    const provenance = readProvenance(versions, computed);
    const outcome = await train(job, study, engine, feeder, watched, control, provenance);
    await host.ended({ ...outcome, error: null });
    process.exit(0);
  } catch (error) {
    const { step, seconds } = reached;
    if (!(error instanceof BasinError)) console.error(error);
    await host.ended({ status: 'failed', step, seconds, error: toErrorValue(error).message });
    process.exit(1);
  }
}
