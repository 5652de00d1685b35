/** `basin studies`: the presets, each a named experiment with a claim. */
import type { Command } from 'commander';
import { action, command } from '../command.ts';
import { formatSeconds } from '../format.ts';
import { withCatalogue } from '../host.ts';
import { table } from '../table.ts';

export function studies(): Command {
  return command(
    'studies',
    'List the presets: named experiments, the claim of each and what it costs.',
    'studies --json',
  ).action(
    action(async ({ output }) => {
      const all = await withCatalogue((host) => host.studies({}));
      if (output.json) return output.document(all);
      output.print(
        table(
          [
            { title: 'preset' },
            { title: 'study' },
            { title: 'runs', align: 'right' },
            { title: 'time', align: 'right' },
            { title: 'claim', shrinks: true },
          ],
          all.map(({ id, study, runs, estimate, claim }) => [
            id,
            study,
            String(runs),
            formatSeconds(estimate.seconds),
            claim,
          ]),
          output,
        ),
      );
    }),
  );
}
