/** A report in a folder: index.html for people, report.json for programs. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { BasinError } from '#contract/error.ts';
import type { ExperimentRow, RunDetail } from '#contract/host.ts';
import type { Report } from '#contract/report.ts';
import type { HostApi } from '../host.ts';
import { jsonText } from '../output.ts';
import { curveCharts } from './curves.ts';
import { reportPage } from './page.ts';

/** Marks a folder as one that a newer report may be written into. */
const format = 'basin-report/1';

export interface WrittenReport {
  readonly report: Report;
  readonly runs: readonly RunDetail[];
}

/** The preset's own report; of other experiments, what their runs ended with. */
export async function experimentReport(host: HostApi, experiment: ExperimentRow): Promise<WrittenReport> {
  const rows = await host.runs({ experiment: experiment.id, descending: false });
  const runs = await Promise.all(rows.map(({ id }) => host.run({ run: id })));
  const report = (await host.report({ experiment: experiment.id })) ?? plainReport(experiment, runs);
  return { report, runs };
}

/** The folder's absolute path. @throws BasinError `conflict` where other files stand there. */
export async function writeReportFolder(
  host: HostApi,
  experiment: ExperimentRow,
  { report, runs }: WrittenReport,
  out: string,
): Promise<string> {
  const folder = resolve(out);
  refuseForeignFolder(folder);
  const charts = await curveCharts(host, runs);
  // ECharts is large: only who writes a report waits for it.
  const [{ chartSvg }, { figureSvg }] = await Promise.all([import('./chart.ts'), import('./figure.ts')]);
  const page = reportPage(
    report,
    [
      ...(report.figures ?? []).map((figure) => ({ title: figure.title, svg: figureSvg(figure) })),
      ...charts.map((chart) => ({ title: chart.title, svg: chartSvg(chart) })),
    ],
    {
      experiment: experiment.id,
      createdAt: experiment.createdAt,
      provenance: Object.entries(runs.find((run) => run.provenance)?.provenance ?? {}).map(
        ([name, value]) => [name, String(value ?? '–')] as const,
      ),
      spec: experiment.spec,
    },
  );
  const { id, createdAt, spec } = experiment;
  mkdirSync(folder, { recursive: true });
  // The mark first: a folder left half-written may be written again.
  writeWhole(
    join(folder, 'report.json'),
    jsonText({ format, experiment: id, createdAt, report, spec, runs, charts }),
  );
  writeWhole(join(folder, 'index.html'), page);
  return folder;
}

function plainReport({ title }: ExperimentRow, runs: readonly RunDetail[]): Report {
  const names = [...new Set(runs.flatMap(({ metrics }) => Object.keys(metrics)))].sort();
  return {
    title,
    claim: 'None: the experiment does not come from a preset.',
    verdict: 'not tested',
    statements: [],
    tables: [
      {
        title: 'Final metrics',
        columns: ['run', 'status', 'steps', ...names].map((name) => ({ title: name })),
        rows: runs.map((run) => [
          ...[run.name, run.status, run.step],
          ...names.map((name) => run.metrics[name] ?? null),
        ]),
      },
    ],
  };
}

function refuseForeignFolder(folder: string): void {
  if (!existsSync(folder)) return;
  const why = !statSync(folder).isDirectory()
    ? 'it is a file'
    : readdirSync(folder).length > 0 && !isReport(folder)
      ? 'other files are there'
      : null;
  if (why === null) return;
  throw new BasinError('conflict', `Folder ${folder}: ${why}. Give an empty or a new one.`, folder);
}

function isReport(folder: string): boolean {
  try {
    const value: unknown = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
    return typeof value === 'object' && value !== null && 'format' in value && value.format === format;
  } catch {
    return false;
  }
}

/** Readers see the old file or the new one, never half of it. */
function writeWhole(path: string, text: string): void {
  const half = `${path}.part-${process.pid}`;
  writeFileSync(half, text);
  renameSync(half, path);
}
