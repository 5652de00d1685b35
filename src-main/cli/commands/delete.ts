/** `basin delete`: removes a run with its metrics, and the checkpoints that nothing else uses. */
import type { Command } from 'commander';
import { command } from '../command.ts';
import { rowAction } from '../rowAction.ts';

export function deleteRun(): Command {
  return command(
    'delete',
    'Delete a run, its metrics and its checkpoints. There is no way back.',
    'delete 3kq7',
  )
    .argument('<run>', 'id, a beginning of it (4 characters or more), or name; not a running one')
    .action(
      rowAction(async (host, name) => {
        // The answer is the row that is no more.
        const { series, checkpoints, measurements, events, provenance, parameters, ...row } = await host.run({
          run: name,
        });
        await host.remove({ run: row.id });
        return row;
      }, 'deleted'),
    );
}
