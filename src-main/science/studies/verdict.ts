/** How a report judges its claim. */
import type { Verdict } from '#contract/report.ts';
import type { RunResult } from '../definition.ts';

export function verdictOf(tested: boolean, held: boolean): Verdict {
  if (!tested) return 'not tested';
  return held ? 'held' : 'not held';
}

/** A sentence for each run that has not come to its end. */
export function unfinishedStatements(
  runs: readonly RunResult[],
  statement: (run: RunResult) => string,
): string[] {
  return runs.filter(({ status }) => status !== 'finished').map(statement);
}
