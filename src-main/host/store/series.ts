/**
 * Metric series: points in chunks of float64 columns, with a pyramid above them. Level 0 holds the
 * points; each full chunk of level l sends the M4 extremes of its blocks to level l + 1, so that a
 * chart over millions of points reads a few thousand. Every point of every level is an original one.
 */
import { BasinError } from '#contract/error.ts';
import type { SeriesPoints } from '#contract/run.ts';
import type { Database } from './database.ts';
import { extremes, pick } from './m4.ts';

/** Points in a full chunk: the last chunk is rewritten until it has as many. */
export const chunkPoints = 1024;
/** Points whose first, last, smallest and largest stand for them one level up; divides a chunk. */
const blockPoints = 64;

export interface Chunk {
  readonly first: number;
  readonly last: number;
  readonly points: SeriesPoints;
}

/**
 * Adds points to one series, creating it. Steps at or before the last one replace what stood there:
 * a series has one value a step. Inside a transaction.
 * @throws BasinError `bad-input` for a step that is not finite or columns of unequal length.
 */
export function appendPoints(
  db: Database,
  run: string,
  name: string,
  points: SeriesPoints,
  revision: number,
): void {
  const fresh = inStepOrder(points, name);
  const first = fresh.step[0];
  if (first === undefined) return;
  const series = findOrCreate(db, run, name, first, revision);
  let added = fresh;
  let kept = series.points;
  if (kept > 0 && first <= series.last_step) {
    const old = readChunks(db, series.id, 0, first, Number.POSITIVE_INFINITY);
    const replaced = between(concatenate(old.map((chunk) => chunk.points)), first, Number.POSITIVE_INFINITY);
    added = merge(replaced, fresh);
    kept -= replaced.step.length;
    cut(db, series.id, first);
  }
  extend(db, series.id, 0, added);
  const row = describeEnd(added, kept + added.step.length);
  db.run(
    db.from
      .updateTable('series')
      .set({ ...row, revision })
      .where('id', '=', series.id),
  );
}

/** `points` in all; the last of them are at hand. */
function describeEnd({ step, value }: SeriesPoints, points: number) {
  const last = value.at(-1) as number;
  return { points, last_step: step.at(-1) as number, last_value: Number.isNaN(last) ? null : last };
}

/** Drops the points of all series of a run after `step`. Inside a transaction. */
export function dropAfter(db: Database, run: string, step: number, revision: number): void {
  const later = db.from.selectFrom('series').select('id').where('run', '=', run);
  for (const { id } of db.all(later.where('last_step', '>', step))) {
    cut(db, id, step, true);
    describe(db, id, revision);
  }
}

/** Chunks of one level with points in [from, to], in step order. */
export function readChunks(db: Database, series: number, level: number, from: number, to: number): Chunk[] {
  const chunks = db.from.selectFrom('chunks').where('series', '=', series).where('level', '=', level);
  // The index holds first steps alone: the chunk that spans `from` is the last to begin by then.
  const start = db.first(chunks.select((e) => e.fn.max('first').as('first')).where('first', '<=', from));
  const rows = db.all(
    chunks
      .select(['first', 'last', 'steps', 'vals'])
      .where('first', '>=', start?.first ?? Number.NEGATIVE_INFINITY)
      .where('first', '<=', to)
      .orderBy('first'),
  );
  return rows
    .filter(({ last }) => last >= from)
    .map(({ first, last, steps, vals }) => ({
      first,
      last,
      points: { step: decodeColumn(steps), value: decodeColumn(vals) },
    }));
}

export function concatenate(parts: readonly SeriesPoints[]): SeriesPoints {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const count = parts.reduce((sum, part) => sum + part.step.length, 0);
  const joined = { step: new Float64Array(count), value: new Float64Array(count) };
  let offset = 0;
  for (const part of parts) {
    joined.step.set(part.step, offset);
    joined.value.set(part.value, offset);
    offset += part.step.length;
  }
  return joined;
}

/** Points with from ≤ step ≤ to; a view, not a copy. */
export function between({ step, value }: SeriesPoints, from: number, to: number): SeriesPoints {
  const start = lowerBound(step, from, false);
  const end = lowerBound(step, to, true);
  return { step: step.subarray(start, end), value: value.subarray(start, end) };
}

