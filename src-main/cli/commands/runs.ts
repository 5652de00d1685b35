/** `basin runs`: the library's runs. */
import { type Command, Option } from 'commander';
import { action, command } from '../command.ts';
import { withLibrary } from '../host.ts';
import { runsTable } from '../runTables.ts';

interface Options {
  readonly filter?: string;
  readonly sort?: SortKey;
  readonly ascending?: true;
  readonly experiment?: string;
}

const sortKeys = ['createdAt', 'name', 'status', 'step', 'seconds', 'loss', 'study'] as const;
type SortKey = (typeof sortKeys)[number];

export function runs(): Command {
  return command(
    'runs',
    'List the runs of the library.',
    'runs --filter "status:finished mnist" --sort loss --ascending',
  )
    .option(
      '--filter <words>',
      'words that all occur in name, tags, status, study or title; key:value for one field',
    )
    .addOption(
      new Option('--sort <key>', 'what to order by, the newest or largest on top')
        .choices(sortKeys)
        .default('createdAt' satisfies SortKey),
    )
    .option('--ascending', 'smallest, earliest or first in the alphabet on top')
    .option('--experiment <id>', 'runs of this experiment')
    .action(
      action<[Options]>(async ({ library, output }, { filter, sort, ascending, experiment }) => {
        const rows = await withLibrary(library, (host) =>
          host.runs({
            filter,
            sort,
            descending: ascending !== true,
            ...(experiment === undefined ? {} : { experiment }),
          }),
        );
        if (output.json) return output.document(rows);
        if (rows.length > 0) return output.print(runsTable(rows, Date.now(), output));
        output.note(filter ? 'No run fits the filter.' : 'No runs yet: basin run contrastive-digits');
      }),
    );
}
