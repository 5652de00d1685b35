/** The feeder's thread: makes the batch of each step that it is asked for. Loads no TensorFlow. */
import { parentPort, workerData } from 'node:worker_threads';
import { toErrorValue } from '#contract/rpc.ts';
import type { RunSpec } from '#contract/spec.ts';
import type { Feeds } from '#engine/engine.ts';
import { studyOf } from '#science/registry.ts';
import type { Prepared } from './feeder.ts';

const spec = workerData as RunSpec;
const batches = studyOf(spec.study).batches(spec);
// Each request waits for it and tells its failure.
batches.catch(() => undefined);

parentPort?.on('message', async (step: number) => {
  let prepared: Prepared;
  try {
    prepared = { step, feeds: (await batches)(step) };
  } catch (error) {
    prepared = { step, error: toErrorValue(error) };
  }
  parentPort?.postMessage(prepared, 'feeds' in prepared ? buffersOf(prepared.feeds) : []);
});

/** Moved to the other thread instead of copied. */
function buffersOf(feeds: Feeds): ArrayBuffer[] {
  const buffers = Object.values(feeds).flatMap((feed) =>
    typeof feed === 'number' ? [] : [feed.data.buffer as ArrayBuffer],
  );
  return [...new Set(buffers)];
}
