/** `basin runs`: the library's runs. */
import type { Command } from 'commander';
import { action, command } from '../command.ts';
import { type HostApi, withLibrary } from '../host.ts';
import { runsTable } from '../runTables.ts';

interface Options {
  readonly filter?: string;
  readonly sort?: string;
  readonly ascending?: true;
  readonly experiment?: string;
}

type Sort = Parameters<HostApi['runs']>[0]['sort'];

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
    .option('--sort <key>', 'createdAt, name, status, step, seconds, loss or study', 'createdAt')
    .option('--ascending', 'smallest, earliest or first in the alphabet on top')
    .option('--experiment <id>', 'runs of this experiment')
    .action(
      action<[Options]>(async ({ library, output }, { filter, sort, ascending, experiment }) => {
        const rows = await withLibrary(library, (host) =>
          host.runs({
            filter,
            // The host checks the key, and names those it knows.
            sort: sort as Sort,
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
