/** What changed, as events: by this host when it happens, by other hosts of the library soon after. */
import { BasinError } from '#contract/error.ts';
import type { HostEvent } from '#contract/host.ts';
import type { StoredCheckpoint } from './store/checkpoints.ts';
import { toCheckpointRow } from './store/checkpoints.ts';
import { type Library, readRevision } from './store/library.ts';
import { readRun, summarize } from './store/runs.ts';

export type Emit = (event: HostEvent) => void;

/** A run's row as it stands; nothing for one that is gone. */
export function announceRun(library: Library, emit: Emit, id: string): void {
  announceRuns(library, emit, [id]);
}

/** Several at once: what their rows share is read once. */
export function announceRuns({ db }: Library, emit: Emit, ids: readonly string[]): void {
  const runs = ids.map((id) => readRun(db, id)).filter((run) => run !== undefined);
  for (const run of summarize(db, runs)) emit({ type: 'run', run });
}

const pollMilliseconds = 300;

/** Watches for the changes of other hosts: SQLite counts them in `data_version`. */
export class ForeignChanges {
  private readonly library: Library;
  private readonly emit: Emit;
  private readonly timer: NodeJS.Timeout;
  private version: unknown;
  private revision: number;
  private lastCheckpoint: number;
  private lastMeasurement: number;
  private known: Set<string>;

  constructor(library: Library, emit: Emit, onChange: () => void) {
    const { db } = library;
    this.library = library;
    this.emit = emit;
    this.version = db.pragma('data_version');
    this.revision = readRevision(db);
    this.lastCheckpoint = this.newest('checkpoints');
    this.lastMeasurement = this.newest('measurements');
    this.known = this.runs();
    this.timer = setInterval(() => {
      try {
        if (this.look()) onChange();
      } catch (error) {
        // A busy database: the next look finds the same changes.
        if (!(error instanceof BasinError)) throw error;
      }
    }, pollMilliseconds);
  }

  close(): void {
    clearInterval(this.timer);
  }

  /** Own changes since the last look are told again: events carry rows, so that harms nothing. */
  private look(): boolean {
    const { db } = this.library;
    const version = db.pragma('data_version');
    if (version === this.version) return false;
    const revision = readRevision(db);
    const runs = this.runs();
    for (const id of this.known) if (!runs.has(id)) this.emit({ type: 'removed', run: id });
    const changed = db.from.selectFrom('runs').select('id').where('revision', '>', this.revision);
    const ids = db.all(changed).map(({ id }) => id);
    announceRuns(this.library, this.emit, ids);
    this.tellSeries();
    this.tellCheckpoints();
    this.tellMeasurements();
    this.known = runs;
    this.revision = revision;
    this.version = version;
    return true;
  }

  private tellSeries(): void {
    const { db } = this.library;
    const grown = db.from.selectFrom('series').select(['run', 'name', 'last_step']);
    const byRun = Map.groupBy(db.all(grown.where('revision', '>', this.revision)), ({ run }) => run);
    for (const [run, rows] of byRun) {
      const step = Math.floor(Math.max(...rows.map((row) => row.last_step)));
      this.emit({ type: 'metrics', run, series: rows.map(({ name }) => name), step });
    }
  }

  private tellCheckpoints(): void {
    const { db } = this.library;
    const fresh = db.from.selectFrom('checkpoints').selectAll().where('seq', '>', this.lastCheckpoint);
    for (const row of db.all(fresh.orderBy('seq')) as StoredCheckpoint[]) {
      this.lastCheckpoint = row.seq;
      this.emit({ type: 'checkpoint', run: row.run, checkpoint: toCheckpointRow(row) });
    }
  }

  private tellMeasurements(): void {
    const { db } = this.library;
    const fresh = db.from.selectFrom('measurements').select('run').where('seq', '>', this.lastMeasurement);
    for (const { run } of db.all(fresh.distinct())) this.emit({ type: 'measurements', run });
    this.lastMeasurement = this.newest('measurements');
  }

  private newest(table: 'checkpoints' | 'measurements'): number {
    const { db } = this.library;
    return db.first(db.from.selectFrom(table).select((e) => e.fn.max('seq').as('seq')))?.seq ?? 0;
  }

  private runs(): Set<string> {
    const { db } = this.library;
    return new Set(db.all(db.from.selectFrom('runs').select('id')).map(({ id }) => id));
  }
}
