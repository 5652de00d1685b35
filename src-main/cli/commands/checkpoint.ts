/** `basin checkpoint`: a checkpoint as a file of one's own. */

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { action, command } from '../command.ts';
import { formatBytes } from '../format.ts';
import { withLibrary } from '../host.ts';

export function checkpoint(): Command {
  return command(
    'checkpoint',
    'Copy a checkpoint (safetensors) out of the library. Never overwrites.',
    'checkpoint 3kq7@500 --out weights.safetensors',
  )
    .argument('<checkpoint>', 'its id or a beginning of it; RUN for the last one of a run; RUN@STEP')
    .requiredOption('--out <file>', 'the file to write')
    .action(
      action<[string, { readonly out: string }]>(async ({ library, output }, name, { out }) => {
        const written = await withLibrary(library, (host) =>
          host.exportCheckpoint({ checkpoint: name, out: resolve(out) }),
        );
        if (output.json) output.document(written);
        else output.print(`${written.out}  ${formatBytes(written.bytes)}`);
      }),
    );
}
