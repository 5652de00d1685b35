/** Methods about runs and their checkpoints. */
import { setTimeout as delay } from 'node:timers/promises';
import { BasinError } from '#contract/error.ts';
import type { hostMethods, RunDetail, RunSummary } from '#contract/host.ts';
import type { Implementation } from '#contract/rpc.ts';
import { provenance } from '#contract/worker.ts';
import { assertAllowed, type RunAction } from '../jobs/transitions.ts';
import { collectFiles, lastCheckpoint, readCheckpoints, toCheckpointRow } from '../store/checkpoints.ts';
import type { Library } from '../store/library.ts';
import { readMeasurements } from '../store/measurements.ts';
import {
  deleteRun,
  readEvents,
  readQueue,
  readRun,
  readRuns,
  type StoredRun,
  summarize,
  toRunRow,
  updateRun,
} from '../store/runs.ts';
import { querySeries } from '../store/seriesQuery.ts';
import { compare } from './compare.ts';
import type { Context } from './context.ts';
import { exportCheckpoint } from './exportCheckpoint.ts';
import { matches, sorted } from './filter.ts';
import { findCheckpoint, findRun } from './lookup.ts';

type Methods = Pick<
  Implementation<typeof hostMethods>,
  | 'runs'
  | 'run'
  | 'series'
  | 'pause'
  | 'resume'
  | 'stop'
  | 'checkpointNow'
  | 'remove'
  | 'tag'
  | 'rename'
  | 'setPriority'
  | 'compare'
  | 'exportCheckpoint'
>;

/** How long a call waits for the worker to do what was asked; then it answers with the row as it is. */
const patience = 10_000;
const lookMilliseconds = 25;

export function runMethods(context: Context): Methods {
  const { library, queue } = context;
  const { db } = library;
  const fresh = (id: string): RunSummary => {
    const run = readRun(db, id);
    const [summary] = run ? summarize(db, [run]) : [];
    if (!summary) throw new BasinError('not-found', `No run ${id}: it was removed meanwhile.`);
    return summary;
  };
  const changed = (id: string): RunSummary => {
    context.announce([id]);
    queue.announce();
    return fresh(id);
  };
  /** Where the run does not run: one change of state, made only while the action is allowed. */
  const moveTo = (run: StoredRun, action: RunAction, status: 'paused' | 'stopped' | 'queued'): RunSummary => {
    assertAllowed(action, run);
    if (!updateRun(db, run.id, { status, error: null, owner: null }, [run.status])) {
      // It changed between the look and the change: judge it anew.
      return moveTo(findRun(db, run.id), action, status);
    }
    return changed(run.id);
  };
  const askWorker = async (
    run: StoredRun,
    kind: 'pause' | 'stop' | 'checkpoint',
    isDone: () => boolean,
  ): Promise<RunSummary> => {
    queue.request(run, kind);
    const end = Date.now() + patience;
    while (!isDone() && Date.now() < end) await delay(lookMilliseconds);
    return fresh(run.id);
  };
  const hasLeft = (id: string) => () => readRun(db, id)?.status !== 'running';

  return {
    runs: ({ filter, experiment, sort, descending }) => {
      const all = summarize(db, readRuns(db, experiment));
      return sorted(
        all.filter((run) => matches(run, filter)),
        sort,
        descending,
      );
    },
    run: ({ run }) => detail(library, findRun(db, run)),
    series: ({ run, names, from, to, points }) => {
      const { id } = findRun(db, run);
      return names.map((name) => ({ run: id, name, ...querySeries(db, id, name, { from, to, points }) }));
    },
    pause: async ({ run: text }) => {
      const run = findRun(db, text);
      assertAllowed('pause', run);
      if (run.status === 'queued') return moveTo(run, 'pause', 'paused');
      return askWorker(run, 'pause', hasLeft(run.id));
    },
    resume: ({ run: text }) => {
      const run = findRun(db, text);
      assertAllowed('resume', run);
      // At once, so that no other host takes it in between.
      db.transaction(() => {
        moveTo(run, 'resume', 'queued');
        context.own(run.id);
      });
      queue.fill();
      return fresh(run.id);
    },
    stop: async ({ run: text }) => {
      const run = findRun(db, text);
      assertAllowed('stop', run);
      if (run.status !== 'running') return moveTo(run, 'stop', 'stopped');
      return askWorker(run, 'stop', hasLeft(run.id));
    },
    checkpointNow: async ({ run: text }) => {
      const run = findRun(db, text);
      assertAllowed('checkpoint', run);
      const before = lastCheckpoint(db, run.id)?.seq;
      const isDone = () => lastCheckpoint(db, run.id)?.seq !== before || hasLeft(run.id)();
      return askWorker(run, 'checkpoint', isDone);
    },
    remove: ({ run: text }) => {
      const run = db.transaction(() => {
        const found = findRun(db, text);
        assertAllowed('remove', found);
        const hashes = readCheckpoints(db, found.id).map(({ hash }) => hash);
        deleteRun(db, found);
        return { id: found.id, hashes };
      });
      collectFiles(library, run.hashes);
      context.removed(run.id);
      queue.announce();
      return {};
    },
    tag: ({ run, tags }) => {
      const { id } = findRun(db, run);
      updateRun(db, id, { tags: JSON.stringify([...new Set(tags)]) });
      return changed(id);
    },
    rename: ({ run, name }) => {
      const { id } = findRun(db, run);
      updateRun(db, id, { name });
      return changed(id);
    },
    setPriority: ({ run, priority }) => {
      const { id } = findRun(db, run);
      updateRun(db, id, { priority });
      // The places of all that wait may have changed with it.
      context.announce(readQueue(db).map((waiting) => waiting.id));
      return changed(id);
    },
    compare: ({ checkpoints, tolerance }) => compare(db, checkpoints, tolerance),
    exportCheckpoint: ({ checkpoint, out }) => exportCheckpoint(library, findCheckpoint(db, checkpoint), out),
  };
}

function detail({ db }: Library, run: StoredRun): RunDetail {
  const [summary] = summarize(db, [run]);
  const series = db.from
    .selectFrom('series')
    .select(['name', 'points', 'last_step'])
    .where('run', '=', run.id);
  return {
    ...(summary ?? { ...toRunRow(run), metrics: {}, checkpoint: null, position: null }),
    series: db
      .all(series.orderBy('name'))
      .map(({ name, points, last_step }) => ({ name, points, lastStep: Math.floor(last_step) })),
    checkpoints: readCheckpoints(db, run.id).map(toCheckpointRow),
    measurements: readMeasurements(db, run.id),
    events: readEvents(db, run.id),
    provenance: run.provenance === null ? null : provenance.parse(JSON.parse(run.provenance)),
    parameters: run.parameters,
  };
}
