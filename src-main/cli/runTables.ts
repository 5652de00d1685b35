/** Rows of runs, and the metrics that runs ended with, as tables for a person. */
import type { RunSummary } from '#contract/host.ts';
import { formatAgo, formatNumber, formatSeconds } from './format.ts';
import type { Output } from './output.ts';
import { table } from './table.ts';

export function runsTable(runs: readonly RunSummary[], now: number, output: Output): string {
  return table(
    [
      { title: 'run' },
      { title: 'name', shrinks: true },
      { title: 'status' },
      { title: 'step', align: 'right' },
      { title: 'loss', align: 'right' },
      { title: 'time', align: 'right' },
      { title: 'created' },
      { title: 'tags', shrinks: true },
    ],
    runs.map((run) => [
      run.id,
      run.name,
      run.status,
      run.step === run.steps ? String(run.step) : `${run.step}/${run.steps}`,
      run.metrics.loss === undefined ? '' : formatNumber(run.metrics.loss),
      formatSeconds(run.seconds),
      formatAgo(run.createdAt, now),
      run.tags.join(' '),
    ]),
    output,
  );
}

const sideBySide = 4;

/** Few runs: a column each. Many: a row each, with the metrics that all of a study's runs have. */
export function metricsTable(runs: readonly RunSummary[], output: Output): string {
  const names = [...new Set(runs.flatMap(({ metrics }) => Object.keys(metrics)))].sort();
  const value = (run: RunSummary, name: string): string => {
    const number = run.metrics[name];
    return number === undefined ? '' : formatNumber(number);
  };
  if (runs.length <= sideBySide) {
    const columns = runs.map(({ name }) => ({ title: name, align: 'right' as const, shrinks: true }));
    const rows = [
      ['status', ...runs.map(({ status }) => status)],
      ['steps', ...runs.map(({ step }) => String(step))],
      ['time', ...runs.map(({ seconds }) => formatSeconds(seconds))],
      ...names.map((name) => [name, ...runs.map((run) => value(run, name))]),
    ];
    return table([{ title: 'metric' }, ...columns], rows, output);
  }
  return table(
    [
      { title: 'name', shrinks: true },
      { title: 'status' },
      ...names.map((title) => ({ title, align: 'right' as const })),
    ],
    runs.map((run) => [run.name, run.status, ...names.map((name) => value(run, name))]),
    output,
  );
}
