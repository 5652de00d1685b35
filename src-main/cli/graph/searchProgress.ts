/** Progress of a computation that keeps the process to itself: it says where it is, and no timer draws meanwhile. */
import { basename } from 'node:path';
import type { OnSearch } from '#science/linalg/leadingEigenpairs.ts';
import { progressDisplay } from '../progress.ts';

export interface SearchProgress {
  /** `done` of `all`, in units such as `eigenvector`, and what else is known. */
  show(done: number, all: number, unit: string, activity: string): void;
  end(): void;
}

/** Milliseconds: nothing is shown of what takes less, and nothing more often. */
const silent = 1000;
const interval = 200;

export function searchProgress(file: string): SearchProgress {
  const display = progressDisplay(process.stderr);
  let next = performance.now() + silent;
  return {
    show(done, all, unit, activity) {
      if (performance.now() < next) return;
      next = performance.now() + interval;
      const row = { id: `${file} ${unit}`, name: basename(file), status: 'running', stepsPerSecond: null };
      display.show([{ ...row, step: done, steps: all, unit, activity }]);
      display.redraw();
    },
    end: display.end,
  };
}

export function eigenvectorsFound(progress: SearchProgress): OnSearch {
  return (products, found, wanted) => progress.show(found, wanted, 'eigenvector', `${products} products`);
}
