/** Prints what TensorFlow is here, as JSON: a process of its own, so that a crash in it is an answer too. */
import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { tf, versions } from '#engine/backend.ts';

interface NativeBackend {
  readonly isUsingGpuDevice: boolean;
  executeMultipleOutputs(operation: string, attributes: [], inputs: [], outputs: number): unknown;
}

interface Device {
  readonly name: string;
  readonly kind: 'cpu' | 'gpu';
  /** Bytes. */
  readonly memory?: number;
}

const backend = tf.backend() as unknown as NativeBackend;

process.stdout.write(
  JSON.stringify({
    ...versions,
    backend: tf.getBackend(),
    devices: [...graphicsProcessors(), processor()],
    xla: hasXla(),
  }),
);

function processor(): Device {
  const cores = cpus();
  return { name: `${cores[0]?.model.trim() ?? 'CPU'} × ${cores.length}`, kind: 'cpu', memory: totalmem() };
}

/** Those that TensorFlow uses; their names and memory are the driver's to tell. */
function graphicsProcessors(): Device[] {
  if (!backend.isUsingGpuDevice) return [];
  try {
    const query = ['--query-gpu=name,memory.total', '--format=csv,noheader,nounits'];
    const lines = execFileSync('nvidia-smi', query, { encoding: 'utf8' }).trim().split('\n');
    return lines.map((line) => {
      const [name = 'GPU', mebibytes] = line.split(', ');
      return { name, kind: 'gpu', memory: Number(mebibytes) * 2 ** 20 };
    });
  } catch {
    return [{ name: 'GPU', kind: 'gpu' }];
  }
}

/**
 * Whether XLA is part of the library. Its operation is called without arguments: where it is known,
 * TensorFlow complains of those, and else of the name.
 */
function hasXla(): boolean {
  try {
    backend.executeMultipleOutputs('XlaLaunch', [], [], 1);
    return true;
  } catch (error) {
    return !(error instanceof Error && error.message.includes('is neither a type of a primitive operation'));
  }
}
