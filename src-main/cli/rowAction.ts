/** Commands that do one thing to one run and answer with its row. */
import type { RunSummary } from '#contract/host.ts';
import { action } from './command.ts';
import { type HostApi, withLibrary } from './host.ts';
import { runsTable } from './runTables.ts';

/** `change` gets the run as the person named it. `done` heads what is printed for a person. */
export function rowAction<Rest extends readonly unknown[]>(
  change: (host: HostApi, run: string, ...rest: Rest) => Promise<RunSummary>,
  done?: string,
): (...given: unknown[]) => Promise<void> {
  return action<[string, ...Rest]>(async ({ library, output }, run, ...rest) => {
    const row = await withLibrary(library, (host) => change(host, run, ...rest));
    if (output.json) return output.document(row);
    output.print(done === undefined ? runsTable([row], Date.now(), output) : `${row.name}: ${done}`);
  });
}
