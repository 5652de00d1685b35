/** `basin tag`: words to find runs by. */
import type { Command } from 'commander';
import { command } from '../command.ts';
import { rowAction } from '../rowAction.ts';

export function tag(): Command {
  return command(
    'tag',
    'Add tags to a run, or remove them.',
    'tag 3kq7 paper baseline',
    'tag 3kq7 --remove draft',
  )
    .argument('<run>', 'id, a beginning of it (4 characters or more), or name')
    .argument('<tag...>', 'one word each')
    .option('--remove', 'remove these tags')
    .action(
      rowAction<[readonly string[], { readonly remove?: true }]>(async (host, name, given, { remove }) => {
        const { id, tags } = await host.run({ run: name });
        const rest = tags.filter((each) => !given.includes(each));
        return await host.tag({ run: id, tags: remove ? rest : [...new Set([...tags, ...given])] });
      }),
    );
}
