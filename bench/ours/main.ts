/** Basin's side of a benchmark: told over standard input what to build and run, with TensorFlow as in a worker. */
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type BenchRequest, benchRequest } from '#contract/bench.ts';
import { cacheFolder } from '#engine/cacheFolder.ts';
import { capturedEngine } from '#engine/capture/engine.ts';
import { graphCache } from '#engine/capture/graphCache.ts';
import { applyCompute, computeDescribed } from '#engine/compute.ts';
import { contrastiveStep } from './contrastiveStep.ts';
import { product, trace } from './curvature.ts';
import { matmul } from './matmul.ts';
import { mlmStep } from './mlmStep.ts';
import { oracle } from './oracle.ts';
import type { BuildWork, Work } from './work.ts';

const works: Readonly<Record<string, BuildWork>> = {
  'mlm-step': mlmStep,
  'simclr-step': contrastiveStep('simclr'),
  'spectral-step': contrastiveStep('spectral'),
  product,
  trace,
  matmul,
  oracle,
};

/** Settings of TensorFlow, as provenance names them. */
const compute = process.argv[2] ?? 'captured';
applyCompute({ ...computeDescribed(compute), device: null });

let built: Work | undefined;

async function answer(request: BenchRequest): Promise<object> {
  switch (request.op) {
    case 'build': {
      const build = works[request.work];
      if (!build) throw new Error(`there is no work ${request.work}`);
      const { nativeBackend } = await import('#engine/backend.ts');
      // The cache is this session's own: the work's name says enough about its graphs.
      const cache = graphCache(join(cacheFolder, 'graphs'), `${request.work} ${compute}`);
      // A work that falls back to eager execution would be timed as something else than it is called.
      const warn = (message: string): never => {
        throw new Error(message);
      };
      built = await build(capturedEngine(nativeBackend, { warn, cache }), request.folder);
      return { operations: built.operations };
    }
    case 'check':
      return { values: await work().check() };
    case 'run': {
      const started = performance.now();
      const values = await work().run(request.count);
      return { seconds: (performance.now() - started) / 1000, values };
    }
    case 'describe': {
      const { versions } = await import('#engine/backend.ts');
      return {
        versions: { node: process.versions.node, ...versions },
        resident: process.memoryUsage.rss(),
        peak: process.resourceUsage().maxRSS * 1024,
      };
    }
  }
}

function work(): Work {
  if (!built) throw new Error('nothing has been built');
  return built;
}

for await (const line of createInterface({ input: process.stdin })) {
  let reply: object;
  try {
    reply = { answer: await answer(benchRequest.parse(JSON.parse(line))) };
  } catch (error) {
    reply = { error: error instanceof Error ? error.message : String(error) };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
// Native threads may live on: nothing is left to be answered.
process.exit(0);
