import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openFakeHost, queueRun, reaches, temporaryFolder, until } from '../fixtures/hosts.ts';

test('a run is paused, saved and stopped by a host that does not run it', async () => {
  const folder = temporaryFolder();
  const runner = await openFakeHost(folder);
  const other = await openFakeHost(folder, { takesRuns: false });
  const slow = { stepMilliseconds: 10 };
  const { id } = await queueRun(other, slow, { steps: 2000, checkpointEvery: 5000 });
  await reaches(other, id, 'running');
  const saved = await other.api.checkpointNow({ run: id });
  expect(saved.checkpoint).not.toBeNull();
  expect((await other.api.pause({ run: id })).status).toBe('paused');
  await other.api.resume({ run: id });
  await reaches(other, id, 'running');
  expect((await other.api.stop({ run: id })).status).toBe('stopped');
  // The other host was told of everything it did not do itself.
  const seen = (type: string) => other.events.some((e) => e.type === type && 'run' in e);
  for (const type of ['run', 'metrics', 'checkpoint']) await until(() => seen(type), `event ${type}`);
  await other.api.remove({ run: id });
  const removed = () => runner.events.some((e) => e.type === 'removed' && e.run === id);
  await until(removed, 'the removal is told');
});

test('of two hosts that take runs each run goes to one', async () => {
  const folder = temporaryFolder();
  const a = await openFakeHost(folder);
  const b = await openFakeHost(folder);
  const runs = [];
  for (let i = 0; i < 4; i++) runs.push(await queueRun(i % 2 ? a : b));
  for (const { id } of runs) {
    const run = await reaches(a, id, 'finished');
    expect(run.events.map(({ kind }) => kind)).toEqual(['started', 'finished']);
  }
});

test('a host takes only what it is to take', async () => {
  const folder = temporaryFolder();
  const own = await openFakeHost(folder, { takesRuns: 'own' });
  const looker = await openFakeHost(folder, { takesRuns: false });
  const strange = await queueRun(looker);
  const mine = await queueRun(own);
  await reaches(own, mine.id, 'finished');
  expect((await own.api.run({ run: strange.id })).status).toBe('queued');
  const chosen = await openFakeHost(folder, { onlyExperiment: 'another' });
  expect((await chosen.api.queue({})).running).toEqual([]);
  // Through `resume` it becomes the host's own.
  await own.api.pause({ run: strange.id });
  await own.api.resume({ run: strange.id });
  await reaches(own, strange.id, 'finished');
});

test('what a host keeps for itself waits for it, and is free when that host has gone', async () => {
  const folder = temporaryFolder();
  const command = await openFakeHost(folder, { takesRuns: 'own' });
  const first = await queueRun(command, { stepMilliseconds: 20 }, { steps: 2000 });
  const second = await queueRun(command);
  await reaches(command, first.id, 'running');
  const window = await openFakeHost(folder);
  // Longer than the window takes to look for work.
  await delay(1000);
  expect((await window.api.run({ run: second.id })).status).toBe('queued');
  await command.close();
  await reaches(window, second.id, 'finished');
});
