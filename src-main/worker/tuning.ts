/**
 * Which of TensorFlow's settings run a model fastest here: measured once for each machine and size of
 * model, in processes of their own, and kept. XLA and oneDNN help some models and slow others down.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { RunSpec } from '#contract/spec.ts';
import { cacheFolder } from '#engine/cacheFolder.ts';
import {
  type ComputeSettings,
  computeCandidates,
  computeMargin,
  describeCompute,
  plainCompute,
} from '#engine/compute.ts';
import { estimateRun, parameterCount } from '#science/registry.ts';
import { version } from './provenance.ts';

const timing = z.object({ first: z.number(), step: z.number() });
/** Seconds of a first step, compilation included, and of a later one. */
export type Timing = z.infer<typeof timing>;

const table = z.record(z.string(), z.record(z.string(), timing));
type Table = z.infer<typeof table>;

/** Runs expected to take less than this, in seconds, are not worth the measurement. */
const shortest = 300;

const file = join(cacheFolder, 'tuning.json');

export interface Tuning {
  /** Told before the measurement starts, which takes up to a minute. */
  readonly onMeasure: () => void;
  /** Asked between two measurements: a run that is to pause does not wait for all. */
  readonly cancelled: () => boolean;
}

/** Settings for a new run of `spec`; plain ones where nothing is known and the run is short. */
export async function tuned(spec: RunSpec, { onMeasure, cancelled }: Tuning): Promise<ComputeSettings> {
  const key = keyOf(spec);
  const { seconds } = estimateRun(spec);
  let timings = readTable()[key];
  if (!timings) {
    if (seconds < shortest) return plainCompute;
    onMeasure();
    timings = {};
    for (const settings of computeCandidates) {
      if (cancelled()) return plainCompute;
      const measured = await measure(spec, settings);
      if (measured) timings[describeCompute('', settings)] = measured;
    }
    keep(key, timings);
  }
  return fastest(timings, spec.steps);
}

/** The settings under which `steps` steps take the least time, first step included. */
export function fastest(timings: Readonly<Record<string, Timing>>, steps: number): ComputeSettings {
  const total = (settings: ComputeSettings): number => {
    const known = timings[describeCompute('', settings)];
    return known ? known.first + steps * known.step : Number.POSITIVE_INFINITY;
  };
  const best = computeCandidates.reduce((a, b) => (total(b) < total(a) ? b : a));
  return total(best) < (1 - computeMargin) * total(plainCompute) ? best : plainCompute;
}

/** Models of one study that differ less than fourfold in size share an entry. */
function keyOf(spec: RunSpec): string {
  const processors = cpus();
  const size = Math.floor(Math.log(Math.max(1, parameterCount(spec))) / Math.log(4));
  const machine = `${processors[0]?.model.trim() ?? ''} × ${processors.length}`;
  return [machine, `Basin ${version}`, spec.study, spec.encoder.id, `4^${size} weights`].join(' · ');
}

/** In a process of its own, since the library reads its settings once; null where it fails. */
async function measure(spec: RunSpec, settings: ComputeSettings): Promise<Timing | null> {
  const probe = fork(script(), [], { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  try {
    probe.send({ spec, settings });
    const ended = once(probe, 'exit').then(() => [null]);
    const [answer] = await Promise.race([once(probe, 'message'), ended]);
    return timing.safeParse(answer).data ?? null;
  } catch {
    return null;
  } finally {
    probe.kill('SIGKILL');
  }
}

function readTable(): Table {
  try {
    return table.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Missing or unreadable: it is measured anew.
    return {};
  }
}

function keep(key: string, timings: Readonly<Record<string, Timing>>): void {
  mkdirSync(dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, JSON.stringify({ ...readTable(), [key]: timings }, null, 2));
  renameSync(fresh, file);
}

function script(): string {
  const here = import.meta.url;
  return fileURLToPath(new URL(here.endsWith('.ts') ? 'tuningProbe.ts' : 'tuningProbe.js', here));
}
