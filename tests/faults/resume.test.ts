/** Both studies in real workers: a run whose worker is killed and resumed equals one that was left alone. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { RunDetail } from '#contract/host.ts';
import { withSetting } from '#contract/setting.ts';
import { decodeSafetensors } from '#engine/safetensors.ts';
import { defaultWorkerEntry } from '#host/jobs/workerProcess.ts';
import * as science from '#science/registry.ts';
import { type FakeHost, openFakeHost, reaches, temporaryFolder, until } from '../fixtures/hosts.ts';

/** For one run of a few steps, on a machine that may be busy. */
const seconds = 120;
vi.setConfig({ testTimeout: 3000 * seconds });

const small = {
  'mlm-pcfg': {
    steps: 24,
    batchSize: 32,
    logEvery: 1,
    checkpointEvery: 8,
    encoder: { id: 'transformer', layers: 1, width: 16, heads: 2, feedForward: 32 },
    evaluations: [{ id: 'exact', every: 12, sentences: 20 }],
    probes: [{ id: 'linear', every: 12 }],
    flatness: { id: 'trace', every: 12, probes: 2, batchSize: 16 },
  },
  'contrastive-digits': {
    steps: 24,
    batchSize: 32,
    logEvery: 1,
    checkpointEvery: 8,
    data: { id: 'mnist', trainCount: 1000 },
    probes: [{ id: 'linear', every: 12, iterations: 10 }],
    flatness: { id: 'trace', every: 12, probes: 2, batchSize: 16 },
  },
} as const;
/** What a method carries beside its weights, a momentum target and a queue, has to come back as well. */
const cases = [
  { id: 'mlm-pcfg', changes: small['mlm-pcfg'] },
  { id: 'contrastive-digits', changes: small['contrastive-digits'] },
  {
    id: 'contrastive-digits',
    changes: {
      ...small['contrastive-digits'],
      loss: { id: 'moco', queue: 100 },
      encoder: { id: 'conv', channels: 4, stages: 3 },
    },
  },
];

test.each(cases)('$id, $changes.loss.id', async ({ id, changes }) => {
  const preset = science.studies().find((one) => one.id === id);
  const spec = Object.entries(changes).reduce<unknown>(
    (changed, [path, value]) => withSetting(changed, path, value),
    preset?.spec,
  );
  const folder = temporaryFolder();
  const host = await openFakeHost(folder, { science, workerEntry: defaultWorkerEntry() });
  const start = async () => (await host.api.createExperiment({ spec })).runs[0]?.id ?? '';

  const whole = await reaches(host, await start(), 'finished', seconds);

  const killed = await start();
  const saved = () => host.events.some((event) => event.type === 'checkpoint' && event.run === killed);
  await until(saved, 'its first checkpoint', seconds);
  for (const child of childrenOf(process.pid)) process.kill(child, 'SIGKILL');
  const failed = await reaches(host, killed, 'failed', seconds);
  expect(failed.error).toContain('SIGKILL');
  expect(failed.checkpoints.at(-1)?.step).toBeLessThan(24);
  await host.api.resume({ run: killed });
  const resumed = await reaches(host, killed, 'finished', seconds);

  expect(resumed.events.map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/^From the checkpoint at step (8|16)\.$/),
  );
  expect(trained(resumed)).toEqual(trained(whole));
  const names = whole.series.map(({ name }) => name).filter((name) => !isTiming(name));
  expect(names).toContain('accuracy/linear'.concat(id === 'mlm-pcfg' ? '/A' : ''));
  expect(await pointsOf(host, resumed.id, names)).toEqual(await pointsOf(host, whole.id, names));
  const numbers = ({ measurements }: RunDetail) =>
    measurements.map(({ step, name, value, stderr, detail }) => ({ step, name, value, stderr, detail }));
  expect(numbers(resumed)).toEqual(numbers(whole));
  expect(weightsOf(folder, resumed)).toEqual(weightsOf(folder, whole));
});

/** How long something took is no outcome. */
const isTiming = (name: string) => name.startsWith('time/');
const trained = ({ metrics }: RunDetail) =>
  Object.fromEntries(Object.entries(metrics).filter(([name]) => !isTiming(name)));

async function pointsOf(host: FakeHost, run: string, names: string[]) {
  const series = await host.api.series({ run, names });
  return series.map(({ name, step, value }) => ({ name, step, value }));
}

/** Of the last checkpoint: weights and optimizer state. */
function weightsOf(folder: string, { checkpoints }: RunDetail) {
  const file = join(folder, 'checkpoints', `${checkpoints.at(-1)?.hash}.safetensors`);
  return decodeSafetensors(readFileSync(file), file).tensors;
}

/** Process numbers, from Linux's own table: field 4 of /proc/PID/stat is the parent. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent;
      } catch {
        return false;
      }
    })
    .map(Number);
}
