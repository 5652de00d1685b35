import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { type HostEvent, hostEvent, hostMethods } from '#contract/host.ts';
import { link } from '#contract/link.ts';
import { client } from '#contract/rpc.ts';
import { openLibrary } from '#host/store/library.ts';
import { insertExperiment, updateRun } from '#host/store/runs.ts';
import { appendPoints } from '#host/store/series.ts';
import { fakeScience, fakeSpec } from '../fixtures/fakeStudy.ts';
import { temporaryFolder, until } from '../fixtures/hosts.ts';

const entry = fileURLToPath(new URL('../../src-main/host/main.ts', import.meta.url));

function startHost(...args: string[]) {
  const child = fork(entry, args, { serialization: 'advanced', execArgv: [] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const events: HostEvent[] = [];
  const { call } = link(
    {
      post: (message) => void child.send(message as object),
      on: (listener) => void child.on('message', listener),
    },
    { onEvent: (event) => events.push(hostEvent.parse(event)) },
  );
  return { child, events, api: client(hostMethods, call) };
}

async function endOf(child: ChildProcess): Promise<number | null> {
  const [code] = await once(child, 'exit');
  return code;
}

test('the host as a process: typed arrays survive, events come, it ends with its parent', async () => {
  const folder = temporaryFolder();
  const library = openLibrary(folder);
  const spec = fakeScience.resolveExperiment(fakeSpec());
  const { runs } = insertExperiment(library, spec, 'test', fakeScience.expandRuns(spec), 0);
  const run = runs[0] as string;
  const step = Float64Array.of(1, 2, 3);
  const value = Float64Array.of(0.5, Number.NaN, Number.POSITIVE_INFINITY);
  library.db.transaction(() => appendPoints(library.db, run, 'loss', { step, value }, 1));
  library.db.transaction(() => appendPoints(library.db, run, 'last', { step, value: value.toReversed() }, 1));
  updateRun(library.db, run, { status: 'paused' });
  library.db.close();

  const host = startHost('--library', folder);
  expect(await host.api.series({ run, names: ['loss'] })).toEqual([
    { run, name: 'loss', step, value, reduced: false },
  ]);
  expect((await host.api.run({ run })).metrics).toEqual({ last: 0.5, loss: Number.POSITIVE_INFINITY });
  await host.api.tag({ run, tags: ['seen'] });
  const tagged = () => host.events.some((e) => e.type === 'run' && e.run.tags.includes('seen'));
  await until(tagged, 'the event of the tag');
  const end = endOf(host.child);
  host.child.disconnect();
  expect(await end).toBe(0);
});

test('a library that cannot be opened: every call says why; SIGTERM ends the process', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'basin.db'), 'not a database'.padEnd(200));
  const host = startHost('--library', folder);
  await expect(host.api.runs({})).rejects.toMatchObject({ code: 'corrupt', path: join(folder, 'basin.db') });
  await expect(host.api.machine({})).rejects.toMatchObject({ code: 'corrupt' });
  const end = endOf(host.child);
  host.child.kill('SIGTERM');
  expect(await end).toBe(0);
  const bare = startHost();
  await expect(bare.api.runs({})).rejects.toThrow(/--library/);
});
