/** Operations of TensorFlow that tfjs lacks, as kernels of its backend. */
import type { Attribute, NativeBackend } from '../capture/binding.ts';
import { nativeKernel } from '../nativeKernel.ts';
import { backend_util, type MaxPoolAttrs } from '../tf.ts';

/** `x`, whose derivative is not taken. */
export const stopGradientKernel = nativeKernel<'x'>('StopGradient', (backend, { x }) =>
  backend.executeSingleOutput('StopGradient', [floatType(backend)], [x]),
);

/** Inputs: `input` and `output` of a max-pooling, `dx` of the input's shape, whose numbers at the maxima are returned. */
export const maxPoolGradGradKernel = nativeKernel<'input' | 'output' | 'dx'>(
  'MaxPoolGradGrad',
  (backend, { input, output, dx }, pooling) => {
    const { filterSize, strides, pad, dimRoundingMode } = pooling as unknown as MaxPoolAttrs;
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
);

function floatType({ binding: { TF_ATTR_TYPE, TF_FLOAT } }: NativeBackend): Attribute {
  return { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT };
}
