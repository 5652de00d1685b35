/** `basin report`: the claim, what was measured, and whether it held. */

import { join } from 'node:path';
import type { Command } from 'commander';
import { action, command } from '../command.ts';
import { experimentNamed } from '../experimentNamed.ts';
import { withLibrary } from '../host.ts';
import { experimentReport, writeReportFolder } from '../report/written.ts';
import { reportText } from '../reportText.ts';

export function report(): Command {
  return command(
    'report',
    'Print an experiment’s report: claim, verdict, statements, tables. With --out also as a folder with index.html (with its curves) and report.json.',
    'report 3kq7 --out report',
  )
    .argument('<experiment>', 'id, a beginning of it, title, or one of its runs')
    .option('--out <dir>', 'folder to write: a new or empty one, or one that holds a report')
    .action(
      action<[string, { readonly out?: string }]>(async ({ library, output }, name, { out }) => {
        await withLibrary(library, async (host) => {
          const experiment = await experimentNamed(host, name);
          const written = await experimentReport(host, experiment);
          const folder = out === undefined ? null : await writeReportFolder(host, experiment, written, out);
          if (output.json) {
            output.document({ experiment: experiment.id, ...written.report, out: folder });
            return;
          }
          output.print(reportText(written.report, output));
          if (folder !== null) output.print(`\nWritten to ${join(folder, 'index.html')}`);
        });
      }),
    );
}
