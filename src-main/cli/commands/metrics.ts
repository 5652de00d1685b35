/** `basin metrics`: the points of one series. */
import type { Command } from 'commander';
import { BasinError } from '#contract/error.ts';
import type { SeriesAnswer } from '#contract/host.ts';
import { finiteNumber, wholeNumber } from '../arguments.ts';
import { action, command } from '../command.ts';
import { type HostApi, withLibrary } from '../host.ts';
import { nearest } from '../suggest.ts';

interface Options {
  readonly from?: number;
  readonly to?: number;
  readonly points?: number;
}

export function metrics(): Command {
  return command(
    'metrics',
    'Print a series of a run: step and value, tab-separated. In JSON a NaN or infinite value is null.',
    'metrics 3kq7 loss --from 100 --points 200 --json',
  )
    .argument('<run>', 'id, a beginning of it (4 characters or more), or name')
    .argument('<series>', 'its name, e.g. loss, loss/floor, accuracy/linear, flatness/trace')
    .option('--from <step>', 'first step', finiteNumber)
    .option('--to <step>', 'last step', finiteNumber)
    .option(
      '--points <n>',
      'divide the steps into n columns and keep the first, last, smallest and largest point of each (M4)',
      wholeNumber(1),
    )
    .action(
      action<[string, string, Options]>(async ({ library, output }, run, name, options) => {
        const { step, value, reduced } = await withLibrary(library, (host) =>
          series(host, run, name, options),
        );
        if (output.json) return output.document({ series: name, step, value, reduced });
        output.print(Array.from(step, (at, i) => `${at}\t${value[i]}`).join('\n'));
      }),
    );
}

async function series(host: HostApi, run: string, name: string, options: Options): Promise<SeriesAnswer> {
  const { id, series: known } = await host.run({ run });
  if (!known.some((each) => each.name === name))
    throw unknownSeries(
      name,
      known.map((each) => each.name),
    );
  const [answer] = await host.series({ run: id, names: [name], ...options });
  if (!answer) throw unknownSeries(name, []);
  return answer;
}

function unknownSeries(name: string, known: readonly string[]): BasinError {
  const meant = nearest(name, known);
  const tryThis = meant ? `Did you mean ${meant}?` : `It has: ${known.join(', ') || 'none yet'}.`;
  return new BasinError('not-found', `Series ${name}: the run has no such series. ${tryThis}`, name);
}
