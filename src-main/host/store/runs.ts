/** Rows of experiments and runs: reading, creating, changing. Every change takes a new revision. */
import type { Selectable, Updateable } from 'kysely';
import type { ExperimentRow, RunEvent, RunSummary } from '#contract/host.ts';
import type { RunRow, RunStatus } from '#contract/run.ts';
import type { ExperimentSpec, RunSpec } from '#contract/spec.ts';
import type { Database } from './database.ts';
import { type Library, nextRevision } from './library.ts';
import type { Tables } from './schema.ts';

export type StoredRun = Selectable<Tables['runs']>;

export interface NewRun {
  readonly name: string;
  readonly spec: RunSpec;
}

/** All or nothing. The runs are queued in the order given. */
export function insertExperiment(
  { db, now, newId }: Library,
  spec: ExperimentSpec,
  title: string,
  runs: readonly NewRun[],
  priority: number,
): { experiment: string; runs: string[] } {
  const created_at = now().toISOString();
  const experiment = newId();
  return db.transaction(() => {
    const revision = nextRevision(db);
    const row = {
      id: experiment,
      title,
      preset: spec.preset ?? null,
      study: spec.study,
      spec: JSON.stringify(spec),
      created_at,
    };
    db.run(db.from.insertInto('experiments').values(row));
    const ids = runs.map(({ name, spec: one }) => {
      const run = {
        id: newId(),
        experiment,
        name,
        study: one.study,
        status: 'queued' as const,
        step: 0,
        steps: one.steps,
        seconds: 0,
        seed: one.seed,
        priority,
        tags: '[]',
        created_at,
        spec: JSON.stringify(one),
        revision,
      };
      db.run(db.from.insertInto('runs').values(run));
      return run.id;
    });
    return { experiment, runs: ids };
  });
}

export function readExperiments(db: Database): ExperimentRow[] {
  const rows = db.all(db.from.selectFrom('experiments').selectAll().orderBy('seq', 'desc'));
  return rows.map(({ id, title, preset, study, spec, created_at }) => ({
    id,
    title,
    preset,
    study,
    spec: JSON.parse(spec) as ExperimentSpec,
    createdAt: created_at,
  }));
}

export function readRun(db: Database, id: string): StoredRun | undefined {
  return db.first(db.from.selectFrom('runs').selectAll().where('id', '=', id));
}

export function readRuns(db: Database, experiment?: string): StoredRun[] {
  const query = db.from.selectFrom('runs').selectAll().orderBy('seq');
  return db.all(experiment === undefined ? query : query.where('experiment', '=', experiment));
}

/** Changes a run; answers whether it did. `only`: the change is made in one of these states alone. */
export function updateRun(
  db: Database,
  id: string,
  change: Updateable<Tables['runs']>,
  only?: readonly RunStatus[],
): boolean {
  return db.transaction(() => {
    const revision = nextRevision(db);
    const update = db.from
      .updateTable('runs')
      .set({ ...change, revision })
      .where('id', '=', id);
    return db.run(only ? update.where('status', 'in', only) : update) > 0;
  });
}

/** Deletes a run with all that hangs on it, and its experiment where it was the last one. */
export function deleteRun(db: Database, run: StoredRun): void {
  db.transaction(() => {
    nextRevision(db);
    db.run(db.from.deleteFrom('runs').where('id', '=', run.id));
    const left = db.first(db.from.selectFrom('runs').select('id').where('experiment', '=', run.experiment));
    if (!left) db.run(db.from.deleteFrom('experiments').where('id', '=', run.experiment));
  });
}

export type QueuedRun = Pick<StoredRun, 'id' | 'name' | 'experiment' | 'priority' | 'owner'>;

/** The queue in the order in which it will be worked off. */
export function readQueue(db: Database): QueuedRun[] {
  const columns = ['id', 'name', 'experiment', 'priority', 'owner'] as const;
  const queued = db.from.selectFrom('runs').select(columns).where('status', '=', 'queued');
  return db.all(queued.orderBy('priority', 'desc').orderBy('seq'));
}

/** Rows as they travel: with their series' last values, last checkpoint and place in the queue. */
export function summarize(db: Database, runs: readonly StoredRun[]): RunSummary[] {
  const ids = runs.map(({ id }) => id);
  const metrics = new Map<string, Record<string, number>>(ids.map((id) => [id, {}]));
  const last = new Map<string, string>();
  for (const some of slices(ids)) {
    const values = db.from.selectFrom('series').select(['run', 'name', 'last_value']).orderBy('name');
    for (const { run, name, last_value } of db.all(values.where('run', 'in', some))) {
      const of = metrics.get(run);
      if (of) of[name] = last_value ?? Number.NaN;
    }
    const checkpoints = db.from.selectFrom('checkpoints').select(['run', 'id']);
    const ordered = checkpoints.where('run', 'in', some).orderBy('step').orderBy('seq');
    for (const { run, id } of db.all(ordered)) last.set(run, id);
  }
  const waiting = runs.some(({ status }) => status === 'queued')
    ? new Map(readQueue(db).map(({ id }, place) => [id, place]))
    : new Map<string, number>();
  return runs.map((run) => ({
    ...toRunRow(run),
    metrics: metrics.get(run.id) ?? {},
    checkpoint: last.get(run.id) ?? null,
    position: waiting.get(run.id) ?? null,
  }));
}

export function toRunRow(run: StoredRun): RunRow {
  const { id, experiment, name, study, status, step, steps, seconds, seed, priority, error } = run;
  return {
    ...{ id, experiment, name, study, status, step, steps, seconds, seed, priority, error },
    tags: JSON.parse(run.tags) as string[],
    createdAt: run.created_at,
    spec: JSON.parse(run.spec) as RunSpec,
  };
}

export function addEvent({ db, now }: Library, run: string, kind: string, message: string): void {
  const row = { run, at: now().toISOString(), kind, message };
  db.run(db.from.insertInto('events').values(row));
}

export function readEvents(db: Database, run: string): RunEvent[] {
  const events = db.from.selectFrom('events').select(['at', 'kind', 'message']);
  return db.all(events.where('run', '=', run).orderBy('id'));
}

/** SQLite's limit on bound parameters is far above; short lists keep few statements in the cache. */
function slices<T>(items: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < items.length; start += 500) parts.push(items.slice(start, start + 500));
  return parts;
}
