/**
 * Gradients of what is linear in each of its inputs: convolutions, pooling, running sums. So are then these
 * gradients in what they take, and differentiating them gives operations of the same family again.
 */
import {
  type AvgPoolAttrs,
  avgPool,
  type Conv2DAttrs,
  type Conv2DBackpropInputAttrs,
  type CumsumAttrs,
  conv2d,
  cumsum,
  type DepthwiseConv2dNativeAttrs,
  depthwiseConv2d,
  engine,
  type NamedAttrMap,
  type Tensor,
  type Tensor4D,
  zerosLike,
} from '../tf.ts';
import type { GradientDefinition, GradientDefinitions } from './definition.ts';

/** A kernel that tfjs has no function for. */
const run = (kernel: string, inputs: Readonly<Record<string, Tensor>>, attributes: object): Tensor =>
  engine().runKernel(kernel, inputs, attributes as NamedAttrMap);

/** ∂/∂filter of a convolution of x, at the output's dy. */
const conv2dFilterGradient: GradientDefinition = {
  inputs: ['x', 'dy'],
  gradients: (dFilter, saved, attributes) => {
    const [x, dy] = saved as [Tensor4D, Tensor4D];
    const { strides, pad, dataFormat, dimRoundingMode } = attributes as unknown as Conv2DAttrs;
    const shared = { strides, pad, dataFormat, dimRoundingMode };
    return {
      x: () => run('Conv2DBackpropInput', { dy, filter: dFilter }, { ...shared, inputShape: x.shape }),
      dy: () => conv2d(x, dFilter as Tensor4D, strides, pad, dataFormat, 1, dimRoundingMode),
    };
  },
};

/** ∂/∂x of a convolution with a filter, at the output's dy. */
const conv2dInputGradient: GradientDefinition = {
  inputs: ['dy', 'filter'],
  gradients: (dx, saved, attributes) => {
    const [dy, filter] = saved as [Tensor4D, Tensor4D];
    const { strides, pad, dataFormat, dimRoundingMode } = attributes as unknown as Conv2DBackpropInputAttrs;
    const shared = { strides, pad, dataFormat, dimRoundingMode };
    return {
      dy: () => conv2d(dx as Tensor4D, filter, strides, pad, dataFormat, 1, dimRoundingMode),
      filter: () => run('Conv2DBackpropFilter', { x: dx, dy }, { ...shared, filterShape: filter.shape }),
    };
  },
};

/** As above, each channel with filters of its own. */
const depthwiseFilterGradient: GradientDefinition = {
  inputs: ['x', 'dy'],
  gradients: (dFilter, saved, attributes) => {
    const [x, dy] = saved as [Tensor4D, Tensor4D];
    const { strides, pad } = attributes as unknown as DepthwiseConv2dNativeAttrs;
    const shared = { strides, pad, dilations: [1, 1] };
    return {
      x: () =>
        run(
          'DepthwiseConv2dNativeBackpropInput',
          { dy, filter: dFilter },
          { ...shared, inputShape: x.shape },
        ),
      dy: () => depthwiseConv2d(x, dFilter as Tensor4D, strides, pad),
    };
  },
};

const depthwiseInputGradient: GradientDefinition = {
  inputs: ['dy', 'filter'],
  gradients: (dx, saved, attributes) => {
    const [dy, filter] = saved as [Tensor4D, Tensor4D];
    const { strides, pad } = attributes as unknown as DepthwiseConv2dNativeAttrs;
    const shared = { strides, pad, dilations: [1, 1], filterShape: filter.shape };
    return {
      dy: () => depthwiseConv2d(dx as Tensor4D, filter, strides, pad),
      filter: () => run('DepthwiseConv2dNativeBackpropFilter', { x: dx, dy }, shared),
    };
  },
};

const avgPoolGradient: GradientDefinition = {
  inputs: ['input'],
  gradients: (dx, [input], attributes) => {
    const { filterSize, strides, pad } = attributes as unknown as AvgPoolAttrs;
    return {
      dy: () => avgPool(dx as Tensor4D, filterSize, strides, pad),
      input: () => zerosLike(input as Tensor),
    };
  },
};

/**
 * It puts each dy at the largest number of its window: a choice that does not change where derivatives exist.
 * In dy it is linear, and its transpose reads at the same places.
 */
const maxPoolGradient: GradientDefinition = {
  inputs: ['input', 'output'],
  gradients: (dx, saved, attributes) => {
    const [input, output] = saved as [Tensor, Tensor];
    return {
      dy: () => run('MaxPoolGradGrad', { input, output, dx }, attributes),
      input: () => zerosLike(input),
      output: () => zerosLike(output),
    };
  },
};

/** The sum the other way round. tfjs's own gradient also transposes it where the axis is not the last. */
const cumsumGradient: GradientDefinition = {
  inputs: [],
  gradients: (dy, _saved, attributes) => {
    const { axis, exclusive, reverse } = attributes as unknown as CumsumAttrs;
    return { x: () => cumsum(dy, axis, exclusive, !reverse) };
  },
};

export const linear: GradientDefinitions = {
  Conv2DBackpropFilter: conv2dFilterGradient,
  Conv2DBackpropInput: conv2dInputGradient,
  DepthwiseConv2dNativeBackpropFilter: depthwiseFilterGradient,
  DepthwiseConv2dNativeBackpropInput: depthwiseInputGradient,
  AvgPoolGrad: avgPoolGradient,
  MaxPoolGrad: maxPoolGradient,
  Cumsum: cumsumGradient,
};
