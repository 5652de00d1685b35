/** Measurements of curvature, each with a worker process of its own. */
import { BasinError } from '#contract/error.ts';
import {
  type FlatnessJob,
  type FlatnessMeasured,
  flatnessWorkerMethods,
  hostForFlatnessMethods,
} from '#contract/flatness.ts';
import { client, type Implementation, serve } from '#contract/rpc.ts';
import { describeEnd, startWorker, workerGone } from './workerProcess.ts';

export class FlatnessWorkers {
  readonly #entry: string;
  readonly #running = new Set<{ stop(): void }>();

  /** @param entry the script that a worker process runs */
  constructor(entry: string) {
    this.#entry = entry;
  }

  /** @throws BasinError as the worker tells it; `conflict` when stopped, `worker` where the process died */
  async measure(
    job: FlatnessJob,
    listener: Implementation<typeof hostForFlatnessMethods>,
  ): Promise<FlatnessMeasured> {
    const worker = startWorker(this.#entry, serve(hostForFlatnessMethods, listener));
    let stopped = false;
    const running = {
      stop: () => {
        stopped = true;
        worker.kill();
      },
    };
    this.#running.add(running);
    const died = worker.ended.then((end): never => {
      if (stopped) throw new BasinError('conflict', 'Measurement: it was stopped. Start it again.');
      throw new BasinError('worker', `${describeEnd(end, '')} Try a smaller batch.`);
    });
    const answered = client(flatnessWorkerMethods, worker.call)
      .measure(job)
      // How it died says more than that it is gone.
      .catch((error) => (isGone(error) ? died : Promise.reject(error)));
    try {
      return await Promise.race([answered, died]);
    } finally {
      this.#running.delete(running);
      worker.kill();
      await worker.ended;
    }
  }

  stopAll(): void {
    for (const running of this.#running) running.stop();
  }
}

function isGone(error: unknown): boolean {
  return error instanceof BasinError && error.message === workerGone;
}
