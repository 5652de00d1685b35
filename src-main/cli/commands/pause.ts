/** `basin pause`: a checkpoint, then rest; `resume` goes on from there. */
import type { Command } from 'commander';
import { command } from '../command.ts';
import { rowAction } from '../rowAction.ts';

export function pause(): Command {
  return command('pause', 'Ask a running or queued run to pause, at a checkpoint.', 'pause 3kq7')
    .argument('<run>', 'id, a beginning of it (4 characters or more), or name')
    .action(rowAction((host, run) => host.pause({ run })));
}
