/** SQLite, the library folder and the disk under it; nothing is created. */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { formatBytes } from '../format.ts';
import { type Check, reason } from './check.ts';

export async function checkSqlite(): Promise<{ check: Check; version: string | null }> {
  try {
    const { default: Sqlite } = await import('better-sqlite3');
    const memory = new Sqlite(':memory:');
    const version = String(memory.prepare('select sqlite_version()').pluck().get());
    memory.close();
    return { check: { id: 'sqlite', ok: true, detail: version }, version };
  } catch (error) {
    const detail = `SQLite does not load: ${reason(error)}. Run npm run setup.`;
    return { check: { id: 'sqlite', ok: false, detail }, version: null };
  }
}

export async function checkLibrary(folder: string): Promise<Check> {
  const fail = (why: string, remedy: string): Check => ({
    id: 'library',
    ok: false,
    detail: `${folder}: ${why}. ${remedy}`,
  });
  const other = 'Choose another with --library or BASIN_LIBRARY.';
  const place = existingPart(folder);
  if (!statSync(place).isDirectory()) return fail(`${place} is not a folder`, other);
  if (!writable(place)) return fail(`${place} is not writable`, `Allow writing there. ${other}`);
  const database = join(folder, 'basin.db');
  if (!existsSync(database))
    return { id: 'library', ok: true, detail: `${folder}: not there yet, made by the first run` };
  if (!writable(database)) return fail('basin.db is not writable', `Allow writing to it. ${other}`);
  const version = schemaVersion(database);
  if (version === null) return fail('basin.db is not an SQLite database', other);
  const { migrations } = await import('#host/store/schema.ts');
  if (version > migrations.length) {
    const versions = `database version ${version}, this one knows ${migrations.length}`;
    return fail(`basin.db was written by a newer Basin (${versions})`, `Update Basin. ${other}`);
  }
  return { id: 'library', ok: true, detail: `${folder}: writable, database version ${version}` };
}

const enoughBytes = 2e9;

export function checkDisk(folder: string): Check {
  const { bavail, bsize } = statfsSync(existingPart(folder));
  const free = bavail * bsize;
  const detail = `${formatBytes(free)} free`;
  if (free >= enoughBytes) return { id: 'disk', ok: true, detail };
  return { id: 'disk', ok: false, detail: `${detail} at ${folder}: checkpoints soon fill that. Free some.` };
}

/** The folder itself, or the nearest one above it that exists. */
function existingPart(folder: string): string {
  let place = folder;
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
  return place;
}

function writable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** `user_version` from the file's header: opening the database would already write beside it. */
function schemaVersion(database: string): number | null {
  const header = Buffer.alloc(100);
  const file = openSync(database, 'r');
  try {
    readSync(file, header, 0, header.length, 0);
  } finally {
    closeSync(file);
  }
  return header.toString('latin1', 0, 16) === 'SQLite format 3\0' ? header.readUInt32BE(60) : null;
}
