/** `basin verify`: whether everything in the library is what was written. */
import type { Command } from 'commander';
import { action, command } from '../command.ts';
import { exitCode } from '../failure.ts';
import { counted, formatBytes } from '../format.ts';
import { withLibrary } from '../host.ts';

export function verify(): Command {
  return command(
    'verify',
    'Check every checksum, reference and chunk of the library.',
    'verify --json',
  ).action(
    action(async ({ library, output }) => {
      const found = await withLibrary(library, (host) => host.verify({}));
      if (output.json) output.document(found);
      else {
        for (const problem of found.problems) output.print(problem);
        const verdict = found.ok ? output.style('green', 'sound') : output.style('red', 'damaged');
        output.print(
          `${verdict}: ${counted(found.runs, 'run')}, ${counted(found.checkpoints, 'checkpoint')}, ${formatBytes(found.bytes)}`,
        );
      }
      return found.ok ? exitCode.done : exitCode.failed;
    }),
  );
}
