/** How an operation of TensorFlow that tfjs-node has no kernel for is made one of its backend. */
import type { Attribute, NativeBackend, OutputInfo } from './capture/binding.ts';
import type { KernelConfig, NamedAttrMap, TensorInfo } from './tf.ts';

/** The backend as kernels see it. */
interface ExecutingBackend extends NativeBackend {
  executeSingleOutput(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly TensorInfo[],
  ): TensorInfo;
  /** A tensor from what the binding's `executeOp` answers. */
  createOutputTensor(info: OutputInfo): TensorInfo;
}

/** `run` is given inputs and attributes by the names that tfjs's `runKernel` is called with. */
export function nativeKernel<Input extends string>(
  kernelName: string,
  run: (
    backend: ExecutingBackend,
    inputs: Readonly<Record<Input, TensorInfo>>,
    attributes: NamedAttrMap | undefined,
  ) => TensorInfo,
): KernelConfig {
  return {
    kernelName,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs, backend }) =>
      run(backend as unknown as ExecutingBackend, inputs as Record<Input, TensorInfo>, attrs),
  };
}
