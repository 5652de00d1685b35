/**
 * Where a computation with kinks turns: what its comparisons and rectifiers decide, seen at TensorFlow's
 * operations. What it holds constant by `stopGradient` is noted with them.
 */
import { nativeBackend } from '#engine/backend.ts';
import type { Binding, HandleId, OutputInfo } from '#engine/capture/binding.ts';

/** In the order of the operations: the numbers that each decided by. */
export type Decisions = readonly (Float32Array | Int32Array | Uint8Array)[];

/** Operations that go in steps, beside those that give truth values or whole numbers. */
const steps = new Set(['Sign', 'Floor', 'FloorDiv', 'Ceil', 'Round']);

/**
 * Runs `work` and notes its decisions. With `decided`, from an earlier run of the same operations, they are
 * taken as they were then, so that `work` computes the smooth function that it was there.
 */
export function withDecisions<T>(work: () => T, decided?: Decisions): { result: T; decisions: Decisions } {
  const { binding } = nativeBackend;
  const { TF_ATTR_TYPE, TF_FLOAT } = binding;
  const decisions: (Float32Array | Int32Array | Uint8Array)[] = [];
  const executeOp: Binding['executeOp'] = (op, attributes, inputs, count) => {
    const outputs = binding.executeOp(op, attributes, inputs, count);
    const [{ id, shape, dtype }] = outputs as [OutputInfo];
    const earlier = decided?.[decisions.length];
    if (op === 'Relu') {
      decisions.push(earlier ?? Float32Array.from(binding.tensorDataSync(id), (value) => Number(value > 0)));
      if (!earlier) return outputs;
      const mask = binding.createTensor(shape, TF_FLOAT, earlier);
      const float = { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT };
      return replaced(id, binding.executeOp('Mul', [float], [inputs[0] as HandleId, mask], 1), mask);
    }
    if (dtype !== TF_FLOAT || op === 'StopGradient') {
      decisions.push(earlier ?? binding.tensorDataSync(id));
      if (!earlier) return outputs;
      return replaced(id, [{ id: binding.createTensor(shape, dtype, earlier), shape, dtype }]);
    }
    if (steps.has(op)) decisions.push(binding.tensorDataSync(id));
    // Max-pooling chooses, too: by where its gradient is not zero.
    if (op === 'MaxPoolGrad') decisions.push(binding.tensorDataSync(id).map((value) => Number(value !== 0)));
    return outputs;
  };
  const replaced = (id: HandleId, outputs: OutputInfo[], ...spent: HandleId[]): OutputInfo[] => {
    for (const handle of [id, ...spent]) binding.deleteTensor(handle);
    return outputs;
  };
  nativeBackend.binding = new Proxy({} as Binding, {
    get: (_, key) => (key === 'executeOp' ? executeOp : Reflect.get(binding, key)),
  });
  try {
    return { result: work(), decisions };
  } finally {
    nativeBackend.binding = binding;
  }
}
