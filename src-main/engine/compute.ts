/**
 * How TensorFlow computes in this process: chosen once, before its library is loaded. The choice changes
 * the last bits of every number, so a run keeps its own for as long as it lives.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cacheFolder.ts';
import type { Precision } from './capture/graph.ts';

export interface ComputeSettings {
  /** Compile each graph into fused machine code: slow to begin, often faster after. */
  readonly xla: boolean;
  /** oneDNN's kernels; null leaves it to TensorFlow, which has them on only where AVX-512 is. */
  readonly oneDnn: boolean | null;
  /** `cpu`, `gpu` (the first) or `gpu:<n>`; null takes a GPU where TensorFlow finds one. */
  readonly device: string | null;
  /** `mixed`: products and convolutions of captured graphs in bfloat16, all else in float32. */
  readonly precision: Precision;
}

export const plainCompute: ComputeSettings = { xla: false, oneDnn: null, device: null, precision: 'float32' };

/** What is tried where the fastest is looked for. A first step under XLA takes seconds, so that it must pay by its speed. */
export const computeCandidates: readonly ComputeSettings[] = [false, true].flatMap((xla) =>
  [null, true].map((oneDnn) => ({ ...plainCompute, xla, oneDnn })),
);
/** Gains below this share are noise. */
export const computeMargin = 0.03;

/** Sets what the library reads from its environment when it is loaded. */
export function applyCompute({ xla, oneDnn, device }: ComputeSettings): void {
  const { env } = process;
  if (oneDnn !== null) env.TF_ENABLE_ONEDNN_OPTS = oneDnn ? '1' : '0';
  if (xla) {
    const compiled = join(cacheFolder, 'xla');
    mkdirSync(compiled, { recursive: true });
    env.TF_XLA_FLAGS = [
      '--tf_xla_auto_jit=2',
      '--tf_xla_cpu_global_jit',
      `--tf_xla_persistent_cache_directory=${compiled}`,
      '--tf_xla_persistent_cache_device_types=CPU,XLA_CPU_JIT,GPU,XLA_GPU_JIT',
    ].join(' ');
    // Its cache reports files of the binary form as errors of the text form before it reads them.
    env.TF_CPP_MIN_LOG_LEVEL = '3';
  }
  // A GPU's memory is taken as it is needed, so that several workers can share one.
  env.TF_FORCE_GPU_ALLOW_GROWTH = 'true';
  if (device !== null) env.CUDA_VISIBLE_DEVICES = visibleDevices(device);
}

function visibleDevices(device: string): string {
  return device === 'cpu' ? '' : (/:(\d+)$/.exec(device)?.[1] ?? '0');
}

/** As provenance and checkpoints name it: `captured`, `captured, XLA, oneDNN on`. */
export function describeCompute(engine: string, { xla, oneDnn, precision }: ComputeSettings): string {
  return [
    engine,
    ...(xla ? ['XLA'] : []),
    ...(oneDnn === null ? [] : [`oneDNN ${oneDnn ? 'on' : 'off'}`]),
    ...(precision === 'mixed' ? ['mixed precision'] : []),
  ].join(', ');
}

/** The settings that a description names; the device is the machine's to choose. */
export function computeDescribed(description: string): Omit<ComputeSettings, 'device'> {
  const parts = description.split(', ');
  return {
    xla: parts.includes('XLA'),
    oneDnn: parts.includes('oneDNN on') ? true : parts.includes('oneDNN off') ? false : null,
    precision: parts.includes('mixed precision') ? 'mixed' : 'float32',
  };
}
