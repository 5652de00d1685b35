/** A check of the whole library: SQLite's own, keys, chunks, and every checkpoint's checksum. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Verification } from '#contract/host.ts';
import { hashFile } from './checkpoints.ts';
import { checkpointFolder, checkpointPath, type Library } from './library.ts';
import { chunkPoints, decodeColumn } from './series.ts';

export async function verifyLibrary(library: Library): Promise<Verification> {
  const { db } = library;
  const problems = db.snapshot(() => [...checkDatabase(library), ...checkSeries(library)]);
  problems.push(...(await checkFiles(library)));
  const runs = db.first(db.from.selectFrom('runs').select((e) => e.fn.countAll<number>().as('count')));
  const rows = db.first(db.from.selectFrom('checkpoints').select((e) => e.fn.countAll<number>().as('count')));
  return {
    ok: problems.length === 0,
    runs: runs?.count ?? 0,
    checkpoints: rows?.count ?? 0,
    bytes: libraryBytes(library),
    problems,
  };
}

/** Database, write-ahead log and checkpoint files. */
export function libraryBytes(library: Library): number {
  const { folder } = library;
  const database = ['basin.db', 'basin.db-wal'].map((name) => join(folder, name));
  const checkpoints = readdirSync(checkpointFolder(library)).map((name) =>
    join(checkpointFolder(library), name),
  );
  return [...database, ...checkpoints].reduce((sum, path) => {
    return sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  }, 0);
}

function checkDatabase({ db, folder }: Library): string[] {
  const path = join(folder, 'basin.db');
  const answers = db.pragmaRows('integrity_check') as { integrity_check: string }[];
  const damage = answers.map((row) => row.integrity_check).filter((text) => text !== 'ok');
  const keys = db.pragmaRows('foreign_key_check') as { table: string; rowid: number; parent: string }[];
  return [
    ...damage.map((text) => `${path}: ${text}.`),
    ...keys.map(({ table, rowid, parent }) => `${path}: row ${rowid} of ${table} names no row of ${parent}.`),
  ];
}

/** Columns as long as they say, steps ascending, one chunk after the other, levels over each other. */
function checkSeries({ db }: Library): string[] {
  const problems: string[] = [];
  const all = db.from.selectFrom('series').select(['id', 'run', 'name', 'points', 'last_step']);
  for (const series of db.all(all.orderBy('id'))) {
    const place = `Series ${series.name} of run ${series.run}`;
    const last = new Map<number, number>();
    /** Last step of the last full chunk of a level. */
    const full = new Map<number, number>();
    let points = 0;
    const chunks = db.from.selectFrom('chunks').selectAll().where('series', '=', series.id);
    for (const chunk of db.all(chunks.orderBy('level').orderBy('first'))) {
      const { level, first, count } = chunk;
      const before = last.get(level) ?? Number.NEGATIVE_INFINITY;
      if (!isWhole(chunk, before)) problems.push(`${place}: its chunk from step ${first} is damaged.`);
      last.set(level, chunk.last);
      if (count === chunkPoints) full.set(level, chunk.last);
      if (level === 0) points += count;
    }
    if (points !== series.points || last.get(0) !== series.last_step) {
      problems.push(`${place}: it should have ${series.points} points to step ${series.last_step}.`);
    }
    for (const [level, end] of full) {
      if (last.get(level + 1) !== end) problems.push(`${place}: level ${level + 1} is not up to date.`);
    }
  }
  return problems;
}

function isWhole(
  chunk: {
    first: number;
    last: number;
    count: number;
    steps: Buffer;
    vals: Buffer;
    min: number | null;
    max: number | null;
  },
  after: number,
): boolean {
  const { count, steps, vals } = chunk;
  if (steps.length !== 8 * count || vals.length !== 8 * count || count < 1 || count > chunkPoints)
    return false;
  const step = decodeColumn(steps);
  let previous = after;
  for (const s of step) {
    if (!(s > previous)) return false;
    previous = s;
  }
  let min: number | null = null;
  let max: number | null = null;
  for (const v of decodeColumn(vals)) {
    if (Number.isNaN(v)) continue;
    if (min === null || v < min) min = v;
    if (max === null || v > max) max = v;
  }
  return step[0] === chunk.first && step[count - 1] === chunk.last && min === chunk.min && max === chunk.max;
}

async function checkFiles(library: Library): Promise<string[]> {
  const { db } = library;
  const problems: string[] = [];
  const rowOf = (hash: string) => db.from.selectFrom('checkpoints').select('id').where('hash', '=', hash);
  const named = new Map<string, number>();
  for (const { hash, bytes } of db.all(db.from.selectFrom('checkpoints').select(['hash', 'bytes']))) {
    named.set(hash, bytes);
  }
  const files = new Set(readdirSync(checkpointFolder(library)));
  for (const [hash, bytes] of named) {
    const path = checkpointPath(library, hash);
    files.delete(`${hash}.safetensors`);
    const problem = await checkFile(path, hash, bytes);
    // Its last run may have been removed while other files were read.
    if (problem && db.first(rowOf(hash))) problems.push(`${path}: ${problem}.`);
  }
  for (const name of files) {
    // Under the write lock: a file that arrives just now gets its row before the lock is free.
    const row = db.transaction(() => db.first(rowOf(name.replace(/\.safetensors$/, ''))));
    const path = join(checkpointFolder(library), name);
    if (!row && existsSync(path)) problems.push(`${path}: no run has this file.`);
  }
  return problems;
}

async function checkFile(path: string, hash: string, bytes: number): Promise<string | undefined> {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) return 'the file is missing';
  if (size !== bytes) return `it should have ${bytes} bytes, it has ${size}`;
  try {
    return (await hashFile(path)) === hash ? undefined : 'its contents do not have its checksum';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
