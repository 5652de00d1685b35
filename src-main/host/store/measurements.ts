/** Measurements: probes, flatness, evaluations; each tied to the checkpoint of its step, where there is one. */
import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { MeasurementRow } from '#contract/run.ts';
import type { NewMeasurement } from '#contract/worker.ts';
import type { Database } from './database.ts';
import { type Library, nextRevision } from './library.ts';
import type { Tables } from './schema.ts';

const json = z.json();

/** A measurement of the same name and step is replaced: a resumed run measures again. */
export function insertMeasurements(
  { db, newId }: Library,
  run: string,
  rows: readonly NewMeasurement[],
): void {
  db.transaction(() => {
    nextRevision(db);
    for (const { step, name, value, stderr, detail } of rows) {
      const checkpoint = db.first(
        db.from
          .selectFrom('checkpoints')
          .select('id')
          .where('run', '=', run)
          .where('step', '=', step)
          .orderBy('seq', 'desc')
          .limit(1),
      );
      const old = db.from.deleteFrom('measurements').where('run', '=', run).where('step', '=', step);
      db.run(old.where('name', '=', name));
      const row = {
        ...{ id: newId(), run, checkpoint: checkpoint?.id ?? null, step, name },
        value: Number.isNaN(value) ? null : value,
        stderr: stderr === null || Number.isNaN(stderr) ? null : stderr,
        detail: JSON.stringify(detail),
      };
      db.run(db.from.insertInto('measurements').values(row));
    }
  });
}

export function readMeasurements(db: Database, run: string): MeasurementRow[] {
  const all = db.from.selectFrom('measurements').selectAll().where('run', '=', run);
  return db.all(all.orderBy('step').orderBy('seq')).map(toMeasurementRow);
}

/** Those at the checkpoint's own step. */
export function measurementsAt(db: Database, run: string, step: number): MeasurementRow[] {
  return readMeasurements(db, run).filter((row) => row.step === step);
}

function toMeasurementRow(stored: Selectable<Tables['measurements']>): MeasurementRow {
  const { id, run, checkpoint, step, name, value, stderr, detail } = stored;
  const parsed = json.parse(JSON.parse(detail));
  return { id, run, checkpoint, step, name, value: value ?? Number.NaN, stderr, detail: parsed };
}
