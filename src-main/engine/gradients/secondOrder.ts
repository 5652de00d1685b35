/**
 * Operations whose gradients may themselves be differentiated, and the gradients that make them so.
 * tests/unit/secondOrder.test.ts compares each with central differences.
 *
 * Not among them, so that curvature through them is an error that names them: Prod, Cumprod, Einsum (no
 * gradient, or none of the gradient), fused operations and whatever else brings a gradient by `customGrad`,
 * resizing, local response normalisation.
 */
import {
  type GradFunc,
  getGradient,
  registerGradient,
  registerKernel,
  type Tensor,
  unregisterGradient,
} from '../tf.ts';
import { maxPoolGradGradKernel, stopGradientKernel } from './kernels.ts';
import { linear } from './linear.ts';
import { pointwise } from './pointwise.ts';

const definitions = { ...pointwise, ...linear };

/** Right as tfjs has them: their gradients use inputs alone, or outputs through steps, by operations of this list. */
const rightAlready = [
  ...['Add', 'AddN', 'Sub', 'Multiply', 'RealDiv', 'Neg', 'Abs', 'Square', 'Sqrt'],
  ...['Rsqrt', 'Reciprocal', 'Minimum', 'Maximum', 'Expm1', 'Log', 'Log1p', 'Sin', 'Cos', 'Erf'],
  ...['Relu', 'Relu6', 'LeakyRelu', 'Prelu', 'Selu', 'Softplus', 'ClipByValue', 'Select'],
  ...['Step', 'Sign', 'Floor', 'Ceil', 'Round', 'ArgMax', 'ArgMin', 'OneHot', 'ZerosLike', 'OnesLike'],
  ...['Sum', 'Mean', 'Max', 'Min', 'BatchMatMul', 'UnsortedSegmentSum', 'FusedBatchNorm'],
  ...['Conv2D', 'DepthwiseConv2dNative', 'AvgPool', 'MaxPool'],
  ...['Reshape', 'ExpandDims', 'Transpose', 'Reverse', 'Concat', 'Pack', 'Unpack'],
  ...['Slice', 'SplitV', 'PadV2', 'Tile', 'GatherV2'],
];

/** Kernels through which a Hessian-vector product is right. */
export const secondOrderSafe: ReadonlySet<string> = new Set([...rightAlready, ...Object.keys(definitions)]);

/** Adds the engine's kernels and puts its gradients in the place of tfjs's. Call it once, after tfjs has registered its own. */
export function registerSecondOrderGradients(): void {
  for (const kernel of [maxPoolGradGradKernel, stopGradientKernel]) registerKernel(kernel);
  // tfjs's gradient of it forgets the mirrored part: none at all is better.
  unregisterGradient('MirrorPad');
  for (const [kernelName, { inputs, gradients }] of Object.entries(definitions)) {
    if (getGradient(kernelName)) unregisterGradient(kernelName);
    const gradFunc: GradFunc = (dy, saved, attributes) => gradients(dy as Tensor, saved, attributes);
    registerGradient({ kernelName, inputsToSave: [...inputs], gradFunc });
  }
}
