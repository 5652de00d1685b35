/** `basin compare`: checkpoints side by side. */
import type { Command } from 'commander';
import type { Comparison } from '#contract/host.ts';
import { settingAt } from '#contract/setting.ts';
import { finiteNumber } from '../arguments.ts';
import { action, command } from '../command.ts';
import { type DifferenceTest, differenceTests } from '../differenceTest.ts';
import { formatNumber } from '../format.ts';
import { withLibrary } from '../host.ts';
import type { Output } from '../output.ts';
import { table } from '../table.ts';

export function compare(): Command {
  return command(
    'compare',
    'Compare checkpoints: metrics, measurements, the settings that differ, and whether their losses match.',
    'compare 3kq7 8mw2@500 --tolerance 0.005',
  )
    .argument('<checkpoint...>', 'id or a beginning of it; RUN for the last one of a run; RUN@STEP')
    .option('--tolerance <nats>', 'losses this near count as matched (default: 0.01)', finiteNumber)
    .action(
      action<[string[], { readonly tolerance?: number }]>(
        async ({ library, output }, checkpoints, options) => {
          const found = await withLibrary(library, (host) => host.compare({ checkpoints, ...options }));
          const tests = differenceTests(found.checkpoints);
          if (output.json) output.document({ ...found, tests });
          else output.print(comparisonText(found, tests, output));
        },
      ),
    );
}

function comparisonText(
  { checkpoints, differing, matched }: Comparison,
  tests: readonly DifferenceTest[],
  output: Output,
): string {
  const names = [...new Set(checkpoints.flatMap(({ metrics }) => Object.keys(metrics)))].sort();
  const columns = [
    { title: '' },
    ...checkpoints.map(({ name, step }) => ({
      title: `${name}@${step}`,
      align: 'right' as const,
      shrinks: true,
    })),
  ];
  const rows = [
    ...names.map((name) => [
      name,
      ...checkpoints.map(({ metrics }) => {
        const value = metrics[name];
        return value === undefined ? '' : formatNumber(value);
      }),
    ]),
    ...differing.map((path) => [
      path,
      ...checkpoints.map(({ spec }) => JSON.stringify(settingAt(spec, path)) ?? '–'),
    ]),
  ];
  const match = matched.loss
    ? `Losses match within ${matched.tolerance} nats.`
    : `Losses differ by more than ${matched.tolerance} nats: other measures are not comparable at equal loss.`;
  const verdict = checkpoints.length > 1 ? [match, ...tests.map(testLine)] : [];
  return [table(columns, rows, output), ...verdict].join('\n');
}

function testLine({ name, a, b, difference, stderr, p }: DifferenceTest): string {
  return `${name}: ${a} − ${b} = ${formatNumber(difference)} ± ${formatNumber(stderr)}, p = ${p.toPrecision(2)}`;
}
