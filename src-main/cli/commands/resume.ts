/** `basin resume`: goes on with a run from its last checkpoint, to its end. */
import type { Command } from 'commander';
import { action, command } from '../command.ts';
import { metricsTable } from '../runTables.ts';
import { train } from '../train.ts';

export function resume(): Command {
  return command(
    'resume',
    'Go on with a paused, interrupted, stopped or failed run from its last checkpoint, to its end, in this process.',
    'resume 3kq7',
  )
    .argument('<run>', 'id, a beginning of it (4 characters or more), or name')
    .action(
      action<[string]>(async (context, name) => {
        const { output } = context;
        return await train(
          context,
          async (host) => {
            const { id, experiment } = await host.resume({ run: name });
            return { experiment, ids: [id] };
          },
          async (_host, { runs, exitCode }) => {
            if (output.json) output.document(runs[0] ?? null);
            else output.print(metricsTable(runs, output));
            return exitCode;
          },
        );
      }),
    );
}
