/** Spectra and layouts in a thread beside the host, which goes on answering. */
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { BasinError, type ErrorValue } from '#contract/error.ts';
import type { GraphAnswer, GraphQuestion, GraphStage } from '#contract/graph.ts';

/** What the thread says of the question that it was sent. */
export type GraphMessage =
  | { readonly stage: GraphStage }
  | { readonly answer: GraphAnswer }
  | { readonly error: ErrorValue };

/**
 * One question at a time: a newer one ends the thread that is still busy with the last. A thread that has
 * answered waits for the next, since its start costs more than most answers.
 */
export class GraphLab {
  #thread: Worker | undefined;
  #giveUp: ((error: BasinError) => void) | undefined;

  /** @throws BasinError as the thread tells it; `conflict` where another question came, `worker` where it died */
  async ask(question: GraphQuestion, onStage: (stage: GraphStage) => void): Promise<GraphAnswer> {
    this.#giveUp?.(new BasinError('conflict', 'Graph: another one was asked for meanwhile. Ask again.'));
    this.#thread ??= new Worker(entry(), { stdout: true });
    const thread = this.#thread;
    thread.ref();
    try {
      return await new Promise<GraphAnswer>((resolve, reject) => {
        const end = (error: unknown) => {
          this.#forget(thread);
          reject(error);
        };
        this.#giveUp = end;
        thread.on('message', (message: GraphMessage) => {
          if ('stage' in message) onStage(message.stage);
          else if ('answer' in message) resolve(message.answer);
          else reject(new BasinError(message.error.code, message.error.message, message.error.path));
        });
        thread.on('error', end);
        thread.on('exit', (code) => {
          const why = `its thread ended with exit code ${code}`;
          end(new BasinError('worker', `Graph: ${why}. Try a smaller graph.`));
        });
        thread.postMessage(question);
      });
    } finally {
      // By name: the thread has listeners of its own, without which it hears nothing more.
      for (const event of ['message', 'error', 'exit']) thread.removeAllListeners(event);
      if (this.#thread === thread) {
        this.#giveUp = undefined;
        // Idle, it keeps no process alive.
        thread.unref();
      }
    }
  }

  close(): void {
    this.#giveUp?.(new BasinError('conflict', 'Graph: the library is closing.'));
    if (this.#thread) this.#forget(this.#thread);
  }

  #forget(thread: Worker): void {
    if (this.#thread === thread) this.#thread = undefined;
    this.#giveUp = undefined;
    void thread.terminate();
  }
}

/** Beside the source, or beside the built host whose code this may be bundled with. */
function entry(): string {
  const here = import.meta.url;
  return fileURLToPath(new URL(here.endsWith('.ts') ? '../graphThread.ts' : '../host/graphThread.js', here));
}
