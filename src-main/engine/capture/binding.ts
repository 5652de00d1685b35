/** The part of tfjs-node's backend that recording and replaying stand on. */
import type { DataId } from '../tf.ts';

/** A number that TensorFlow's handle of a tensor goes by; never used twice. */
export type HandleId = number;

export interface Attribute {
  readonly name: string;
  /** One of the binding's TF_ATTR_… numbers. */
  readonly type: number;
  readonly value: unknown;
}

export interface OutputInfo {
  readonly id: HandleId;
  readonly shape: number[];
  /** TensorFlow's number of the type (DT_FLOAT = 1, …). */
  readonly dtype: number;
}

export interface Binding {
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_INT64: number;
  readonly TF_BOOL: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  createTensor(shape: readonly number[], dtype: number, data: ArrayBufferView): HandleId;
  deleteTensor(id: HandleId): void;
  tensorDataSync(id: HandleId): Float32Array | Int32Array | Uint8Array;
  executeOp(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly HandleId[],
    outputs: number,
  ): OutputInfo[];
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(model: number): void;
  /** Names are joined by commas. */
  runSavedModel(
    model: number,
    inputs: readonly HandleId[],
    inputNames: string,
    outputNames: string,
  ): OutputInfo[];
}

/** What the backend knows of one tensor's data. `values` wait to be sent to TensorFlow. */
export interface DataEntry {
  shape: number[];
  dtype: number;
  id: HandleId;
  values: ArrayBufferView | null;
  refCount: number;
}

export interface NativeBackend {
  binding: Binding;
  /** Takes a new tensor's values; they go to TensorFlow when an operation first needs them. */
  write(values: ArrayBufferView, shape: number[], dtype: string): DataId;
  readonly tensorMap: { get(id: DataId): DataEntry; set(id: DataId, entry: DataEntry): void };
}

/** The handle of a tensor's data, sent to TensorFlow first if it only waits in JavaScript. */
export function handleOf(
  { binding, tensorMap }: NativeBackend,
  tensor: { readonly dataId: DataId },
): HandleId {
  const entry = tensorMap.get(tensor.dataId);
  if (entry.values !== null) {
    entry.id = binding.createTensor(entry.shape, entry.dtype, entry.values);
    entry.values = null;
  }
  return entry.id;
}
