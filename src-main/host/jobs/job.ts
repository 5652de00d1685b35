/** One run with one worker process: what it sends is stored, how it ends becomes the run's state. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { BasinError } from '#contract/error.ts';
import type { HostEvent } from '#contract/host.ts';
import { type Api, client, type Implementation, serve, toErrorValue } from '#contract/rpc.ts';
import type { RunStatus } from '#contract/run.ts';
import type { RunSpec } from '#contract/spec.ts';
import { hostForWorkerMethods, type WorkerProgress, workerMethods } from '#contract/worker.ts';
import { checkpointFile } from '../api/lookup.ts';
import { announceRun } from '../changes.ts';
import { adoptCheckpoint, lastCheckpoint, toCheckpointRow } from '../store/checkpoints.ts';
import { checkpointPath, type Library, newSpoolFolder, nextRevision } from '../store/library.ts';
import { insertMeasurements } from '../store/measurements.ts';
import { addEvent, type StoredRun, updateRun } from '../store/runs.ts';
import { appendPoints, dropAfter } from '../store/series.ts';
import { describeEnd, startWorker, type WorkerEnd, type WorkerProcess } from './workerProcess.ts';

interface Outcome {
  readonly status: Exclude<RunStatus, 'queued' | 'running'>;
  readonly error: string | null;
}

/** A run's row follows its worker at least this often. */
const persistMilliseconds = 1000;
/** A worker that has said how it ended is given this long to exit. */
const exitMilliseconds = 10_000;

export class Job {
  /** Settles when the worker is gone and the run's state is written; never rejects. */
  readonly done: Promise<void>;
  progress: WorkerProgress | null = null;
  private readonly library: Library;
  private readonly run: StoredRun;
  private readonly emit: (event: HostEvent) => void;
  private worker: (WorkerProcess & { readonly api: Api<typeof workerMethods> }) | undefined;
  /** How the worker says it ended. */
  private told: Outcome | undefined;
  /** Why this host ended it. */
  private failure: Outcome | undefined;
  /** Where the run goes on. */
  private from = { step: 0, seconds: 0 };
  private persistedAt = 0;
  private abandoned = false;

  constructor(library: Library, run: StoredRun, entry: string, emit: (event: HostEvent) => void) {
    this.library = library;
    this.run = run;
    this.emit = emit;
    this.done = this.work(entry);
  }

  /** Carried out by the worker at its next step. */
  request(kind: 'pause' | 'stop' | 'checkpoint'): void {
    // A worker that dies before it answers is told of by its end.
    void this.worker?.api[kind]({}).catch(() => undefined);
  }

  /** Pauses; after `patience` milliseconds kills, and the run is interrupted. */
  async shutDown(patience: number): Promise<void> {
    this.request('pause');
    await Promise.race([this.done, delay(patience, undefined, { ref: false })]);
    const error = `It did not pause within ${patience / 1000} s. Resume goes on from the last checkpoint.`;
    this.failure ??= { status: 'interrupted', error };
    this.abandoned = true;
    this.worker?.kill();
    await this.done;
  }

  private async work(entry: string): Promise<void> {
    let spool: string | undefined;
    let end: WorkerEnd | undefined;
    try {
      const resumeFrom = this.rewind();
      const spec = JSON.parse(this.run.spec) as RunSpec;
      const startFrom = resumeFrom === null && spec.start ? checkpointFile(this.library, spec.start) : null;
      spool = newSpoolFolder(this.library, this.run.id);
      announceRun(this.library, this.emit, this.run.id);
      const process = startWorker(entry, serve(hostForWorkerMethods, this.implementation(spool)));
      const worker = { ...process, api: client(workerMethods, process.call) };
      this.worker = worker;
      worker.api.start({ run: this.run.id, spec, resumeFrom, startFrom, spool }).catch((error) => {
        if (!this.told) this.fail(error);
      });
      end = await worker.ended;
    } catch (error) {
      this.fail(error);
    }
    if (!this.told && end?.stderr) this.keepOutput(end.stderr);
    await this.conclude(this.told ?? this.failure ?? crashed(end, this.progress));
    if (spool !== undefined) await rm(spool, { recursive: true, force: true }).catch(() => undefined);
  }

  /**
   * Takes the run back to its last checkpoint and drops what was logged after it, since the worker
   * will log it again.
   * @returns the checkpoint's file, or null to start at step 0
   */
  private rewind(): string | null {
    const { library, run } = this;
    const { db } = library;
    const checkpoint = lastCheckpoint(db, run.id);
    const file = checkpoint ? checkpointPath(library, checkpoint.hash) : null;
    if (file !== null && !existsSync(file)) {
      throw new BasinError(
        'corrupt',
        `Checkpoint ${file}: the file is missing. Restore it, then resume.`,
        file,
      );
    }
    const step = checkpoint?.step ?? 0;
    const seconds = checkpoint?.seconds ?? 0;
    this.from = { step, seconds };
    db.transaction(() => {
      // Before the first checkpoint nothing is kept: even the points of step 0 come again.
      dropAfter(db, run.id, checkpoint ? step : -1, nextRevision(db));
      const later = db.from.deleteFrom('measurements').where('run', '=', run.id);
      db.run(later.where('step', '>', checkpoint ? step : -1));
      db.run(db.from.deleteFrom('requests').where('run', '=', run.id));
      updateRun(db, run.id, { step, seconds });
      const message = checkpoint ? `From the checkpoint at step ${step}.` : 'From step 0.';
      addEvent(library, run.id, 'started', message);
    });
    return file;
  }

