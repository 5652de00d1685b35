/** `basin resume`: goes on with a run from its last checkpoint, to its end. */
import type { Command } from 'commander';
import { workersOption } from '../arguments.ts';
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
    .addOption(workersOption())
    .action(
      action<[string, { readonly workers?: number }]>(async (context, name, { workers }) => {
        const { output } = context;
        return await train(
          context,
          workers,
          async (host) => {
            const { id, experiment, status } = await host.run({ run: name });
            // One that waits in the queue of a host that is gone: taken out, and put back as this host's.
            if (status === 'queued') await host.pause({ run: id });
            await host.resume({ run: id });
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
