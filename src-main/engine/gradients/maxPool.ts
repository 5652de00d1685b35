/**
 * Second derivatives through max-pooling. Its gradient puts each dy at the largest number of its window: a
 * choice that does not change where derivatives exist. It is linear in dy, and its transpose reads at the
 * same places, which is TensorFlow's MaxPoolGradGrad.
 */
import type { Attribute, NativeBackend } from '../capture/binding.ts';
import {
  backend_util,
  engine,
  type KernelConfig,
  type MaxPoolAttrs,
  type NamedAttrMap,
  type Tensor4D,
  type TensorInfo,
  zerosLike,
} from '../tf.ts';
import type { GradientDefinition } from './definition.ts';

interface ExecutingBackend extends NativeBackend {
  executeSingleOutput(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly TensorInfo[],
  ): TensorInfo;
}

const kernelName = 'MaxPoolGradGrad';

/** Inputs: `input` and `output` of the pooling, `dx` of the input's shape, whose chosen numbers are returned. */
export const maxPoolGradGradKernel: KernelConfig = {
  kernelName,
  backendName: 'tensorflow',
  kernelFunc({ inputs, attrs, backend: anyBackend }) {
    const { input, output, dx } = inputs as Record<'input' | 'output' | 'dx', TensorInfo>;
    const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as MaxPoolAttrs;
    const backend = anyBackend as unknown as ExecutingBackend;
    const { TF_ATTR_INT, TF_ATTR_STRING, TF_ATTR_TYPE, TF_FLOAT } = backend.binding;
    const window = backend_util.computePool2DInfo(
      input.shape as [number, number, number, number],
      filterSize,
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    const ints = (name: string, height: number, width: number): Attribute => ({
      ...{ name, type: TF_ATTR_INT },
      value: [1, height, width, 1],
    });
    const attributes = [
      ints('ksize', window.filterHeight, window.filterWidth),
      ints('strides', window.strideHeight, window.strideWidth),
      { name: 'padding', type: TF_ATTR_STRING, value: window.padInfo.type },
      { name: 'data_format', type: TF_ATTR_STRING, value: 'NHWC' },
      { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
    ];
    return backend.executeSingleOutput(kernelName, attributes, [input, output, dx]);
  },
};

export const maxPoolGradient: GradientDefinition = {
  inputs: ['input', 'output'],
  gradients: (dx, saved, attributes) => {
    const [input, output] = saved as [Tensor4D, Tensor4D];
    return {
      dy: () => engine().runKernel(kernelName, { input, output, dx }, attributes as NamedAttrMap),
      input: () => zerosLike(input),
      output: () => zerosLike(output),
    };
  },
};
