/** What a person can ask of a run in each state; all else is refused in one line. */
import { BasinError } from '#contract/error.ts';
import type { RunStatus } from '#contract/run.ts';

export type RunAction = 'pause' | 'resume' | 'stop' | 'checkpoint' | 'remove';

const allowed: Readonly<Record<RunAction, readonly RunStatus[]>> = {
  pause: ['running', 'queued'],
  resume: ['paused', 'interrupted', 'failed', 'stopped'],
  stop: ['running', 'queued', 'paused', 'interrupted'],
  checkpoint: ['running'],
  remove: ['queued', 'paused', 'interrupted', 'failed', 'stopped', 'finished'],
};

const instead: Readonly<Record<RunStatus, string>> = {
  queued: 'it waits in the queue. Pause or stop takes it out',
  running: 'it is running. Stop or pause it first',
  paused: 'it is paused. Resume it first',
  interrupted: 'it was interrupted. Resume it first',
  failed: 'it has failed. Resume goes on from its last checkpoint',
  stopped: 'it was stopped. Resume goes on from its last checkpoint',
  finished: 'it has finished all its steps. Start a new run with more of them',
};

/** @throws BasinError `conflict` where the run's state does not allow it. */
export function assertAllowed(action: RunAction, run: { name: string; id: string; status: RunStatus }): void {
  if (allowed[action].includes(run.status)) return;
  throw new BasinError('conflict', `Cannot ${action} run ${run.name} (${run.id}): ${instead[run.status]}.`);
}
