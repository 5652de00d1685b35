/** One open library folder: its database, its files' places, and the clock and chance that it uses. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, openDatabase } from './database.ts';
import { asBasinError } from './failures.ts';
import { newId } from './ids.ts';

export interface Library {
  readonly folder: string;
  readonly db: Database;
  now(): Date;
  newId(): string;
}

export interface Surroundings {
  now(): Date;
  random(bytes: number): Uint8Array;
}

const real: Surroundings = { now: () => new Date(), random: (bytes) => randomBytes(bytes) };

/** @throws BasinError as `openDatabase`. */
export function openLibrary(folder: string, { now, random }: Surroundings = real): Library {
  const db = openDatabase(folder);
  const library: Library = { folder, db, now, newId: () => newId(now(), random(6)) };
  try {
    mkdirSync(checkpointFolder(library), { recursive: true });
    mkdirSync(join(folder, 'spool'), { recursive: true });
  } catch (error) {
    db.close();
    throw asBasinError(error, folder);
  }
  return library;
}

export function checkpointFolder({ folder }: Library): string {
  return join(folder, 'checkpoints');
}

export function checkpointPath(library: Library, hash: string): string {
  return join(checkpointFolder(library), `${hash}.safetensors`);
}

/** Files on their way from one worker; a new one each time, so that an old worker's end harms nothing. */
export function newSpoolFolder({ folder, newId }: Library, run: string): string {
  const spool = join(folder, 'spool', `${run}.${newId()}`);
  mkdirSync(spool, { recursive: true });
  return spool;
}

/** Removes what hosts that were killed left behind: folders of runs that do not run. */
export function sweepSpool({ folder, db }: Library): void {
  const running = db.all(db.from.selectFrom('runs').select('id').where('status', '=', 'running'));
  for (const name of readdirSync(join(folder, 'spool'))) {
    if (running.some(({ id }) => name.startsWith(`${id}.`))) continue;
    rmSync(join(folder, 'spool', name), { recursive: true, force: true });
  }
}

/** The next value of the library-wide change counter; inside the transaction that makes the change. */
export function nextRevision(db: Database): number {
  const next = readRevision(db) + 1;
  writeSetting(db, 'revision', String(next));
  return next;
}

export function readRevision(db: Database): number {
  return Number(readSetting(db, 'revision') ?? 0);
}

export function readWorkers(db: Database): number {
  return Number(readSetting(db, 'workers') ?? 1);
}

export function writeWorkers(db: Database, workers: number): void {
  db.transaction(() => writeSetting(db, 'workers', String(workers)));
}

function readSetting(db: Database, key: string): string | undefined {
  return db.first(db.from.selectFrom('settings').select('value').where('key', '=', key))?.value;
}

function writeSetting(db: Database, key: string, value: string): void {
  const insert = db.from.insertInto('settings').values({ key, value });
  db.run(insert.onConflict((conflict) => conflict.column('key').doUpdateSet({ value })));
}
