/** Methods about specs and experiments: what the registry knows, and what the store keeps of it. */
import { BasinError } from '#contract/error.ts';
import type { ExperimentRow, hostMethods } from '#contract/host.ts';
import type { Implementation } from '#contract/rpc.ts';
import type { MeasurementRow } from '#contract/run.ts';
import { readMeasurements } from '../store/measurements.ts';
import { insertExperiment, readExperiments, readRun, readRuns, summarize } from '../store/runs.ts';
import type { Context } from './context.ts';
import { settledStart } from './lookup.ts';

type Methods = Pick<
  Implementation<typeof hostMethods>,
  'studies' | 'components' | 'plan' | 'preview' | 'createExperiment' | 'experiments' | 'report'
>;

export function experimentMethods(context: Context): Methods {
  const { library, science, queue } = context;
  const { db } = library;
  const resolved = (input: unknown) => {
    const spec = science.resolveExperiment(input);
    return { spec, runs: science.expandRuns(spec) };
  };
  return {
    studies: () => science.studies(),
    components: ({ kind }) => science.components(kind),
    plan: ({ spec: input }) => {
      const { spec, runs } = resolved(input);
      const counts = new Set(runs.map((run) => science.parameterCount(run.spec)));
      const [parameters = null] = counts;
      return {
        spec,
        runs: runs.map((run) => ({ name: run.name, seed: run.spec.seed, spec: run.spec })),
        estimate: science.estimateRuns(runs),
        // One number for all runs, or none.
        parameters: counts.size === 1 ? parameters : null,
      };
    },
    preview: ({ spec: input }) => {
      const [first] = resolved(input).runs;
      if (!first) throw new BasinError('bad-input', 'Spec: it expands to no run. Give it a seed.', 'seeds');
      return science.preview(first.spec);
    },
    createExperiment: ({ spec: input, name, priority }) => {
      const { spec, runs } = resolved(input);
      const named = runs.map((run) => ({
        name: runName(name, run.name, runs.length),
        spec: run.spec.start ? { ...run.spec, start: settledStart(library, run.spec.start) } : run.spec,
      }));
      // At once, so that no other host takes a run in between.
      const created = db.transaction(() => {
        const inserted = insertExperiment(library, spec, name ?? spec.title, named, priority);
        for (const id of inserted.runs) context.own(id);
        return inserted;
      });
      context.announce(created.runs);
      queue.announce();
      queue.fill();
      const stored = created.runs.map((id) => readRun(db, id)).filter((run) => run !== undefined);
      return { experiment: created.experiment, runs: summarize(db, stored) };
    },
    experiments: () => readExperiments(db),
    report: ({ experiment }) => {
      const { id, spec } = findExperiment(readExperiments(db), experiment);
      const runs = summarize(db, readRuns(db, id)).map((run) => ({
        ...{ name: run.name, spec: run.spec, status: run.status, step: run.step, seconds: run.seconds },
        metrics: run.metrics,
        measurements: readMeasurements(db, run.id).map(toMeasured),
      }));
      return science.writeReport(spec, runs);
    },
  };
}

function runName(experiment: string | undefined, planned: string, count: number): string {
  if (experiment === undefined) return planned;
  return count === 1 ? experiment : `${experiment} ${planned}`;
}

function toMeasured({ step, name, value, stderr, detail }: MeasurementRow) {
  return { step, name, value, stderr, detail };
}

/** An id, a unique beginning of one (four characters or more), or a unique title. */
function findExperiment(rows: readonly ExperimentRow[], text: string): ExperimentRow {
  const fitting = [
    rows.filter(({ id }) => id === text),
    rows.filter(({ title }) => title === text),
    rows.filter(({ id }) => text.length >= 4 && id.startsWith(text.toLowerCase())),
  ].find((some) => some.length > 0);
  const [first, second] = fitting ?? [];
  if (first && !second) return first;
  if (!first)
    throw new BasinError('not-found', `No experiment ${text}: this library has no such id or title.`);
  const listed = fitting?.slice(0, 5).map(({ id, title }) => `${id} (${title})`);
  throw new BasinError('conflict', `Several fit experiment ${text}: ${listed?.join(', ')}. Use an id.`);
}
