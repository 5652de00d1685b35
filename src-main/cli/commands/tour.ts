/** `basin tour`: one short experiment of each study, trained here and now, with a written report. */

import { join } from 'node:path';
import type { Command } from 'commander';
import type { ScheduledChoice } from '#contract/component.ts';
import type { Plan } from '#contract/host.ts';
import type { Report } from '#contract/report.ts';
import { action, type Context, command } from '../command.ts';
import { experimentNamed } from '../experimentNamed.ts';
import { exitCode } from '../failure.ts';
import { formatSeconds } from '../format.ts';
import { withCatalogue } from '../host.ts';
import { experimentReport, writeReportFolder } from '../report/written.ts';
import { reportText } from '../reportText.ts';
import { metricsTable } from '../runTables.ts';
import { applySettings, type Setting } from '../setting.ts';
import { planned, trainExperiment } from './run.ts';

/** Steps that take no more than a minute each on two idle cores. */
const stops = [
  { preset: 'contrastive-digits', steps: 400 },
  { preset: 'mlm-pcfg', steps: 1000 },
] as const;

export function tour(): Command {
  return command(
    'tour',
    'Train a short contrastive and a short MLM experiment (a minute or so each) and write their reports.',
    'tour',
  ).action(action(takeTour));
}

interface Stop {
  readonly experiment: string;
  readonly exitCode: number;
  readonly runs: readonly unknown[];
  readonly report: Report;
  readonly out: string;
}

async function takeTour(context: Context): Promise<number> {
  const { output } = context;
  const plans = await withCatalogue((host) =>
    Promise.all(
      stops.map(async ({ preset, steps }) => {
        const { spec } = await planned(host, preset, []);
        return await host.plan({ spec: shortened(spec, steps) });
      }),
    ),
  );
  const seen: Stop[] = [];
  for (const [i, plan] of plans.entries()) {
    const { seconds } = plan.estimate;
    output.note(`${i + 1} of ${plans.length}: ${plan.spec.title} (about ${formatSeconds(seconds)})`);
    const stop = await visit(context, plan);
    seen.push(stop);
    if (!output.json) output.print(`\nReport: ${join(stop.out, 'index.html')}\n`);
    if (stop.exitCode >= exitCode.interrupted) break;
  }
  if (output.json) output.document({ experiments: seen.map(({ exitCode: _, ...rest }) => rest) });
  else output.note(`Library: ${context.library}. Next: basin runs, basin studies, basin run --help.`);
  return Math.max(...seen.map((stop) => stop.exitCode));
}

async function visit(context: Context, plan: Plan): Promise<Stop> {
  const { output, library } = context;
  return await trainExperiment(context, 1, plan.spec, async (host, { started, runs, exitCode: code }) => {
    const experiment = await experimentNamed(host, started.experiment);
    const written = await experimentReport(host, experiment);
    const folder = join(library, 'exports', `report-${experiment.id}`);
    const out = await writeReportFolder(host, experiment, written, folder);
    if (!output.json) {
      output.print(`${metricsTable(runs, output)}\n\n${reportText(written.report, output)}`);
    }
    for (const { name, error } of runs) if (error !== null) output.note(`${name}: ${error}`);
    return { experiment: experiment.id, exitCode: code, runs, report: written.report, out };
  });
}

/** The preset with fewer steps, measured as many times on the way. */
function shortened(spec: Plan['spec'], steps: number): unknown {
  const scaled = ({ every }: ScheduledChoice, path: string): Setting => ({
    path: `${path}.every`,
    // A log grid has as many places in each decade, whatever the length.
    value: typeof every === 'string' ? every : Math.max(1, Math.round((every * steps) / spec.steps)),
  });
  return applySettings(spec, [
    { path: 'steps', value: steps },
    { path: 'checkpointEvery', value: steps },
    { path: 'title', value: `${spec.title} (tour)` },
    ...spec.probes.map((probe, i) => scaled(probe, `probes.${i}`)),
    ...spec.evaluations.map((evaluation, i) => scaled(evaluation, `evaluations.${i}`)),
    ...(spec.flatness === null ? [] : [scaled(spec.flatness, 'flatness')]),
  ]);
}
