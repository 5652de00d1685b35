/** How a program's feeds, variables and results stand in its graphs. */
import { z } from 'zod';

const places = z.array(z.int().min(0));
/** One graph's inputs, in this order: feeds and variables by their places, and values of the graph before it. */
const stage = z.object({ feeds: places, variables: places, held: z.int().min(0) });
export type Stage = z.infer<typeof stage>;

export const layout = z.object({
  feedNames: z.array(z.string()),
  outputNames: z.array(z.string()),
  /** Variables that the graph assigns; its outputs after the program's own. */
  assigned: places,
  main: stage,
  /** What stays the same between runs and is computed first; null where nothing was set apart. */
  base: stage.nullable(),
});
export type Layout = z.infer<typeof layout>;

// Names of what enters and leaves a graph.
export const feedPlace = (i: number): string => `f${i}`;
export const variablePlace = (i: number): string => `v${i}`;
export const heldPlace = (i: number): string => `h${i}`;
export const outputPlace = (i: number): string => `o${i}`;
export const assignedPlace = (i: number): string => `a${i}`;

export function inputNames({ feeds, variables, held }: Stage): string[] {
  return [...feeds.map(feedPlace), ...variables.map(variablePlace), ...numbered(held, heldPlace)];
}

/** Of the last graph: the program's own, then its assignments. */
export function outputNames({ outputNames: own, assigned }: Layout): string[] {
  return [...numbered(own.length, outputPlace), ...numbered(assigned.length, assignedPlace)];
}

/** Of the graph before it. */
export function heldNames({ main: { held } }: Layout): string[] {
  return numbered(held, heldPlace);
}

function numbered(count: number, name: (i: number) => string): string[] {
  return Array.from({ length: count }, (_, i) => name(i));
}
