/** The host inside this process, opened as far as a command needs it. */
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { BasinError } from '#contract/error.ts';
import { type HostEvent, hostMethods } from '#contract/host.ts';
import { type Api, firstIssue, type Implementation, type Method } from '#contract/rpc.ts';
import type { HostOptions } from '#host/host.ts';

export type HostApi = Api<typeof hostMethods>;

/** For commands that look at a library or change what stands in it. A library not there yet is empty. */
export async function withLibrary<Answer>(
  folder: string,
  use: (host: HostApi) => Promise<Answer>,
  onEvent?: (event: HostEvent) => void,
): Promise<Answer> {
  refuseFile(folder);
  // Looking must not create anything: where there is no library, an empty one elsewhere answers.
  return existsSync(join(folder, 'basin.db'))
    ? opened({ folder, takesRuns: false, onEvent }, use)
    : withCatalogue(use, onEvent);
}

function refuseFile(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? true) return;
  throw new BasinError('bad-input', `Library ${folder}: it is a file. Name a folder.`, folder);
}

/** For commands that need no library: presets, components, plans. */
export async function withCatalogue<Answer>(
  use: (host: HostApi) => Promise<Answer>,
  onEvent?: (event: HostEvent) => void,
): Promise<Answer> {
  const folder = mkdtempSync(join(tmpdir(), 'basin-'));
  try {
    return await opened({ folder, takesRuns: false, onEvent }, use);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** For commands that train: takes the runs that it creates or resumes itself, and no others. */
export function withWorkers<Answer>(
  folder: string,
  workers: number | undefined,
  onEvent: (event: HostEvent) => void,
  use: (host: HostApi) => Promise<Answer>,
): Promise<Answer> {
  return opened({ folder, takesRuns: 'own', onEvent, workers }, use);
}

async function opened<Answer>(
  options: HostOptions,
  use: (host: HostApi) => Promise<Answer>,
): Promise<Answer> {
  // SQLite and the registry: what only prints help need not wait for them.
  const { openHost } = await import('#host/host.ts');
  // Tests put a stand-in for the worker's process here.
  const workerEntry = process.env.BASIN_WORKER_ENTRY;
  const host = await openHost(workerEntry === undefined ? options : { ...options, workerEntry });
  try {
    return await use(checked(host.api));
  } finally {
    await host.close();
  }
}

/** The same checks on the way in as over a link, in one process: errors keep their stacks. */
function checked(api: Implementation<typeof hostMethods>): HostApi {
  const methods = Object.entries<Method>(hostMethods).map(([name, method]) => [
    name,
    async (raw: unknown) => {
      const input = method.input.safeParse(raw);
      if (!input.success) throw inputError(input.error);
      return await api[name as keyof typeof hostMethods](input.data as never);
    },
  ]);
  return Object.fromEntries(methods) as HostApi;
}

function inputError(error: z.ZodError): BasinError {
  const { message, path } = firstIssue(error);
  return new BasinError('bad-input', `Argument ${message}. See --help.`, path);
}
