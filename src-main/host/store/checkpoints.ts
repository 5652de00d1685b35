/**
 * Checkpoint files: `checkpoints/<SHA-256>.safetensors`. Equal contents share one file. A file is
 * whole and on the disk before its row exists; it goes when its last row has gone.
 */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import type { Selectable } from 'kysely';
import { BasinError } from '#contract/error.ts';
import type { CheckpointRow } from '#contract/run.ts';
import type { Database } from './database.ts';
import { asBasinError } from './failures.ts';
import { checkpointFolder, checkpointPath, type Library, nextRevision } from './library.ts';
import type { Tables } from './schema.ts';

export type StoredCheckpoint = Selectable<Tables['checkpoints']>;

/** The calls that can fail for want of space. */
export type Files = Pick<typeof fs, 'openSync' | 'fsyncSync' | 'closeSync' | 'renameSync'>;

/**
 * Takes a file over from the folder into which a run's worker writes. Several of one run may have the same step: the latest
 * one counts.
 * @throws BasinError `bad-input` for a file outside the spool, `disk`.
 */
export async function adoptCheckpoint(
  library: Library,
  run: string,
  spool: string,
  { step, file, seconds }: { readonly step: number; readonly file: string; readonly seconds: number },
  files: Files = fs,
): Promise<StoredCheckpoint> {
  const path = resolve(spool, file);
  const inside = relative(spool, path);
  if (inside === '' || inside.startsWith('..') || isAbsolute(inside)) {
    throw new BasinError('bad-input', `Checkpoint ${file}: it lies outside the spool folder ${spool}.`, file);
  }
  try {
    const hash = await hashFile(path);
    const bytes = fs.statSync(path).size;
    sync(path, files);
    return library.db.transaction(() => {
      // Under the write lock: no other host can collect an equal file between rename and row.
      files.renameSync(path, checkpointPath(library, hash));
      sync(checkpointFolder(library), files);
      return insertCheckpoint(library, run, { step, hash, bytes, seconds });
    });
  } catch (error) {
    throw asBasinError(error, path);
  }
}

function insertCheckpoint(
  { db, now, newId }: Library,
  run: string,
  values: { step: number; hash: string; bytes: number; seconds: number },
): StoredCheckpoint {
  nextRevision(db);
  const row = { id: newId(), run, ...values, created_at: now().toISOString() };
  const stored = db.first(db.from.insertInto('checkpoints').values(row).returningAll()) as StoredCheckpoint;
  // What was measured at this step, before the checkpoint was written, belongs to it.
  const measured = db.from.updateTable('measurements').set({ checkpoint: row.id });
  db.run(measured.where('run', '=', run).where('step', '=', values.step));
  return stored;
}

export function readCheckpoints(db: Database, run: string): StoredCheckpoint[] {
  const all = db.from.selectFrom('checkpoints').selectAll().where('run', '=', run);
  return db.all(all.orderBy('step').orderBy('seq'));
}

export function lastCheckpoint(db: Database, run: string): StoredCheckpoint | undefined {
  const all = db.from.selectFrom('checkpoints').selectAll().where('run', '=', run);
  return db.first(all.orderBy('step', 'desc').orderBy('seq', 'desc').limit(1));
}

export function toCheckpointRow({ id, run, step, hash, bytes, created_at }: StoredCheckpoint): CheckpointRow {
  return { id, run, step, hash, bytes, createdAt: created_at };
}

/** Deletes those of the files that no row names any more. */
export function collectFiles(library: Library, hashes: readonly string[]): void {
  const { db } = library;
  db.transaction(() => {
    for (const hash of hashes) {
      const named = db.first(db.from.selectFrom('checkpoints').select('id').where('hash', '=', hash));
      if (!named) fs.rmSync(checkpointPath(library, hash), { force: true });
    }
  });
}

/** SHA-256 in hexadecimal. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of fs.createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(part as Buffer);
  return hash.digest('hex');
}

function sync(path: string, files: Files): void {
  const file = files.openSync(path, 'r');
  try {
    files.fsyncSync(file);
  } finally {
    files.closeSync(file);
  }
}
