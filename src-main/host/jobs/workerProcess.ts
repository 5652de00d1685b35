/** One worker process: started, spoken to over its IPC channel, and its end told in plain words. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { link } from '#contract/link.ts';
import type { Call } from '#contract/rpc.ts';

export interface WorkerProcess {
  /** Calls the worker. */
  readonly call: Call;
  kill(): void;
  /** Settles when the process has ended and everything that it sent has been served. */
  readonly ended: Promise<WorkerEnd>;
}

export interface WorkerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote to stderr. */
  readonly stderr: string;
}

/** Why a call to a worker that has died is not answered. */
export const workerGone = 'The worker has ended.';

/** Beside the source, or beside the built host or command line in `out/`. */
export function defaultWorkerEntry(here: string = import.meta.url): string {
  const place = here.endsWith('.ts') ? '../../worker/main.ts' : '../worker/main.js';
  return fileURLToPath(new URL(place, here));
}

/** @param serve answers what the worker asks */
export function startWorker(entry: string, serve: Call): WorkerProcess {
  const child = fork(entry, [], {
    execPath: process.execPath,
    // The host's own flags (a test runner's, a debugger's port) are not the worker's.
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Out of the terminal's process group: Ctrl-C is for the host, which asks its workers to pause.
    detached: true,
  });
  const served = inOrder(serve);
  const connection = link(
    {
      // A message to a worker that has just died is no error of the host's: its end is told by `ended`.
      post: (message) => void (child.connected && child.send(message as object, () => undefined)),
      on: (listener) => void child.on('message', listener),
    },
    { serve: served.call },
  );
  const stderr = tail(child.stderr);
  child.stdout?.resume();
  const ended = waitForEnd(child).then(async ({ code, signal, failure }) => {
    connection.close(workerGone);
    await served.idle();
    return { code, signal, stderr: [stderr(), failure].filter(Boolean).join('\n') };
  });
  return {
    call: connection.call,
    kill: () => void child.kill('SIGKILL'),
    ended,
  };
}

/** How it ended and what it said of that, in words: `ended with exit code 3 …: out of memory`. */
export function describeEnd(end: WorkerEnd | undefined, where: string): string {
  const how = end?.signal
    ? `was ended by signal ${end.signal}`
    : end?.code === null || end === undefined
      ? 'could not be started'
      : `ended with exit code ${end.code}`;
  return `Worker ${how}${where}: ${gist(end?.stderr ?? '')}.`;
}

/** The line that names the error; of output without one, the last line. */
function gist(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const named = lines.findLast((line) => /^(\w*Error\b|terminate called|FATAL)/i.test(line));
  const chosen = named ?? lines.findLast((line) => line !== '');
  return chosen?.replace(/\.$/, '') ?? 'it wrote nothing to stderr';
}

/** The process's end and then, shortly, the rest of its messages and output. */
async function waitForEnd(child: ChildProcess) {
  const closed = once(child, 'close').catch(() => undefined);
  const disconnected = once(child, 'disconnect').catch(() => undefined);
  const end = await new Promise<{ code: number | null; signal: NodeJS.Signals | null; failure: string }>(
    (settle) => {
      child.once('exit', (code, signal) => settle({ code, signal, failure: '' }));
      child.once('error', (error) => {
        if (child.pid === undefined) settle({ code: null, signal: null, failure: error.message });
      });
    },
  );
  if (child.pid !== undefined) {
    if (child.connected) await Promise.race([disconnected, delay(2000)]);
    // A grandchild may hold the pipes open for ever.
    await Promise.race([closed, delay(1000)]);
  }
  return end;
}

/** Serves one call after the other: `ended` must not overtake the checkpoint sent before it. */
function inOrder(call: Call) {
  let last: Promise<unknown> = Promise.resolve();
  return {
    call: (method: string, input: unknown) => {
      const answer = last.then(() => call(method, input));
      last = answer.catch(() => undefined);
      return answer;
    },
    idle: () => last,
  };
}

/** Keeps the last few kilobytes. */
function tail(stream: Readable | null): () => string {
  let text = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (part: string) => {
    text = (text + part).slice(-4000);
  });
  return () => text.trim();
}
