/** Trains runs in this process's host and waits for them; Ctrl-C pauses them at a checkpoint. */
import { BasinError } from '#contract/error.ts';
import type { HostEvent, QueueState, RunSummary } from '#contract/host.ts';
import type { WorkerProgress } from '#contract/worker.ts';
import type { Context } from './command.ts';
import { exitCode } from './failure.ts';
import { type HostApi, withWorkers } from './host.ts';
import { catchInterrupts, type Interrupt } from './interrupt.ts';
import { progressDisplay, type RunProgress } from './progress.ts';

/** Runs of one experiment that were created or resumed. */
export interface Going {
  readonly experiment: string;
  readonly ids: readonly string[];
}

export interface Trained<Started> {
  readonly started: Started;
  /** In the order in which the runs were named. */
  readonly runs: readonly RunSummary[];
  /** 0 all finished, 1 one did not, 130 or 143 interrupted. */
  readonly exitCode: number;
}

/** How often rows are read again even where no event told of a change (another host may own a run). */
const pollInterval = 400;

/**
 * `workers`: runs at a time, in place of the library's number. `start` creates or resumes runs; `finish` sees the host once more when they have ended.
 */
export async function train<Started extends Going, Answer>(
  { library, output }: Context,
  workers: number | undefined,
  start: (host: HostApi) => Promise<Started>,
  finish: (host: HostApi, trained: Trained<Started>) => Promise<Answer>,
): Promise<Answer> {
  const interrupt = catchInterrupts();
  const watch = new RunWatch();
  try {
    return await withWorkers(library, workers, watch.onEvent, async (host) => {
      refuseIdle(await host.queue({}));
      const started = await start(host);
      const pausing = interrupted(host, started.ids, interrupt, () => {
        output.note('Pausing at a checkpoint. Ctrl-C again ends at once, without one.');
      });
      const runs = await waitForAll(host, started, watch, pausing);
      if (interrupt.code !== null) sayHowToResume(runs, output.note);
      return await finish(host, { started, runs, exitCode: interrupt.code ?? outcome(runs) });
    });
  } finally {
    interrupt.release();
  }
}

/** @throws BasinError `conflict`: with no worker allowed the runs would wait for ever. */
function refuseIdle({ workers }: QueueState): void {
  if (workers > 0) return;
  throw new BasinError(
    'conflict',
    'Workers: the library’s queue is set to 0 of them. Give --workers 1 here, or set more in the window.',
  );
}

function outcome(runs: readonly RunSummary[]): number {
  return runs.every(({ status }) => status === 'finished') ? exitCode.done : exitCode.failed;
}

function sayHowToResume(runs: readonly RunSummary[], note: (text: string) => void): void {
  for (const run of runs) {
    if (run.status === 'paused') note(`Paused at step ${run.step}: basin resume ${run.id}`);
  }
}

/** What the host tells of between two looks at the rows. */
class RunWatch {
  readonly progress = new Map<string, WorkerProgress>();
  private wake = (): void => {};

  readonly onEvent = (event: HostEvent): void => {
    if (event.type === 'progress') this.progress.set(event.run, event.progress);
    if (event.type === 'progress' || event.type === 'run' || event.type === 'removed') this.wake();
  };

  /** Resolves at the next event that concerns runs, or after `limit` milliseconds. */
  next(limit: number): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, limit);
      this.wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }
}

async function waitForAll(
  host: HostApi,
  going: Going,
  watch: RunWatch,
  pausing: () => Promise<void>,
): Promise<readonly RunSummary[]> {
  const display = progressDisplay(process.stderr);
  try {
    for (;;) {
      await pausing();
      const runs = await rows(host, going);
      display.show(runs.map((run) => progressOf(run, watch.progress.get(run.id))));
      if (runs.every(({ status }) => status !== 'running' && status !== 'queued')) return runs;
      await watch.next(pollInterval);
    }
  } finally {
    display.end();
  }
}

/** A run that someone deletes meanwhile is gone from the answer. */
async function rows(host: HostApi, { experiment, ids }: Going): Promise<readonly RunSummary[]> {
  const byId = new Map((await host.runs({ experiment })).map((run) => [run.id, run]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

function progressOf(run: RunSummary, live: WorkerProgress | undefined): RunProgress {
  const { id, name, status, steps } = run;
  const step = status === 'running' ? Math.max(run.step, live?.step ?? 0) : run.step;
  return {
    ...{ id, name, status, steps, step },
    stepsPerSecond: live?.stepsPerSecond ?? null,
    activity: live?.activity ?? null,
  };
}

/** Answers with a function that, once a signal came, asks every run to pause; later calls do nothing. */
function interrupted(
  host: HostApi,
  ids: readonly string[],
  interrupt: Interrupt,
  say: () => void,
): () => Promise<void> {
  let asked = false;
  interrupt.onSignal(say);
  if (interrupt.code !== null) say();
  return async () => {
    if (asked || interrupt.code === null) return;
    asked = true;
    // Queued ones first, lest one starts in the place of another that ends.
    for (const run of [...ids].reverse()) await pauseIfGoing(host, run);
  };
}

async function pauseIfGoing(host: HostApi, run: string): Promise<void> {
  try {
    await host.pause({ run });
  } catch (error) {
    // It ended before the request came.
    if (!(error instanceof BasinError && (error.code === 'conflict' || error.code === 'not-found')))
      throw error;
  }
}
