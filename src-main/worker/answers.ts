/** What a worker answers instead of training. */
import { join } from 'node:path';
import type { hostForQuestions, workerQuestions } from '#contract/question.ts';
import type { Api, Implementation } from '#contract/rpc.ts';
import type { RunSpec } from '#contract/spec.ts';
import { cacheFolder } from '#engine/cacheFolder.ts';
import { capturedEngine } from '#engine/capture/engine.ts';
import { graphCache } from '#engine/capture/graphCache.ts';
import { applyCompute, describeCompute } from '#engine/compute.ts';
import type { Engine } from '#engine/engine.ts';
import { computeFor } from './computeFor.ts';
import { graphScope } from './graphScope.ts';
import { measure, readCheckpoint, specOf } from './measure.ts';

type Host = Api<typeof hostForQuestions>;

export function answers(host: Host): Implementation<typeof workerQuestions> {
  return {
    async flatness(job) {
      const spec = specOf(readCheckpoint(job.file), job.file);
      return await measure(job, await engineFor(spec, job.file, host), host);
    },
  };
}

/** Computes as the checkpoint's run did, but in float32 whatever its precision: a measurement has few digits to lose. */
async function engineFor(spec: RunSpec, file: string, host: Host): Promise<Engine> {
  const asIts = await computeFor({ spec, resumeFrom: file }, { onMeasure() {}, cancelled: () => false });
  const compute = { ...asIts, precision: 'float32' } as const;
  applyCompute(compute);
  const { nativeBackend, versions } = await import('#engine/backend.ts');
  const scope = graphScope(spec, [describeCompute('captured', compute), versions.tensorflow, versions.tfjs]);
  return capturedEngine(nativeBackend, {
    warn: (message) => void host.warning({ message }),
    cache: graphCache(join(cacheFolder, 'graphs'), scope),
  });
}
