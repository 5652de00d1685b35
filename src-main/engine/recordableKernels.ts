/** tfjs-node's kernels that cannot be recorded, written anew. */
import type { Attribute, NativeBackend } from './capture/binding.ts';
import { nativeKernel } from './nativeKernel.ts';
import {
  ExpandDims,
  type ExpandDimsAttrs,
  GatherV2,
  type GatherV2Attrs,
  scalar,
  type TensorInfo,
} from './tf.ts';

/** tfjs-node looks at every index in JavaScript; TensorFlow itself refuses one that is out of range. */
const gather = nativeKernel<'x' | 'indices'>(GatherV2, (backend, { x, indices }, attributes) => {
  const { axis, batchDims } = attributes as unknown as GatherV2Attrs;
  const place = scalar(axis, 'int32');
  const output = backend.executeSingleOutput(
    GatherV2,
    [
      { name: 'batch_dims', type: backend.binding.TF_ATTR_INT, value: batchDims ?? 0 },
      typeOf(backend, 'Tparams', x),
      typeOf(backend, 'Tindices', indices),
      typeOf(backend, 'Taxis', place),
    ],
    [x, indices, place],
  );
  place.dispose();
  return output;
});

/** tfjs-node leaves out the type, which TensorFlow infers when it executes but not in a graph. */
const expandDims = nativeKernel<'input'>(ExpandDims, (backend, { input }, attributes) => {
  const { dim } = attributes as unknown as ExpandDimsAttrs;
  const place = scalar(dim, 'int32');
  const types = [typeOf(backend, 'T', input), typeOf(backend, 'Tdim', place)];
  const output = backend.executeSingleOutput(ExpandDims, types, [input, place]);
  place.dispose();
  return output;
});

export const recordableKernels = [gather, expandDims];

function typeOf({ binding }: NativeBackend, name: string, { dtype }: TensorInfo): Attribute {
  const types: Readonly<Record<string, number>> = {
    float32: binding.TF_FLOAT,
    int32: binding.TF_INT32,
    bool: binding.TF_BOOL,
  };
  return { name, type: binding.TF_ATTR_TYPE, value: types[dtype] };
}
