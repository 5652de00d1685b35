/** What a worker answers instead of training. */
import { join } from 'node:path';
import type { hostForQuestions, workerQuestions } from '#contract/question.ts';
import type { Api, Implementation } from '#contract/rpc.ts';
import type { RunSpec } from '#contract/spec.ts';
import { cacheFolder } from '#engine/cacheFolder.ts';
import { capturedEngine } from '#engine/capture/engine.ts';
import { graphCache } from '#engine/capture/graphCache.ts';
import { applyCompute, describeCompute, plainCompute } from '#engine/compute.ts';
import { eagerEngine } from '#engine/eager.ts';
import type { Engine } from '#engine/engine.ts';
import { decodeSafetensors } from '#engine/safetensors.ts';
import { lossOfArrays } from '#science/studies/lossOfArrays.ts';
import { computeFor } from './computeFor.ts';
import { graphScope } from './graphScope.ts';
import { readInput, specOf } from './inputFile.ts';
import { measure } from './measure.ts';
import { probe } from './probe.ts';

type Host = Api<typeof hostForQuestions>;

export function answers(host: Host): Implementation<typeof workerQuestions> {
  return {
    async flatness(job) {
      const spec = specOf(readInput(job.file), job.file);
      return await measure(job, await engineFor(spec, job.file, host), host);
    },
    async probe(job) {
      const spec = specOf(readInput(job.file), job.file);
      return await probe(job, await engineFor(spec, job.file, host), host);
    },
    async loss({ file, loss, gradients }) {
      applyCompute({ ...plainCompute, device: 'cpu' });
      await import('#engine/backend.ts');
      const { tensors } = decodeSafetensors(readInput(file), file);
      return lossOfArrays(loss, tensors, gradients, eagerEngine());
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
