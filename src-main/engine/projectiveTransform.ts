/** tfjs's `image.transform` on the native backend, for which tfjs-node has no kernel. */
import { nativeKernel } from './nativeKernel.ts';
import { scalar, Transform, type TransformAttrs, tensor1d } from './tf.ts';

/**
 * Inputs: `image` [count, height, width, channels] and `transforms` [count, 8], which take the place (x, y)
 * of an output pixel, whole numbers at the pixels' centres, to the place that is read. With bilinear
 * interpolation each of the four pixels around it that lies outside counts as `fillValue`.
 */
export const projectiveTransformKernel = nativeKernel<'image' | 'transforms'>(
  Transform,
  (backend, { image, transforms }, attributes) => {
    const { interpolation, fillMode, fillValue, outputShape } = attributes as unknown as TransformAttrs;
    const { TF_ATTR_STRING, TF_ATTR_TYPE, TF_FLOAT } = backend.binding;
    const size = tensor1d(outputShape ?? image.shape.slice(1, 3), 'int32');
    const fill = scalar(fillValue);
    const output = backend.executeSingleOutput(
      'ImageProjectiveTransformV3',
      [
        { name: 'dtype', type: TF_ATTR_TYPE, value: TF_FLOAT },
        { name: 'interpolation', type: TF_ATTR_STRING, value: interpolation.toUpperCase() },
        { name: 'fill_mode', type: TF_ATTR_STRING, value: fillMode.toUpperCase() },
      ],
      [image, transforms, size, fill],
    );
    size.dispose();
    fill.dispose();
    return output;
  },
);
