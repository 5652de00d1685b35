import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fakeLoss, fakeSpec } from '../fixtures/fakeStudy.ts';
import { openFakeHost, queueRun, reaches, runsTo, temporaryFolder, until } from '../fixtures/hosts.ts';

test('a run is trained, measured, checkpointed and finished', async () => {
  const folder = temporaryFolder();
  const host = await openFakeHost(folder);
  const { id, experiment } = await queueRun(host, {}, { seeds: [3] });
  const run = await reaches(host, id, 'finished');
  expect(run).toMatchObject({ step: 20, steps: 20, seconds: 0.2, seed: 3, error: null, position: null });
  expect(run).toMatchObject({ parameters: 42, provenance: { engine: 'fake' }, name: 'seed 3' });
  expect(run.metrics).toEqual({ loss: fakeLoss(20, 3), learning_rate: 0.1 });
  expect(run.checkpoints.map(({ step }) => step)).toEqual([8, 16, 20]);
  expect(run.checkpoint).toBe(run.checkpoints[2]?.id);
  expect(run.measurements).toMatchObject([
    { step: 20, name: 'accuracy/fake', value: 0.5, checkpoint: run.checkpoint, detail: { samples: [1, 2] } },
  ]);
  expect(run.events.map(({ kind }) => kind)).toEqual(['started', 'finished']);
  const [loss] = await host.api.series({ run: id, names: ['loss'] });
  expect([...(loss?.step ?? [])]).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  expect([...(loss?.value ?? [])]).toEqual(Array.from({ length: 20 }, (_, i) => fakeLoss(i + 1, 3)));
  expect(await host.api.report({ experiment })).toMatchObject({
    statements: [`seed 3: 20, 1, ${fakeLoss(20, 3)}`],
  });
  expect(await host.api.verify({})).toMatchObject({ ok: true, runs: 1, checkpoints: 3, problems: [] });
  await until(() => readdirSync(join(folder, 'spool')).length === 0, 'the spool folder is removed');
  const types = new Set(host.events.map(({ type }) => type));
  for (const type of ['run', 'progress', 'metrics', 'measurements', 'checkpoint', 'queue']) {
    expect(types).toContain(type);
  }
});

test('priority first, then creation; the number of workers can be set and is kept', async () => {
  const folder = temporaryFolder();
  const host = await openFakeHost(folder);
  expect(await host.api.setWorkers({ workers: 0 })).toMatchObject({ workers: 0 });
  const low = await queueRun(host);
  const [first, second] = (
    await host.api.createExperiment({
      spec: fakeSpec({}, { seeds: [5, 6] }),
      name: 'both',
      priority: 2,
    })
  ).runs;
  expect(first?.name).toBe('both seed 5');
  const later = await queueRun(host);
  await host.api.setPriority({ run: later.id, priority: 1 });
  const { queued } = await host.api.queue({});
  expect(queued.map(({ run }) => run)).toEqual([first?.id, second?.id, later.id, low.id]);
  expect((await host.api.run({ run: later.id })).position).toBe(2);
  await host.api.setWorkers({ workers: 1 });
  await reaches(host, low.id, 'finished');
  const order = host.events.flatMap((e) =>
    e.type === 'run' && e.run.status === 'finished' ? [e.run.id] : [],
  );
  expect(order).toEqual([first?.id, second?.id, later.id, low.id]);
  await host.api.setWorkers({ workers: 3 });
  await host.close();
  const again = await openFakeHost(folder);
  expect(await again.api.queue({})).toMatchObject({ workers: 3, running: [], queued: [] });
});

test('pause writes a checkpoint; resume goes on from it, with one value a step', async () => {
  const host = await openFakeHost(temporaryFolder());
  const { id } = await queueRun(host, { stepMilliseconds: 5 }, { steps: 200, checkpointEvery: 1000 });
  await runsTo(host, id, 10);
  const paused = await host.api.pause({ run: id });
  expect(paused.status).toBe('paused');
  const { checkpoints, series } = await host.api.run({ run: id });
  expect(checkpoints.map(({ step }) => step)).toEqual([paused.step]);
  expect(series.find(({ name }) => name === 'loss')?.lastStep).toBe(paused.step);
  await expect(host.api.pause({ run: id })).rejects.toThrow(/Cannot pause run .*: it is paused/);
  expect((await host.api.resume({ run: id })).status).toMatch(/queued|running/);
  const run = await reaches(host, id, 'finished');
  expect(run.events.map(({ message }) => message)).toContain(`From the checkpoint at step ${paused.step}.`);
  const [loss] = await host.api.series({ run: id, names: ['loss'] });
  expect([...(loss?.step ?? [])]).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
  await expect(host.api.resume({ run: id })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(/it has finished all its steps/),
  });
});

