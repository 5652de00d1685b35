/** Prints numbers that a graph compiled by XLA draws from the seed (3, 4); a process of its own, since XLA's switch is. */
import { applyCompute, plainCompute } from '#engine/compute.ts';
import type { Tensor1D } from '#engine/tf.ts';

applyCompute({ ...plainCompute, xla: true });
process.env.TF_XLA_FLAGS += ' --tf_xla_min_cluster_size=1';
const { nativeBackend } = await import('#engine/backend.ts');
const { capturedEngine } = await import('#engine/capture/engine.ts');
const { dropout, uniform } = await import('#engine/statelessRandom.ts');
const { mul, ones } = await import('#engine/tf.ts');

const warn = (message: string): never => {
  throw new Error(message);
};
const program = capturedEngine(nativeBackend, { warn }).compile('draw', ({ seed }) => ({
  uniform: mul(uniform([64], seed as Tensor1D), 2),
  dropped: dropout(ones([64]), 0.5, seed as Tensor1D),
}));
const numbers = program.run({ seed: { shape: [2], data: Int32Array.of(3, 4) } });
process.stdout.write(
  JSON.stringify(numbers, (_, value) => (ArrayBuffer.isView(value) ? [...(value as Float32Array)] : value)),
);
