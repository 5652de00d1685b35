/** Recording what tfjs asks of TensorFlow while a piece of ordinary code runs. */
import type { Attribute, Binding, HandleId, NativeBackend } from './binding.ts';

export interface RecordedNode {
  readonly op: string;
  readonly attributes: readonly Attribute[];
  readonly inputs: readonly HandleId[];
}
/** The place of a handle: which output of which node. */
export interface RecordedOutput {
  readonly node: RecordedNode;
  readonly output: number;
  readonly shape: readonly number[];
  readonly dtype: number;
}
export interface RecordedConstant {
  readonly shape: readonly number[];
  readonly dtype: number;
  readonly data: ArrayBufferView;
}

/** Equal for constants of equal type, shape and bytes. */
export function constantKey({ shape, dtype, data }: RecordedConstant): string {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return `${dtype}:${shape.join()}:${bytes.toString('latin1')}`;
}

export interface Recording {
  readonly outputs: ReadonlyMap<HandleId, RecordedOutput>;
  /** Values that JavaScript sent during the recording: the same at every replay. */
  readonly constants: ReadonlyMap<HandleId, RecordedConstant>;
  /** Whether some of them were there before the recording, which then knows no more than their values. */
  readonly foreign: boolean;
  /** Why a replay would be wrong; null where it is right. */
  readonly obstacle: string | null;
}

/** Operations execute as always; `work`'s own result is real. */
export function record<T>(backend: NativeBackend, work: () => T): { result: T; recording: Recording } {
  const { binding } = backend;
  const outputs = new Map<HandleId, RecordedOutput>();
  const constants = new Map<HandleId, RecordedConstant>();
  const written = new Set<ArrayBufferView>();
  let foreign = false;
  let obstacle: string | null = null;

  const recorded: Partial<Binding> = {
    executeOp(op, attributes, inputs, count) {
      const infos = binding.executeOp(op, attributes, inputs, count);
      const node = { op, attributes, inputs: [...inputs] };
      for (const [output, { id, shape, dtype }] of infos.entries()) {
        outputs.set(id, { node, output, shape, dtype });
      }
      return infos;
    },
    createTensor(shape, dtype, data) {
      const id = binding.createTensor(shape, dtype, data);
      foreign ||= !written.has(data);
      constants.set(id, { shape: [...shape], dtype, data });
      return id;
    },
    tensorDataSync(id) {
      // A constant may be read; a computed number that JavaScript looks at may change its course.
      const origin = outputs.get(id);
      if (!constants.has(id))
        obstacle ??= `the value of ${origin?.node.op ?? 'an input'} is read in JavaScript`;
      return binding.tensorDataSync(id);
    },
  };
  // Over an empty object: the binding's own properties are fixed and could not be answered for.
  backend.binding = new Proxy({} as Binding, {
    get: (_, key) => Reflect.get(recorded, key) ?? Reflect.get(binding, key),
  });
  const write = backend.write;
  backend.write = (values, shape, dtype) => {
    written.add(values);
    return write.call(backend, values, shape, dtype);
  };
  try {
    const result = work();
    return { result, recording: { outputs, constants, foreign, obstacle } };
  } finally {
    backend.binding = binding;
    backend.write = write;
  }
}
