/** How a job's numbers are to be computed: as they were before a resume, as asked for, or as is fastest here. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { BasinError } from '#contract/error.ts';
import { firstIssue } from '#contract/rpc.ts';
import type { Job } from '#contract/worker.ts';
import { type ComputeSettings, computeDescribed } from '#engine/compute.ts';
import { decodeSafetensors } from '#engine/safetensors.ts';
import { type Tuning, tuned } from './tuning.ts';

const environment = z.object({
  /** `auto`: where it pays on this machine. */
  BASIN_XLA: z.enum(['on', 'off', 'auto']).default('auto'),
  BASIN_PRECISION: z.enum(['float32', 'mixed']).default('float32'),
  BASIN_DEVICE: z
    .string()
    .regex(/^(cpu|gpu(:\d+)?)$/, 'it is cpu, gpu or gpu:<n>')
    .optional(),
});

/** @throws BasinError `bad-input` for an environment variable that has no such value */
export async function computeFor(
  { spec, resumeFrom }: Pick<Job, 'spec' | 'resumeFrom'>,
  tuning: Tuning,
): Promise<ComputeSettings> {
  const asked = environment.safeParse(process.env);
  if (!asked.success) {
    const { path, message } = firstIssue(asked.error);
    throw new BasinError('bad-input', `${message.replace(/\.$/, '')}. Correct it or leave it out.`, path);
  }
  const { BASIN_XLA: xla, BASIN_PRECISION: precision, BASIN_DEVICE: device = null } = asked.data;
  if (resumeFrom !== null) {
    const { metadata } = decodeSafetensors(readFileSync(resumeFrom), resumeFrom);
    // Other settings would give other last bits: a resumed run equals an uninterrupted one.
    return { ...computeDescribed(metadata.engine ?? ''), device };
  }
  if (precision === 'mixed') return { xla: xla === 'on', oneDnn: null, device, precision };
  const fastest = await tuned(spec, tuning);
  return { ...fastest, xla: xla === 'auto' ? fastest.xla : xla === 'on', device };
}
