/** A host: one library folder opened for reading, running and writing, behind the API of `hostMethods`. */
import { BasinError } from '#contract/error.ts';
import type { HostEvent, hostMethods } from '#contract/host.ts';
import type { Implementation } from '#contract/rpc.ts';

export interface HostOptions {
  /** The library folder; created where it is missing. */
  readonly folder: string;
  /** Worker processes of this host, in place of the number kept in the library. */
  readonly workers?: number;
  readonly onEvent?: (event: HostEvent) => void;
  /** The script that a worker process runs. */
  readonly workerEntry?: string;
  /** `true`: any queued run of the library; `own`: those created or resumed through this host; default true. */
  readonly takesRuns?: boolean | 'own';
  /** Takes queued runs of this experiment alone. */
  readonly onlyExperiment?: string;
  /** Takes these runs alone. */
  readonly onlyRuns?: readonly string[];
}

export interface Host {
  readonly api: Implementation<typeof hostMethods>;
  /** Pauses this host's running runs (a checkpoint each, 20 s at most), then lets go of the library. */
  close(): Promise<void>;
}

/** @throws BasinError `newer-database` (the library stays untouched), `disk` or `corrupt`. */
export async function openHost(options: HostOptions): Promise<Host> {
  throw new BasinError('unsupported', `Library ${options.folder}: the host is being written.`);
}
