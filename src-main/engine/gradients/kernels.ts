/** Operations of TensorFlow that tfjs lacks, as kernels of its backend. */
import type { Attribute, NativeBackend } from '../capture/binding.ts';
import { backend_util, type KernelConfig, type MaxPoolAttrs, type TensorInfo } from '../tf.ts';

interface ExecutingBackend extends NativeBackend {
  executeSingleOutput(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly TensorInfo[],
  ): TensorInfo;
}

type Inputs<Name extends string> = Readonly<Record<Name, TensorInfo>>;

/** `x`, whose derivative is not taken. */
export const stopGradientKernel: KernelConfig = {
  kernelName: 'StopGradient',
  backendName: 'tensorflow',
  kernelFunc({ inputs, backend: anyBackend }) {
    const { x } = inputs as Inputs<'x'>;
    const backend = anyBackend as unknown as ExecutingBackend;
    return backend.executeSingleOutput('StopGradient', [floatType(backend)], [x]);
  },
};

/** Inputs: `input` and `output` of a max-pooling, `dx` of the input's shape, whose numbers at the maxima are returned. */
export const maxPoolGradGradKernel: KernelConfig = {
  kernelName: 'MaxPoolGradGrad',
  backendName: 'tensorflow',
  kernelFunc({ inputs, attrs, backend: anyBackend }) {
    const { input, output, dx } = inputs as Inputs<'input' | 'output' | 'dx'>;
    const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as MaxPoolAttrs;
    const backend = anyBackend as unknown as ExecutingBackend;
    const { TF_ATTR_INT, TF_ATTR_STRING } = backend.binding;
    const shape = input.shape as [number, number, number, number];
    const window = backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
    const sides = (name: string, height: number, width: number): Attribute => ({
      name,
      type: TF_ATTR_INT,
      value: [1, height, width, 1],
    });
    const attributes = [
      sides('ksize', window.filterHeight, window.filterWidth),
      sides('strides', window.strideHeight, window.strideWidth),
      { name: 'padding', type: TF_ATTR_STRING, value: window.padInfo.type },
      { name: 'data_format', type: TF_ATTR_STRING, value: 'NHWC' },
      floatType(backend),
    ];
    return backend.executeSingleOutput('MaxPoolGradGrad', attributes, [input, output, dx]);
  },
};

function floatType({ binding: { TF_ATTR_TYPE, TF_FLOAT } }: NativeBackend): Attribute {
  return { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT };
}
