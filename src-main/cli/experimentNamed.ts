/** The experiment that a person means by an id, its beginning, its title, or one of its runs. */
import { BasinError } from '#contract/error.ts';
import type { ExperimentRow } from '#contract/host.ts';
import type { HostApi } from './host.ts';

/** As many characters of an id as the host asks for to find a run. */
const shortest = 4;

/** @throws BasinError `not-found`, or `conflict` where several fit. */
export async function experimentNamed(host: HostApi, name: string): Promise<ExperimentRow> {
  const all = await host.experiments({});
  const exact = all.find(({ id }) => id === name);
  if (exact) return exact;
  const fitting = all.filter(
    ({ id, title }) => title === name || (name.length >= shortest && id.startsWith(name)),
  );
  if (fitting.length > 1) {
    const ids = fitting.map(({ id }) => id).join(', ');
    throw new BasinError('conflict', `Experiment ${name}: several fit. Name one by its id: ${ids}.`);
  }
  return fitting[0] ?? (await experimentOfRun(host, all, name));
}

async function experimentOfRun(
  host: HostApi,
  all: readonly ExperimentRow[],
  name: string,
): Promise<ExperimentRow> {
  try {
    const run = await host.run({ run: name });
    const experiment = all.find(({ id }) => id === run.experiment);
    if (experiment) return experiment;
  } catch (error) {
    if (!(error instanceof BasinError && error.code === 'not-found')) throw error;
  }
  throw new BasinError(
    'not-found',
    `Experiment ${name}: no experiment or run has this id or name. basin runs --json lists both.`,
  );
}
