/** What every method of the API works with. */
import type { HostEvent } from '#contract/host.ts';
import type { GraphLab } from '../jobs/graphLab.ts';
import type { Questions } from '../jobs/questions.ts';
import type { JobQueue } from '../jobs/queue.ts';
import type { Library } from '../store/library.ts';

/** What the host asks of the registry of studies and components. */
export type Science = typeof import('#science/registry.ts');

export interface Context {
  readonly library: Library;
  readonly science: Science;
  readonly queue: JobQueue;
  readonly questions: Questions;
  readonly graphLab: GraphLab;
  emit(event: HostEvent): void;
  /** Tells listeners that these runs' rows have changed. */
  announce(runs: readonly string[]): void;
  removed(run: string): void;
  /** The run was created or resumed through this host, and waits. */
  own(run: string): void;
}
