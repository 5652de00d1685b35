/** `basin show`: all that is known of one run. */
import type { Command } from 'commander';
import type { RunDetail } from '#contract/host.ts';
import { action, command } from '../command.ts';
import { formatAgo, formatBytes, formatNumber, formatSeconds } from '../format.ts';
import { withLibrary } from '../host.ts';
import type { Output } from '../output.ts';
import { fields, table } from '../table.ts';

export function show(): Command {
  return command(
    'show',
    'Show a run: spec, status, last metrics, checkpoints, measurements, events, provenance.',
    'show 3kq7 --json',
  )
    .argument('<run>', 'id, a beginning of it (4 characters or more), or name')
    .action(
      action<[string]>(async ({ library, output }, name) => {
        const run = await withLibrary(library, (host) => host.run({ run: name }));
        // What a result can be traced by stands in one place; the seed is part of it.
        const provenance = run.provenance && { ...run.provenance, seed: run.seed };
        if (output.json) output.document({ ...run, provenance });
        else output.print(detailText(run, Date.now(), output));
      }),
    );
}

function detailText(run: RunDetail, now: number, output: Output): string {
  const sections: [title: string, text: string][] = [
    [
      'Metrics',
      fields(
        Object.entries(run.metrics).map(([name, value]) => [name, formatNumber(value)]),
        output,
      ),
    ],
    ['Measurements', measurementsText(run, output)],
    ['Checkpoints', checkpointsText(run, now, output)],
    ['Provenance', run.provenance ? fields(entriesOf({ ...run.provenance, seed: run.seed }), output) : ''],
    ['Events', run.events.map(({ at, kind, message }) => `${at}  ${kind}  ${message}`.trimEnd()).join('\n')],
    ['Spec', JSON.stringify(run.spec, null, 2)],
  ];
  return [
    headText(run, now, output),
    ...sections
      .filter(([, text]) => text !== '')
      .map(([title, text]) => `\n${output.style('bold', title)}\n${text}`),
  ].join('\n');
}

function headText(run: RunDetail, now: number, output: Output): string {
  return fields(
    [
      ['run', run.id],
      ['name', run.name],
      ['status', run.error === null ? run.status : `${run.status}: ${run.error}`],
      ['step', `${run.step} of ${run.steps}`],
      ['time', formatSeconds(run.seconds)],
      ['created', formatAgo(run.createdAt, now)],
      ['experiment', run.experiment],
      ['tags', run.tags.join(' ')],
      ['parameters', run.parameters === null ? '' : run.parameters.toLocaleString('en')],
    ],
    output,
  );
}

function measurementsText(run: RunDetail, output: Output): string {
  if (run.measurements.length === 0) return '';
  return table(
    [
      { title: 'step', align: 'right' },
      { title: 'name' },
      { title: 'value', align: 'right' },
      { title: '± standard error', align: 'right' },
    ],
    run.measurements.map(({ step, name, value, stderr }) => [
      String(step),
      name,
      formatNumber(value),
      stderr === null ? '' : formatNumber(stderr),
    ]),
    output,
  );
}

function checkpointsText(run: RunDetail, now: number, output: Output): string {
  if (run.checkpoints.length === 0) return '';
  return table(
    [
      { title: 'step', align: 'right' },
      { title: 'id' },
      { title: 'size', align: 'right' },
      { title: 'SHA-256' },
      { title: 'created' },
    ],
    run.checkpoints.map(({ step, id, bytes, hash, createdAt }) => [
      String(step),
      id,
      formatBytes(bytes),
      hash.slice(0, 12),
      formatAgo(createdAt, now),
    ]),
    output,
  );
}

function entriesOf(record: object): [string, string][] {
  return Object.entries(record).map(([name, value]) => [name, value === null ? '–' : String(value)]);
}
