/** Questions to a series: a range for a chart, a value at a step. */
import type { ReducedSeries, SeriesPoints } from '#contract/run.ts';
import type { Database } from './database.ts';
import { reduceM4 } from './m4.ts';
import { between, concatenate, decodeColumn, lowerBound, readChunks } from './series.ts';

export interface Range {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Pixel columns; all points where absent. */
  readonly points?: number | undefined;
}

/** Arrays of its own: a view would take its whole chunk along to another process. */
export interface OwnedSeries extends ReducedSeries {
  readonly step: Float64Array<ArrayBuffer>;
  readonly value: Float64Array<ArrayBuffer>;
}

/**
 * A level of the pyramid is fine enough when a pixel column gets this many of its points: at least
 * eight blocks, so that a block which straddles two columns moves an extreme by less than 1/8 pixel.
 */
const pointsPerColumn = 32;

/**
 * Empty for a series that does not exist. Of the whole series, first, last, smallest and largest point
 * survive; at the edges of columns and of a range within it, an extreme may be off by 1/8 column.
 */
export function querySeries(db: Database, run: string, name: string, range: Range): OwnedSeries {
  const series = db.first(
    db.from
      .selectFrom('series')
      .select((e) => [
        'id',
        'last_step',
        e
          .selectFrom('chunks')
          .select((c) => c.fn.min('first').as('first'))
          .whereRef('series', '=', 'series.id')
          .where('level', '=', 0)
          .as('first'),
        e
          .selectFrom('chunks')
          .select((c) => c.fn.max('level').as('top'))
          .whereRef('series', '=', 'series.id')
          .as('top'),
      ])
      .where('run', '=', run)
      .where('name', '=', name),
  );
  if (!series) return { step: new Float64Array(), value: new Float64Array(), reduced: false };
  const from = range.from ?? Number.NEGATIVE_INFINITY;
  const to = range.to ?? Number.POSITIVE_INFINITY;
  if (range.points === undefined) {
    return { ...copy(readLevel(db, series.id, 0, from, to)), reduced: false };
  }
  for (let level = series.top ?? 0; ; level--) {
    const points = readLevel(db, series.id, level, from, to);
    if (level > 0 && points.step.length < pointsPerColumn * range.points) continue;
    // The range's columns: a coarse level's own ends lie up to a block inside it and would shift them.
    const grid = [Math.max(from, series.first ?? from), Math.min(to, series.last_step)] as const;
    const reduced = reduceM4(points, range.points, grid);
    return { ...copy(reduced), reduced: level > 0 || reduced.step.length < points.step.length };
  }
}

/** A level ends where the full chunks below it end; what follows comes from the levels below. */
function readLevel(db: Database, series: number, top: number, from: number, to: number): SeriesPoints {
  const parts: SeriesPoints[] = [];
  let covered = from;
  for (let level = top; level >= 0; level--) {
    for (const { points, first, last } of readChunks(db, series, level, covered, to)) {
      // The chunk that sent its extremes up ends exactly at the covered step.
      if (parts.length > 0 && first <= covered) continue;
      parts.push(points);
      covered = last;
    }
  }
  return between(concatenate(parts), from, to);
}

function copy({ step, value }: SeriesPoints) {
  return { step: step.slice(), value: value.slice() };
}

/** Value of every series of a run at `step`: its last point at or before it. */
export function valuesAt(db: Database, run: string, step: number): Record<string, number> {
  const values: Record<string, number> = {};
  for (const { id, name } of db.all(
    db.from.selectFrom('series').select(['id', 'name']).where('run', '=', run).orderBy('name'),
  )) {
    const chunk = db.first(
      db.from
        .selectFrom('chunks')
        .select(['steps', 'vals'])
        .where('series', '=', id)
        .where('level', '=', 0)
        .where('first', '<=', step)
        .orderBy('first', 'desc')
        .limit(1),
    );
    if (!chunk) continue;
    const index = lowerBound(decodeColumn(chunk.steps), step, true) - 1;
    values[name] = decodeColumn(chunk.vals)[index] as number;
  }
  return values;
}
