/** A worker's process: one run from the host's `start` to its end, or one question. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { BasinError } from '#contract/error.ts';
import { link } from '#contract/link.ts';
import { hostForQuestions, workerQuestions } from '#contract/question.ts';
import { client, serve, toErrorValue } from '#contract/rpc.ts';
import { hostForWorkerMethods, type Job, workerMethods } from '#contract/worker.ts';
import { cacheFolder } from '#engine/cacheFolder.ts';
import { capturedEngine } from '#engine/capture/engine.ts';
import { graphCache } from '#engine/capture/graphCache.ts';
import { applyCompute, describeCompute } from '#engine/compute.ts';
import { studyOf } from '#science/registry.ts';
import { answers } from './answers.ts';
import { computeFor } from './computeFor.ts';
import { startFeeder } from './feeder.ts';
import { graphScope } from './graphScope.ts';
import { type Control, train } from './loop.ts';
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
      { ...workerMethods, ...workerQuestions },
      {
        start(job) {
          takeJob();
          void work(job);
          return {};
        },
        flatness: alone((job) => answering().flatness(job)),
        probe: alone((job) => answering().probe(job)),
        loss: alone((job) => answering().loss(job)),
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

/** As the one thing that this process does. */
function alone<Question, Answer>(answer: (question: Question) => Answer): (question: Question) => Answer {
  return (question) => {
    takeJob();
    return answer(question);
  };
}

function answering() {
  return answers(client(hostForQuestions, call));
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
