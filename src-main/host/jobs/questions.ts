/** Questions to workers, each with a process of its own, which ends with its answer. */
import { BasinError } from '#contract/error.ts';
import { hostForQuestions, workerQuestions } from '#contract/question.ts';
import { type Api, client, type Implementation, serve } from '#contract/rpc.ts';
import { describeEnd, startWorker, workerGone } from './workerProcess.ts';

export type Worker = Api<typeof workerQuestions>;

export class Questions {
  readonly #entry: string;
  readonly #running = new Set<{ stop(): void }>();

  /** @param entry the script that a worker process runs */
  constructor(entry: string) {
    this.#entry = entry;
  }

  /**
   * Puts one question to a new worker; `remedy` is what may help where it dies over it.
   * @throws BasinError as the worker tells it; `conflict` when stopped, `worker` where the process died
   */
  async ask<Answer>(
    question: (worker: Worker) => Promise<Answer>,
    listener: Implementation<typeof hostForQuestions>,
    remedy: string,
  ): Promise<Answer> {
    const worker = startWorker(this.#entry, serve(hostForQuestions, listener));
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
      throw new BasinError('worker', `${describeEnd(end, '')} ${remedy}`);
    });
    const answered = question(client(workerQuestions, worker.call))
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
