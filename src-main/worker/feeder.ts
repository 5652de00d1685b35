/** Batches prepared in a thread of their own while TensorFlow computes the step before. */
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { BasinError, type ErrorValue } from '#contract/error.ts';
import type { RunSpec } from '#contract/spec.ts';
import type { Feeds } from '#engine/engine.ts';

export interface Feeder {
  /** The batch of step `step`, counted from 0. Steps are asked for in ascending order, each once. */
  next(step: number): Promise<Feeds>;
  close(): void;
}

/** What the thread answers with for one step. */
export type Prepared =
  | { readonly step: number; readonly feeds: Feeds }
  | { readonly step: number; readonly error: ErrorValue };

/** Batches that wait ready; more would only take memory. */
const ahead = 2;

interface Awaited {
  readonly promise: Promise<Feeds>;
  resolve(feeds: Feeds): void;
  reject(error: unknown): void;
}

/** Starts the thread at once: it loads its data while the caller builds the model. */
export function startFeeder(spec: RunSpec): Feeder {
  const thread = new Worker(entry(), { workerData: spec, stdout: true });
  const awaited = new Map<number, Awaited>();
  let failure: unknown;
  const fail = (error: unknown): void => {
    failure ??= error;
    for (const { reject } of awaited.values()) reject(failure);
  };
  thread.on('message', (prepared: Prepared) => {
    const asked = awaited.get(prepared.step);
    if ('feeds' in prepared) asked?.resolve(prepared.feeds);
    else asked?.reject(new BasinError(prepared.error.code, prepared.error.message, prepared.error.path));
  });
  thread.on('error', fail);
  thread.on('exit', (code) =>
    fail(new BasinError('worker', `Data thread: it ended with exit code ${code}.`)),
  );

  const ask = (step: number): Awaited => {
    const known = awaited.get(step);
    if (known) return known;
    const asked = Promise.withResolvers<Feeds>();
    // Who never takes a batch is not told of its failure.
    asked.promise.catch(() => undefined);
    awaited.set(step, asked);
    if (failure === undefined) thread.postMessage(step);
    else asked.reject(failure);
    return asked;
  };
  return {
    async next(step) {
      const asked = ask(step);
      for (let later = 1; later <= ahead; later++) ask(step + later);
      const feeds = await asked.promise;
      awaited.delete(step);
      return feeds;
    },
    close() {
      thread.removeAllListeners();
      void thread.terminate();
    },
  };
}

function entry(): string {
  const here = import.meta.url;
  const file = here.endsWith('.ts') ? 'feederThread.ts' : 'feederThread.js';
  return fileURLToPath(new URL(file, here));
}
