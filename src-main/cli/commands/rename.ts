/** `basin rename`: another name for a run. */
import type { Command } from 'commander';
import { command } from '../command.ts';
import { rowAction } from '../rowAction.ts';

export function rename(): Command {
  return command('rename', 'Give a run another name.', 'rename 3kq7 "AdamW, long"')
    .argument('<run>', 'id, a beginning of it (4 characters or more), or name')
    .argument('<name>', 'its new name')
    .action(rowAction<[string]>((host, run, name) => host.rename({ run, name })));
}
