/**
 * The job queue of one host: takes queued runs of the library, highest priority first, and gives
 * each a worker process. A run belongs to the host that runs it; other hosts ask for a pause, a stop
 * or a checkpoint through the table of requests.
 */
import { BasinError } from '#contract/error.ts';
import type { HostEvent, QueueState } from '#contract/host.ts';
import type { WorkerProgress } from '#contract/worker.ts';
import { announceRun } from '../changes.ts';
import { type Library, nextRevision, readWorkers, sweepSpool } from '../store/library.ts';
import { addEvent, type QueuedRun, readQueue, readRun, type StoredRun, updateRun } from '../store/runs.ts';
import { Job } from './job.ts';
import { isAlive } from './owner.ts';

export interface QueueOptions {
  readonly owner: string;
  readonly workerEntry: string;
  /** In place of the number kept in the library. */
  readonly workers: number | undefined;
  /** Whether this host takes a queued run. */
  takes(run: QueuedRun): boolean;
  emit(event: HostEvent): void;
}

/** Time between looks at the requests of other hosts and at runs that they queued. */
const pollMilliseconds = 300;
/** Owners that have died are looked for at every tenth poll. */
const pollsBetweenInspections = 10;

export class JobQueue {
  private readonly library: Library;
  private readonly options: QueueOptions;
  private readonly jobs = new Map<string, Job>();
  private workers: number | undefined;
  private timer: NodeJS.Timeout | undefined;
  private polls = 0;
  private closing = false;

  constructor(library: Library, options: QueueOptions) {
    this.library = library;
    this.options = options;
    this.workers = options.workers;
  }

  /** Marks what dead hosts left running, then starts working. */
  open(): void {
    this.markInterrupted();
    sweepSpool(this.library);
    this.fill();
    this.timer = setInterval(() => this.poll(), pollMilliseconds);
  }

  /** Starts workers while there are free places and runs to take. */
  fill(): void {
    const limit = this.workers ?? readWorkers(this.library.db);
    while (!this.closing && this.jobs.size < limit) {
      const run = this.claim();
      if (!run) return;
      const job = new Job(this.library, run, this.options.workerEntry, this.options.emit);
      this.jobs.set(run.id, job);
      void job.done.then(() => {
        this.jobs.delete(run.id);
        if (this.closing) return;
        this.whileDiskAllows(() => {
          this.announce();
          this.fill();
        });
      });
      this.announce();
    }
  }

  /** Asks for something of a running run, here or through the host that runs it. */
  request(run: StoredRun, kind: 'pause' | 'stop' | 'checkpoint'): void {
    const job = this.jobs.get(run.id);
    if (job) {
      job.request(kind);
      return;
    }
    const { db, now } = this.library;
    const row = { run: run.id, kind, created_at: now().toISOString() };
    db.transaction(() => db.run(db.from.insertInto('requests').values(row)));
  }

  /** The library's number from here on, also in this host. */
  forgetOwnNumber(): void {
    this.workers = undefined;
  }

  progress(run: string): WorkerProgress | null {
    return this.jobs.get(run)?.progress ?? null;
  }

  state(): QueueState {
    const { db } = this.library;
    const running = db.all(
      db.from
        .selectFrom('runs')
        .select(['id', 'name', 'steps'])
        .where('status', '=', 'running')
        .orderBy('seq'),
    );
    return {
      workers: this.workers ?? readWorkers(db),
      running: running.map(({ id, name, steps }) => ({ run: id, name, steps, progress: this.progress(id) })),
      queued: readQueue(db).map(({ id, name, priority }) => ({ run: id, name, priority })),
    };
  }

  announce(): void {
    this.options.emit({ type: 'queue', queue: this.state() });
  }

  /** Pauses what runs; what has not ended after `patience` milliseconds is killed and interrupted. */
  async close(patience: number): Promise<void> {
    this.closing = true;
    clearInterval(this.timer);
    const { db } = this.library;
    const kept = readQueue(db).filter(({ owner }) => owner === this.options.owner);
    for (const { id } of kept) updateRun(db, id, { owner: null }, ['queued']);
    await Promise.all([...this.jobs.values()].map((job) => job.shutDown(patience)));
  }

  /** One UPDATE: of several hosts that want the same run, one gets it. */
  private claim(): StoredRun | undefined {
    const { db } = this.library;
    for (const run of readQueue(db)) {
      // A paused run may be queued again before its old worker is gone.
      if (this.jobs.has(run.id) || !this.options.takes(run) || this.isAnothers(run)) continue;
      const change = { status: 'running' as const, owner: this.options.owner, error: null };
      if (updateRun(db, run.id, change, ['queued'])) return readRun(db, run.id);
    }
    return undefined;
  }

  /** A command that waits for its own runs keeps them: a window that took one would end it when it closes. */
  private isAnothers({ owner }: QueuedRun): boolean {
    return owner !== null && owner !== this.options.owner && isAlive(owner);
  }

  /** Keeps a queued run for this host, as long as it lives. */
  keep(run: string): void {
    updateRun(this.library.db, run, { owner: this.options.owner }, ['queued']);
  }

  private poll(): void {
    this.whileDiskAllows(() => {
      this.polls += 1;
      if (this.polls % pollsBetweenInspections === 0) this.markInterrupted();
      this.answerRequests();
      this.fill();
    });
  }

  /** With a busy or full disk the next poll tries again; a person's own calls tell the reason. */
  private whileDiskAllows(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof BasinError)) throw error;
    }
  }

  private answerRequests(): void {
    if (this.jobs.size === 0) return;
    const { db } = this.library;
    const ours = [...this.jobs.keys()];
    const waiting = db.from.selectFrom('requests').selectAll().where('run', 'in', ours).orderBy('id');
    for (const { id, run, kind } of db.all(waiting)) {
      db.run(db.from.deleteFrom('requests').where('id', '=', id));
      this.jobs.get(run)?.request(kind);
    }
  }

  private markInterrupted(): void {
    const { db } = this.library;
    const running = db.from.selectFrom('runs').selectAll().where('status', '=', 'running');
    const lost = db.all(running).filter((run) => !isAlive(run.owner));
    if (lost.length === 0) return;
    db.transaction(() => {
      nextRevision(db);
      for (const run of lost) {
        if (!updateRun(db, run.id, { status: 'interrupted', owner: null }, ['running'])) continue;
        db.run(db.from.deleteFrom('requests').where('run', '=', run.id));
        const message = `The host that ran it ended at step ${run.step} or later. Resume goes on from the last checkpoint.`;
        addEvent(this.library, run.id, 'interrupted', message);
      }
    });
    for (const run of lost) announceRun(this.library, this.options.emit, run.id);
  }
}
