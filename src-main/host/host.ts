/** A host: one library folder opened for reading, running and writing, behind the API of `hostMethods`. */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { HostEvent, hostMethods } from '#contract/host.ts';
import type { Implementation } from '#contract/rpc.ts';
import type { Context, Science } from './api/context.ts';
import { experimentMethods } from './api/experiments.ts';
import { graphMethods } from './api/graph.ts';
import { Machine } from './api/machine.ts';
import { questionMethods } from './api/questions.ts';
import { runMethods } from './api/runs.ts';
import { announceRuns, ForeignChanges } from './changes.ts';
import { GraphLab } from './jobs/graphLab.ts';
import { thisOwner } from './jobs/owner.ts';
import { Questions } from './jobs/questions.ts';
import { JobQueue } from './jobs/queue.ts';
import { defaultWorkerEntry } from './jobs/workerProcess.ts';
import { type Library, openLibrary, writeWorkers } from './store/library.ts';
import type { QueuedRun } from './store/runs.ts';
import { libraryBytes, verifyLibrary } from './store/verify.ts';

export interface HostOptions {
  /** The library folder; created where it is missing. */
  readonly folder: string;
  /** Worker processes of this host, in place of the number kept in the library. */
  readonly workers?: number | undefined;
  readonly onEvent?: ((event: HostEvent) => void) | undefined;
  /** The script that a worker process runs. */
  readonly workerEntry?: string;
  /** `true`: any queued run of the library; `own`: those created or resumed through this host; default true. */
  readonly takesRuns?: boolean | 'own';
  /** Takes queued runs of this experiment alone. */
  readonly onlyExperiment?: string;
  /** Takes these runs alone. */
  readonly onlyRuns?: readonly string[];
  /** Studies and components; default: the project's registry. */
  readonly science?: Science;
  /** Milliseconds that `close` gives to running workers; default 20,000. */
  readonly patience?: number;
}

export interface Host {
  readonly api: Implementation<typeof hostMethods>;
  /** Pauses this host's running runs (a checkpoint each, 20 s at most), then lets go of the library. */
  close(): Promise<void>;
}

/** @throws BasinError `newer-database` (the library stays untouched), `disk` or `corrupt`. */
export async function openHost(options: HostOptions): Promise<Host> {
  const science = options.science ?? (await import('#science/registry.ts'));
  const library = openLibrary(options.folder);
  const emit = options.onEvent ?? (() => undefined);
  const own = new Set<string>();
  const workerEntry = options.workerEntry ?? defaultWorkerEntry();
  const queue = new JobQueue(library, {
    owner: thisOwner(randomUUID()),
    workerEntry,
    workers: options.workers,
    takes: (run) => takes(options, own, run),
    emit,
  });
  const changes = new ForeignChanges(library, emit, () => queue.announce());
  const context: Context = {
    library,
    science,
    queue,
    questions: new Questions(workerEntry),
    graphLab: new GraphLab(),
    emit,
    announce: (runs) => announceRuns(library, emit, runs),
    removed: (run) => emit({ type: 'removed', run }),
    own: (run) => {
      own.add(run);
      if (options.takesRuns === 'own') queue.keep(run);
    },
  };
  try {
    queue.open();
  } catch (error) {
    changes.close();
    library.db.close();
    throw error;
  }
  let closed: Promise<void> | undefined;
  return {
    api: {
      ...{ ...libraryMethods(context), ...experimentMethods(context), ...runMethods(context) },
      ...{ ...questionMethods(context), ...graphMethods(context) },
    },
    close: () => {
      context.questions.stopAll();
      context.graphLab.close();
      closed ??= queue.close(options.patience ?? 20_000).then(() => {
        changes.close();
        library.db.close();
      });
      return closed;
    },
  };
}

function takes(options: HostOptions, own: ReadonlySet<string>, { id, experiment }: QueuedRun): boolean {
  const { takesRuns = true, onlyExperiment, onlyRuns } = options;
  if (takesRuns === false) return false;
  if (takesRuns === 'own' && !own.has(id)) return false;
  if (onlyExperiment !== undefined && experiment !== onlyExperiment) return false;
  return onlyRuns === undefined || onlyRuns.includes(id);
}

type LibraryMethods = Pick<
  Implementation<typeof hostMethods>,
  'library' | 'queue' | 'setWorkers' | 'machine' | 'verify'
>;

function libraryMethods({ library, queue }: Context): LibraryMethods {
  const machine = new Machine(library.folder);
  return {
    library: () => info(library),
    queue: () => queue.state(),
    setWorkers: ({ workers }) => {
      writeWorkers(library.db, workers);
      queue.forgetOwnNumber();
      queue.announce();
      queue.fill();
      return queue.state();
    },
    machine: () => machine.state(),
    verify: () => verifyLibrary(library),
  };
}

function info(library: Library) {
  const { db, folder } = library;
  const runs = db.first(db.from.selectFrom('runs').select((e) => e.fn.countAll<number>().as('count')));
  return { folder, name: basename(folder), runs: runs?.count ?? 0, bytes: libraryBytes(library) };
}
