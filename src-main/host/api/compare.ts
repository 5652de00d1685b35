/** Checkpoints side by side: their numbers, and only the settings in which they differ. */
import { BasinError } from '#contract/error.ts';
import type { Comparison } from '#contract/host.ts';
import type { Database } from '../store/database.ts';
import { measurementsAt } from '../store/measurements.ts';
import { readRun, toRunRow } from '../store/runs.ts';
import { valuesAt } from '../store/seriesQuery.ts';
import { findCheckpoint } from './lookup.ts';

/** `tolerance` in nats, on the training loss at the checkpoints' steps. */
export function compare(db: Database, names: readonly string[], tolerance: number): Comparison {
  const checkpoints = names.map((name) => {
    const { id, run, step } = findCheckpoint(db, name);
    const stored = readRun(db, run);
    if (!stored) throw new BasinError('not-found', `Checkpoint ${id}: its run ${run} is gone.`);
    const { name: title, status, spec } = toRunRow(stored);
    const metrics = valuesAt(db, run, step);
    return { id, run, name: title, step, status, spec, metrics, measurements: measurementsAt(db, run, step) };
  });
  const losses = checkpoints.map(({ metrics }) => metrics.loss ?? Number.NaN);
  // NaN compares false: checkpoints without a loss are never matched.
  const loss = Math.max(...losses) - Math.min(...losses) <= tolerance;
  const differing = differingPaths(checkpoints.map(({ spec }) => spec));
  return { checkpoints, differing, matched: { loss, tolerance } };
}

/** Dotted paths of the leaves at which the values are not all equal, in order of first appearance. */
export function differingPaths(values: readonly unknown[]): string[] {
  const leaves = values.map((value) => new Map(leavesOf(value, '')));
  const paths = new Set(leaves.flatMap((map) => [...map.keys()]));
  return [...paths].filter((path) => new Set(leaves.map((map) => map.get(path))).size > 1);
}

function leavesOf(value: unknown, path: string): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[path, JSON.stringify(value)]];
  const entries = Object.entries(value);
  // An empty list is a setting too; a full one shows through its elements.
  if (entries.length === 0) return [[path, JSON.stringify(value)]];
  return entries.flatMap(([key, inner]) => leavesOf(inner, path === '' ? key : `${path}.${key}`));
}
