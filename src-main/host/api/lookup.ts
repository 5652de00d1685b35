/** From what a person types to the run or checkpoint meant. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { BasinError } from '#contract/error.ts';
import { readCheckpoints, type StoredCheckpoint } from '../store/checkpoints.ts';
import type { Database } from '../store/database.ts';
import { checkpointPath, type Library } from '../store/library.ts';
import { readRun, readRuns, type StoredRun } from '../store/runs.ts';

/** Beginnings of an id shorter than this are taken for names alone. */
const shortestPrefix = 4;

/** An id, a unique beginning of one, or a unique name. @throws BasinError `not-found`, `conflict`. */
export function findRun(db: Database, text: string): StoredRun {
  const exact = readRun(db, text);
  if (exact) return exact;
  const runs = readRuns(db);
  const run = only(
    `run ${text}`,
    runs,
    text,
    ({ name }) => name,
    ({ id, name, status }) => `${id} (${name}, ${status})`,
  );
  if (run) return run;
  const similar = runs.filter(({ name }) => name.toLowerCase().includes(text.toLowerCase())).slice(-3);
  const hint =
    similar.length > 0 ? ` Similar: ${similar.map(({ id, name }) => `${id} (${name})`).join(', ')}.` : '';
  throw new BasinError('not-found', `No run ${text}: this library has no such id or name.${hint}`);
}

/** A checkpoint's id or a unique beginning of it; `RUN`: its last one; `RUN@STEP`: the one at that step. */
export function findCheckpoint(db: Database, text: string): StoredCheckpoint {
  const checkpoints = db.all(db.from.selectFrom('checkpoints').selectAll().orderBy('seq'));
  const found = only(
    `checkpoint ${text}`,
    checkpoints,
    text,
    () => undefined,
    ({ id, run, step }) => `${id} (run ${run}, step ${step})`,
  );
  if (found) return found;
  const { run, step } = resolveRunAt(db, text);
  const own = readCheckpoints(db, run.id);
  const chosen = step === undefined ? own.at(-1) : own.findLast((checkpoint) => checkpoint.step === step);
  if (chosen) return chosen;
  const steps = own.map((checkpoint) => checkpoint.step);
  const why =
    steps.length === 0 ? 'it has no checkpoint yet' : `its checkpoints are at step ${steps.join(', ')}`;
  throw new BasinError('not-found', `No checkpoint ${text}: ${why}.`);
}

/** The file of a checkpoint that `text` names in the library, or of the .safetensors file that it is. */
export function checkpointFile(library: Library, text: string): string {
  return isFile(text) ? text : checkpointPath(library, findCheckpoint(library.db, text).hash);
}

/**
 * A spec's `start` as it will still be true when the run begins: the checkpoint's id, or the whole path.
 * @throws BasinError `not-found`, `conflict`
 */
export function settledStart(library: Library, text: string): string {
  if (!isFile(text)) return findCheckpoint(library.db, text).id;
  if (existsSync(text)) return resolve(text);
  throw new BasinError('not-found', `Setting start: there is no file ${text}. Name another one.`, 'start');
}

/** Whether what names a checkpoint is a path. */
function isFile(text: string): boolean {
  return text.endsWith('.safetensors');
}

/** A run's own name may hold an `@`. */
function resolveRunAt(db: Database, text: string): { run: StoredRun; step: number | undefined } {
  const match = /^(.+)@(\d+)$/.exec(text);
  if (!match) return { run: findRun(db, text), step: undefined };
  try {
    return { run: findRun(db, match[1] ?? ''), step: Number(match[2]) };
  } catch {
    return { run: findRun(db, text), step: undefined };
  }
}

function only<Row extends { id: string }>(
  what: string,
  rows: readonly Row[],
  text: string,
  name: (row: Row) => string | undefined,
  describe: (row: Row) => string,
): Row | undefined {
  const beginning = text.toLowerCase();
  const exact = rows.filter(({ id }) => id === beginning);
  const byName = rows.filter((row) => name(row) === text);
  const byPrefix =
    text.length >= shortestPrefix ? rows.filter(({ id }) => id.startsWith(beginning)) : ([] as Row[]);
  for (const candidates of [exact, byName, byPrefix]) {
    if (candidates.length === 1) return candidates[0];
    if (candidates.length > 1) {
      const listed = candidates.slice(-5).map(describe).join(', ');
      throw new BasinError('conflict', `Several fit ${what}: ${listed}. Use an id.`);
    }
  }
  return undefined;
}
