/** How a report judges its claim. */
import type { Report, Verdict } from '#contract/report.ts';
import type { RunResult } from '../definition.ts';

export function verdictOf(tested: boolean, held: boolean): Verdict {
  if (!tested) return 'not tested';
  return held ? 'held' : 'not held';
}

/** What a report says of one half of a claim that has several. */
export type ReportPart = Omit<Report, 'title' | 'claim'>;

/** Of a part that the experiment leaves out, or that has no runs yet. */
export function untestedPart(title: string, reason: string): ReportPart {
  return { verdict: 'not tested', statements: [`${title}: not tested. ${reason}`], tables: [] };
}

/** A claim holds where all its parts do; one that does not hold is enough to refute it. */
export function verdictOfParts(parts: readonly ReportPart[]): Verdict {
  if (parts.some(({ verdict }) => verdict === 'not held')) return 'not held';
  return parts.every(({ verdict }) => verdict === 'held') ? 'held' : 'not tested';
}

/** A sentence for each run that has not come to its end. */
export function unfinishedStatements(
  runs: readonly RunResult[],
  statement: (run: RunResult) => string,
): string[] {
  return runs.filter(({ status }) => status !== 'finished').map(statement);
}