test('stop, checkpoint now, and what each state refuses', async () => {
  const host = await openFakeHost(temporaryFolder());
  const slow = { stepMilliseconds: 10 };
  const running = await queueRun(host, slow, { steps: 500, checkpointEvery: 1000 });
  const waiting = await queueRun(host, slow);
  await runsTo(host, running.id, 5);
  const saved = await host.api.checkpointNow({ run: running.id });
  expect(saved.status).toBe('running');
  expect(saved.checkpoint).not.toBeNull();
  await expect(host.api.remove({ run: running.id })).rejects.toThrow(/Cannot remove run .*: it is running/);
  await expect(host.api.resume({ run: running.id })).rejects.toThrow(/it is running/);
  await expect(host.api.checkpointNow({ run: waiting.id })).rejects.toThrow(/it waits in the queue/);
  expect((await host.api.pause({ run: waiting.id })).status).toBe('paused');
  expect((await host.api.stop({ run: waiting.id })).status).toBe('stopped');
  await expect(host.api.stop({ run: waiting.id })).rejects.toThrow(/it was stopped/);
  expect((await host.api.stop({ run: running.id })).status).toBe('stopped');
  await host.api.resume({ run: waiting.id });
  await reaches(host, waiting.id, 'finished');
});

test('runs are found, filtered, sorted, tagged, renamed and removed', async () => {
  const folder = temporaryFolder();
  const host = await openFakeHost(folder);
  const a = await queueRun(host, {}, { seeds: [1], title: 'alpha' });
  const b = await queueRun(host, {}, { seeds: [1], title: 'beta' });
  const c = await queueRun(host, {}, { seeds: [2], steps: 30 });
  for (const run of [a, b, c]) await reaches(host, run.id, 'finished');
  const { api } = host;
  await expect(api.run({ run: 'seed 1' })).rejects.toMatchObject({ code: 'conflict' });
  await expect(api.run({ run: 'nothing' })).rejects.toMatchObject({ code: 'not-found' });
  expect((await api.rename({ run: a.id, name: 'my run' })).name).toBe('my run');
  expect((await api.run({ run: 'my run' })).id).toBe(a.id);
  expect((await api.run({ run: a.id.slice(0, 11) })).id).toBe(a.id);
  expect((await api.tag({ run: b.id, tags: ['paper', 'paper', 'Fig-2'] })).tags).toEqual(['paper', 'Fig-2']);
  const find = async (filter: string) =>
    (await api.runs({ filter, sort: 'createdAt', descending: false })).map(({ id }) => id);
  expect(await find('')).toEqual([a.id, b.id, c.id]);
  expect(await find('BETA finished')).toEqual([b.id]);
  expect(await find('tag:fig')).toEqual([b.id]);
  expect(await find('seed:2')).toEqual([c.id]);
  expect(await find('status:finished name:my')).toEqual([a.id]);
  expect(await find('optimizer:sgd optimizer.learningRate:0.1 steps:30')).toEqual([c.id]);
  expect(await find('status:failed')).toEqual([]);
  const byLoss = await api.runs({ filter: '', sort: 'loss', descending: true });
  expect(byLoss.map(({ id }) => id)).toEqual([c.id, b.id, a.id]);

  // a and b have equal checkpoints: one file serves both until the last of them goes.
  const files = () => readdirSync(join(folder, 'checkpoints')).length;
  expect(files()).toBe(7);
  await api.remove({ run: a.id });
  expect(files()).toBe(7);
  expect(host.events.at(-2)).toEqual({ type: 'removed', run: a.id });
  await api.remove({ run: b.id });
  expect(files()).toBe(4);
  expect(await api.verify({})).toMatchObject({ ok: true, runs: 1, checkpoints: 4 });
  expect(await api.experiments({})).toHaveLength(1);
});