/** Index of the first step ≥ `bound`, or > `bound` where `after`. */
export function lowerBound(step: Float64Array, bound: number, after: boolean): number {
  let low = 0;
  let high = step.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = step[middle] as number;
    if (at < bound || (after && at === bound)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Appends to one level; full chunks pass their extremes upwards. */
function extend(db: Database, series: number, level: number, points: SeriesPoints): void {
  const tail = db.first(
    db.from
      .selectFrom('chunks')
      .select(['id', 'count', 'steps', 'vals'])
      .where('series', '=', series)
      .where('level', '=', level)
      .orderBy('first', 'desc')
      .limit(1),
  );
  let all = points;
  if (tail && tail.count < chunkPoints) {
    all = concatenate([{ step: decodeColumn(tail.steps), value: decodeColumn(tail.vals) }, points]);
    db.run(db.from.deleteFrom('chunks').where('id', '=', tail.id));
  }
  for (let start = 0; start < all.step.length; start += chunkPoints) {
    const chunk = slice(all, start, start + chunkPoints);
    insertChunk(db, series, level, chunk);
    if (chunk.step.length === chunkPoints) extend(db, series, level + 1, blockExtremes(chunk));
  }
}

function blockExtremes(chunk: SeriesPoints): SeriesPoints {
  const kept: number[] = [];
  for (let start = 0; start < chunk.step.length; start += blockPoints) {
    kept.push(...extremes(chunk.value, start, start + blockPoints));
  }
  return pick(chunk, kept);
}

/**
 * Removes points from step `from` on (after it, where `after`). A chunk that loses a point is no
 * longer full, so what it sent upwards goes too, and so on up: every level covers exactly the full
 * chunks below it.
 */
function cut(db: Database, series: number, from: number, after = false): void {
  let bound = from;
  let exclusive = after;
  for (let level = 0; ; level++) {
    const touched = readChunks(db, series, level, bound, Number.POSITIVE_INFINITY).filter(
      ({ last }) => last > bound || !exclusive,
    );
    const [earliest] = touched;
    if (!earliest) return;
    const remove = db.from.deleteFrom('chunks').where('series', '=', series).where('level', '=', level);
    db.run(remove.where('first', '>=', earliest.first));
    const end = lowerBound(earliest.points.step, bound, exclusive);
    if (end > 0) insertChunk(db, series, level, slice(earliest.points, 0, end));
    bound = earliest.first;
    exclusive = false;
  }
}

function insertChunk(db: Database, series: number, level: number, { step, value }: SeriesPoints): void {
  let min: number | null = null;
  let max: number | null = null;
  for (const v of value) {
    if (Number.isNaN(v)) continue;
    if (min === null || v < min) min = v;
    if (max === null || v > max) max = v;
  }
  const row = {
    series,
    level,
    first: step[0] as number,
    last: step.at(-1) as number,
    count: step.length,
    min,
    max,
    steps: encodeColumn(step),
    vals: encodeColumn(value),
  };
  db.run(db.from.insertInto('chunks').values(row));
}

function findOrCreate(db: Database, run: string, name: string, first: number, revision: number) {
  const columns = ['id', 'points', 'last_step'] as const;
  const find = db.from.selectFrom('series').select(columns).where('run', '=', run).where('name', '=', name);
  const found = db.first(find);
  if (found) return found;
  const row = { run, name, points: 0, last_step: first, last_value: null, revision };
  db.run(db.from.insertInto('series').values(row));
  return db.first(find) as NonNullable<typeof found>;
}

/** Brings a series' row up to date with its chunks; a series without points is removed. */
function describe(db: Database, series: number, revision: number): void {
  const level0 = db.from.selectFrom('chunks').where('series', '=', series).where('level', '=', 0);
  const tail = db.first(level0.select(['steps', 'vals']).orderBy('first', 'desc').limit(1));
  if (!tail) {
    db.run(db.from.deleteFrom('series').where('id', '=', series));
    return;
  }
  const total = db.first(level0.select((e) => e.fn.sum<number>('count').as('points')));
  const end = { step: decodeColumn(tail.steps), value: decodeColumn(tail.vals) };
  const row = describeEnd(end, total?.points ?? 0);
  db.run(
    db.from
      .updateTable('series')
      .set({ ...row, revision })
      .where('id', '=', series),
  );
}

/** Sorted by step; of points with equal steps the later one in the batch stays. */
function inStepOrder(points: SeriesPoints, name: string): SeriesPoints {
  const { step, value } = points;
  if (step.length !== value.length || step.some((s) => !Number.isFinite(s))) {
    throw new BasinError(
      'bad-input',
      `Series ${name}: ${step.length} steps, ${value.length} values. Steps must be finite, one a value.`,
    );
  }
  let ordered = true;
  for (let i = 1; i < step.length && ordered; i++) ordered = (step[i] as number) > (step[i - 1] as number);
  if (ordered) return points;
  const last = new Map<number, number>();
  for (let i = 0; i < step.length; i++) last.set(step[i] as number, i);
  const order = [...last.entries()].sort(([a], [b]) => a - b).map(([, index]) => index);
  return pick(points, order);
}

function merge(old: SeriesPoints, fresh: SeriesPoints): SeriesPoints {
  return inStepOrder(concatenate([old, fresh]), '');
}

function slice({ step, value }: SeriesPoints, start: number, end: number): SeriesPoints {
  return { step: step.subarray(start, end), value: value.subarray(start, end) };
}

function encodeColumn(column: Float64Array): Buffer {
  return Buffer.from(column.buffer, column.byteOffset, column.byteLength);
}

/** Copied: a blob may start at any byte, doubles only at multiples of eight. */
export function decodeColumn(blob: Buffer): Float64Array {
  const column = new Float64Array(Math.floor(blob.length / 8));
  new Uint8Array(column.buffer).set(blob.subarray(0, column.byteLength));
  return column;
}
