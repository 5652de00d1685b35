import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openFakeHost, queueRun, reaches, runsTo, temporaryFolder, until } from '../fixtures/hosts.ts';

test('a worker that crashes fails its own run with the reason; the queue goes on', async () => {
  const host = await openFakeHost(temporaryFolder());
  const exits = await queueRun(host, { exitAt: 12 });
  const signalled = await queueRun(host, { signalAt: 3, signal: 'SIGSEGV' });
  const fails = await queueRun(host, { failAt: 5 });
  const good = await queueRun(host);
  expect((await reaches(host, exits.id, 'failed')).error).toMatch(
    /Worker ended with exit code 3 after step \d+: the fake worker was told to exit\. Resume/,
  );
  const crashed = await reaches(host, signalled.id, 'failed');
  expect(crashed.error).toMatch(/Worker was ended by signal SIGSEGV before its first report/);
  expect(crashed.events.at(-1)).toMatchObject({ kind: 'failed', message: crashed.error });
  expect((await reaches(host, fails.id, 'failed')).error).toBe('Step 5: the loss is NaN.');
  await reaches(host, good.id, 'finished');
  expect(await host.api.verify({})).toMatchObject({ ok: true, problems: [] });
});

test('a run that failed goes on from its checkpoint and has one value a step', async () => {
  const host = await openFakeHost(temporaryFolder());
  // The fake worker exits after step 12 each time it gets there; the resumed one starts from step 8.
  const { id } = await queueRun(host, { exitAt: 12 });
  const failed = await reaches(host, id, 'failed');
  expect(failed.checkpoints.map(({ step }) => step)).toEqual([8]);
  expect(failed.series.find(({ name }) => name === 'loss')?.lastStep).toBeGreaterThanOrEqual(10);
  await host.api.resume({ run: id });
  await until(
    async () => (await host.api.run({ run: id })).events.filter(({ kind }) => kind === 'failed').length === 2,
    'it fails again',
  );
  const again = await host.api.run({ run: id });
  expect(again.events.map(({ message }) => message)).toContain('From the checkpoint at step 8.');
  const [loss] = await host.api.series({ run: id, names: ['loss'] });
  const steps = [...(loss?.step ?? [])];
  expect(steps).toEqual(Array.from({ length: steps.length }, (_, i) => i + 1));
  expect(await host.api.verify({})).toMatchObject({ ok: true });
});

test('a worker script that does not exist, or dies at once', async () => {
  const host = await openFakeHost(temporaryFolder(), { workerEntry: '/nowhere/worker.js' });
  const { id } = await queueRun(host);
  expect((await reaches(host, id, 'failed')).error).toMatch(/exit code 1.*nowhere/s);
});

test('a host killed in mid-run leaves an interrupted run, which resumes', async () => {
  const folder = temporaryFolder();
  const watcher = await openFakeHost(folder, { takesRuns: false });
  const { id } = await queueRun(watcher, { stepMilliseconds: 5 }, { steps: 150, checkpointEvery: 20 });
  const entry = fileURLToPath(new URL('../fixtures/hostProcess.ts', import.meta.url));
  const child = fork(entry, [folder], { serialization: 'advanced', execArgv: [] });
  await once(child, 'message');
  await until(async () => (await watcher.api.run({ run: id })).checkpoints.length >= 2, 'two checkpoints');
  child.kill('SIGKILL');
  await once(child, 'exit');
  await watcher.close();

  const host = await openFakeHost(folder);
  const interrupted = await host.api.run({ run: id });
  expect(interrupted.status).toBe('interrupted');
  expect(interrupted.events.at(-1)).toMatchObject({ kind: 'interrupted' });
  expect(await host.api.verify({})).toMatchObject({ ok: true });
  await host.api.resume({ run: id });
  const run = await reaches(host, id, 'finished');
  expect(run.step).toBe(150);
  const [loss] = await host.api.series({ run: id, names: ['loss'] });
  expect([...(loss?.step ?? [])]).toEqual(Array.from({ length: 150 }, (_, i) => i + 1));
});

test('a living host notices within seconds that another one was killed', async () => {
  const folder = temporaryFolder();
  const watcher = await openFakeHost(folder, { takesRuns: false });
  const { id } = await queueRun(watcher, { stepMilliseconds: 20 }, { steps: 2000 });
  const entry = fileURLToPath(new URL('../fixtures/hostProcess.ts', import.meta.url));
  const child = fork(entry, [folder], { serialization: 'advanced', execArgv: [] });
  await reaches(watcher, id, 'running');
  child.kill('SIGKILL');
  await reaches(watcher, id, 'interrupted');
  const told = () =>
    watcher.events.some((e) => e.type === 'run' && e.run.id === id && e.run.status === 'interrupted');
  await until(told, 'the event');
});

test('closing pauses what runs; what does not pause is killed and interrupted', async () => {
  const folder = temporaryFolder();
  const host = await openFakeHost(folder, { workers: 2, patience: 4000 });
  const polite = await queueRun(host, { stepMilliseconds: 5 }, { steps: 5000 });
  const stubborn = await queueRun(host, { stepMilliseconds: 5, ignorePause: true }, { steps: 5000 });
  await runsTo(host, polite.id, 5);
  await runsTo(host, stubborn.id, 5);
  await host.close();
  const again = await openFakeHost(folder, { takesRuns: false });
  const paused = await again.api.run({ run: polite.id });
  expect(paused).toMatchObject({ status: 'paused', error: null });
  expect(paused.checkpoints.at(-1)?.step).toBe(paused.step);
  expect(await again.api.run({ run: stubborn.id })).toMatchObject({ status: 'interrupted' });
});
