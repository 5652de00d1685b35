/** `basin bench`: Basin's speed and memory against PyTorch's, measured side by side on this machine. */
import type { Command } from 'commander';
import type { BenchCheck, BenchRow, BenchTarget } from '#contract/bench.ts';
import { benchmarksNamed } from '../bench/benchmarks.ts';
import { benchTable, findingLine, machineLines } from '../bench/benchTable.ts';
import { type Finding, Lab } from '../bench/lab.ts';
import { busyRemark, describeMachine } from '../bench/machine.ts';
import { action, command } from '../command.ts';
import { exitCode } from '../failure.ts';
import { catchInterrupts } from '../interrupt.ts';

export function bench(): Command {
  return command(
    'bench',
    'Measure speed and memory against PyTorch on this machine, which should be idle. ' +
      'Installs PyTorch into the cache folder when it is first needed (6 GB). ' +
      'Exit code 1 where the two sides do not compute the same; a missed target is no failure.',
    'bench mlm-step',
    'bench --quick --json',
  )
    .argument('[id]', 'one benchmark, or a family such as hvp (default: all)')
    .option('--quick', 'fewer and shorter blocks: a try, not a measurement')
    .action(
      action(async ({ output }, id: string | undefined, { quick }: { quick?: true }) => {
        const chosen = benchmarksNamed(id);
        const machine = describeMachine();
        const remark = busyRemark(machine);
        if (remark !== null) output.note(remark);
        const lab = new Lab(quick === true, output.note);
        const interrupt = catchInterrupts();
        interrupt.onSignal(() => void lab.close());
        const findings: Finding[] = [];
        try {
          for (const { measure, ...named } of chosen) {
            output.note(`${named.id}: ${named.work}`);
            const finding = { ...named, ...(await measure(lab)) };
            findings.push(finding);
            output.note(findingLine(finding));
          }
        } catch (error) {
          // Processes that were ended for it do not answer: that is no failure of theirs.
          if (interrupt.code !== null) return interrupt.code;
          throw error;
        } finally {
          interrupt.release();
          await lab.close();
        }
        const rows: BenchRow[] = findings.map((finding) => ({
          ...finding,
          met: isMet(finding),
          machine: { ...machine, versions: lab.versions },
        }));
        if (output.json) output.document(rows);
        else output.print([benchTable(rows, output), '', ...rows.slice(0, 1).map(machineLines)].join('\n'));
        const failed = rows.flatMap((row) =>
          row.checks.filter(({ ok }) => !ok).map((check) => ({ row, check })),
        );
        for (const { row, check } of failed) output.note(failureLine(row.id, check));
        return failed.length === 0 ? exitCode.done : exitCode.failed;
      }),
    );
}

function isMet({ ours, ratio, target }: Finding): boolean | null {
  if (target === null) return null;
  const value = target.of === 'ours' ? ours : (ratio ?? Number.NaN);
  return reaches(value, target);
}

function reaches(value: number, { at, value: bound }: BenchTarget): boolean {
  return at === 'least' ? value >= bound : value <= bound;
}

function failureLine(id: string, { name, difference, tolerance }: BenchCheck): string {
  return `basin: Benchmark ${id}: the sides disagree in ${name} by ${difference.toPrecision(2)}, more than ${tolerance}.`;
}