  private implementation(spool: string): Implementation<typeof hostForWorkerMethods> {
    const { library, run } = this;
    const { db } = library;
    return {
      started: this.kept(({ provenance, parameters }) => {
        updateRun(db, run.id, { provenance: JSON.stringify(provenance), parameters });
        return {};
      }),
      metrics: this.kept(({ batches }) => {
        db.transaction(() => {
          const revision = nextRevision(db);
          for (const { series, step, value } of batches) {
            appendPoints(db, run.id, series, { step, value }, revision);
          }
        });
        const step = batches.reduce((last, batch) => Math.max(last, batch.step.at(-1) ?? 0), 0);
        const series = batches.map((batch) => batch.series);
        this.emit({ type: 'metrics', run: run.id, series, step: Math.floor(step) });
        return {};
      }),
      measurements: this.kept(({ rows }) => {
        insertMeasurements(library, run.id, rows);
        this.emit({ type: 'measurements', run: run.id });
        return {};
      }),
      progress: this.kept((reported) => {
        // While it builds its model a worker does not know yet where it goes on.
        const step = Math.max(reported.step, this.from.step);
        const progress = { ...reported, step, seconds: Math.max(reported.seconds, this.from.seconds) };
        this.progress = progress;
        this.emit({ type: 'progress', run: run.id, progress });
        this.persist(progress, persistMilliseconds);
        return {};
      }),
      checkpoint: this.kept(async (written) => {
        const stored = await adoptCheckpoint(library, run.id, spool, written);
        this.emit({ type: 'checkpoint', run: run.id, checkpoint: toCheckpointRow(stored) });
        this.persist(written, 0);
        return { id: stored.id };
      }),
      warning: this.kept(({ message }) => {
        db.transaction(() => {
          nextRevision(db);
          addEvent(library, run.id, 'warning', message);
        });
        announceRun(library, this.emit, run.id);
        return {};
      }),
      ended: this.kept(({ status, step, seconds, error }) => {
        this.told = { status, error };
        this.persist({ step, seconds }, 0);
        this.write(this.told);
        const { worker } = this;
        if (worker) {
          const timer = setTimeout(() => worker.kill(), exitMilliseconds);
          void worker.ended.finally(() => clearTimeout(timer));
        }
        return {};
      }),
    };
  }

  /** A full disk ends the run: its worker could go on only by losing what it measures. */
  private kept<In, Out>(serve: (input: In) => Out | Promise<Out>): (input: In) => Promise<Out> {
    return async (input) => {
      try {
        return await serve(input);
      } catch (error) {
        if (error instanceof BasinError && error.code === 'disk') this.fail(error);
        throw error;
      }
    };
  }

  private fail(error: unknown): void {
    this.told = undefined;
    this.failure ??= { status: 'failed', error: toErrorValue(error).message };
    this.worker?.kill();
  }

  private persist({ step, seconds }: { step: number; seconds: number }, interval: number): void {
    const now = Date.now();
    if (now - this.persistedAt < interval) return;
    this.persistedAt = now;
    updateRun(this.library.db, this.run.id, { step, seconds }, ['running']);
    announceRun(this.library, this.emit, this.run.id);
  }

  /** What a worker that died had written: the error tells one line of it. */
  private keepOutput(stderr: string): void {
    try {
      this.library.db.transaction(() => addEvent(this.library, this.run.id, 'stderr', stderr));
    } catch {
      // Less important than the run's end, which comes next.
    }
  }

  /** Writes the run's end, trying again while the disk is full, until the host closes. */
  private async conclude(outcome: Outcome): Promise<void> {
    for (;;) {
      try {
        return this.write(outcome);
      } catch {
        if (this.abandoned) return;
        await delay(1000);
      }
    }
  }

  private write({ status, error }: Outcome): void {
    const { library, run } = this;
    const changed = library.db.transaction(() => {
      const change = { status, error, owner: null };
      if (!updateRun(library.db, run.id, change, ['running'])) return false;
      addEvent(library, run.id, status, error ?? '');
      return true;
    });
    if (changed) announceRun(library, this.emit, run.id);
  }
}

function crashed(end: WorkerEnd | undefined, progress: WorkerProgress | null): Outcome {
  const where = progress ? ` after step ${progress.step}` : ' before its first report';
  return { status: 'failed', error: `${describeEnd(end, where)} Resume goes on from the last checkpoint.` };
}