test('checkpoints are compared, and copied byte for byte but never over a file', async () => {
  const folder = temporaryFolder();
  const host = await openFakeHost(folder);
  const a = await queueRun(host, {}, { seeds: [1] });
  const b = await queueRun(
    host,
    {},
    { seeds: [2], optimizer: { id: 'adamw', learningRate: 0.1, beta: [1, 2] } },
  );
  await reaches(host, b.id, 'finished');
  const { api } = host;
  const compared = await api.compare({ checkpoints: [a.id, `${b.id}@16`], tolerance: 0.01 });
  expect(compared.differing.sort()).toEqual(
    ['optimizer.beta.0', 'optimizer.beta.1', 'optimizer.id', 'seed'].sort(),
  );
  expect(compared.matched).toEqual({ loss: false, tolerance: 0.01 });
  expect(compared.checkpoints[1]).toMatchObject({ step: 16, run: b.id, metrics: { loss: fakeLoss(16, 2) } });
  expect(compared.checkpoints[0]?.measurements).toHaveLength(1);
  expect(compared.checkpoints[1]?.measurements).toHaveLength(0);
  const twice = await api.compare({ checkpoints: [a.id, `${a.id}@20`], tolerance: 0 });
  expect(twice).toMatchObject({ differing: [], matched: { loss: true } });
  await expect(api.compare({ checkpoints: [`${a.id}@3`], tolerance: 0 })).rejects.toThrow(/8, 16, 20/);

  const out = join(folder, 'copy.safetensors');
  const { bytes } = await api.exportCheckpoint({ checkpoint: a.id, out });
  const { checkpoints } = await api.run({ run: a.id });
  const source = join(folder, 'checkpoints', `${checkpoints[2]?.hash}.safetensors`);
  expect(readFileSync(out).equals(readFileSync(source))).toBe(true);
  expect(bytes).toBe(1000);
  writeFileSync(out, 'mine');
  await expect(api.exportCheckpoint({ checkpoint: a.id, out })).rejects.toMatchObject({ code: 'conflict' });
  expect(readFileSync(out, 'utf8')).toBe('mine');
  const nowhere = join(folder, 'no', 'folder.safetensors');
  await expect(api.exportCheckpoint({ checkpoint: a.id, out: nowhere })).rejects.toMatchObject({
    path: nowhere,
  });
  expect(existsSync(nowhere)).toBe(false);
});

test('plan and the machine', async () => {
  const folder = temporaryFolder();
  const { api } = await openFakeHost(folder);
  const spec = fakeSpec({}, { seeds: [1, 2] });
  expect(await api.plan({ spec })).toMatchObject({
    runs: [{ seed: 1 }, { seed: 2 }],
    estimate: { seconds: 2, bytes: 20 },
    parameters: 42,
  });
  await expect(api.plan({ spec: { format: 'other' } })).rejects.toMatchObject({
    code: 'bad-input',
  });
  const machine = await api.machine({});
  expect(machine.cpu).toBeGreaterThanOrEqual(0);
  expect(machine.cpu).toBeLessThanOrEqual(1);
  expect(machine.memoryUsed).toBeGreaterThan(0);
  expect(machine.memoryUsed).toBeLessThan(machine.memoryTotal);
  expect(machine.diskFree).toBeGreaterThan(0);
  expect(await api.library({})).toMatchObject({ folder, runs: 0 });
});

test('a run that starts from a checkpoint of the library is given its file', async () => {
  const folder = temporaryFolder();
  const host = await openFakeHost(folder);
  const first = await reaches(host, (await queueRun(host)).id, 'finished');
  const { id, hash } = first.checkpoints[0] ?? expect.unreachable();
  const queued = await queueRun(host, {}, { start: `${first.id}@8` });
  expect(queued.spec.start).toBe(id);
  const second = await reaches(host, queued.id, 'finished');
  const file = join(folder, 'checkpoints', `${hash}.safetensors`);
  expect(second.events.map(({ message }) => message)).toContain(`starts from ${file}`);
  const runs = (await host.api.runs({})).length;
  await expect(queueRun(host, {}, { start: `${first.id}@9` })).rejects.toThrow(/its checkpoints are at step/);
  await expect(queueRun(host, {}, { start: 'no/such.safetensors' })).rejects.toThrow(
    'Setting start: there is no file no/such.safetensors.',
  );
  expect((await host.api.runs({})).length).toBe(runs);
});
