/** `basin stop`: ends a run early, with a checkpoint. */
import type { Command } from 'commander';
import { command } from '../command.ts';
import { rowAction } from '../rowAction.ts';

export function stop(): Command {
  return command('stop', 'End a run before its last step, with a checkpoint.', 'stop 3kq7')
    .argument('<run>', 'id, a beginning of it (4 characters or more), or name')
    .action(rowAction((host, run) => host.stop({ run })));
}
