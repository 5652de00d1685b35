/** Functions for each operation whose second derivatives are right, with a curvature of their own. */
import { tf } from '#engine/backend.ts';
import {
  logSoftmax,
  type Scalar,
  stopGradient,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
} from '#engine/tf.ts';

/** A function of a [3, 4] matrix. */
export type Operation = (x: Tensor2D) => Tensor;

export const cube = (x: Tensor) => x.mul(x).mul(x);
const masked = (x: Tensor, mask: Tensor) => cube(x).mul(tf.cast(mask, 'float32'));
export const image = (x: Tensor) => x.reshape([1, 3, 4, 1]) as Tensor4D;
const picture = () => tf.sin(tf.range(0, 32)).reshape([1, 4, 4, 2]) as Tensor4D;
export const twoByTwo = () => tf.tensor4d([1, -2, 3, 0.5, 2, -1, 1, 1], [2, 2, 1, 2]);
const filterOf = (x: Tensor) => x.reshape([2, 2, 1, 3]) as Tensor4D;
const half = (x: Tensor, first: number) => x.slice([0, first], [3, 2]) as Tensor2D;
const highest = (x: Tensor2D) => tf.max(x, 1, true);

const upright = (filter: Tensor) => filter.transpose([0, 1, 3, 2]) as Tensor4D;

/** Differentiated against the input, the filter and both. */
const convolution: readonly [Operation, Operation, Operation] = [
  (x) => tf.conv2d(image(x), twoByTwo(), [1, 2], 'same').tanh(),
  (x) => tf.conv2d(picture(), x.reshape([1, 2, 2, 3]) as Tensor4D, 1, 'valid').tanh(),
  (x) => tf.conv2d(image(x), filterOf(x.sin()), 1, 'same').tanh(),
];
const transposedConvolution: readonly Operation[] = [
  (x) => tf.conv2dTranspose(image(x), upright(twoByTwo()), [1, 6, 8, 2], 2, 'same').tanh(),
  (x) => tf.conv2dTranspose(image(x), upright(filterOf(x.sin())), [1, 4, 5, 3], 1, 'valid').tanh(),
];
const depthwise: readonly [Operation, Operation, Operation] = [
  (x) => tf.depthwiseConv2d(image(x), twoByTwo(), 1, 'same').tanh(),
  (x) => tf.depthwiseConv2d(picture(), x.reshape([2, 3, 2, 1]) as Tensor4D, 1, 'valid').tanh(),
  (x) => tf.depthwiseConv2d(image(x), filterOf(x.sin()), 1, 'same').tanh(),
];
const averages: readonly Operation[] = [
  (x) => cube(tf.avgPool(image(x), 2, 1, 'valid')),
  (x) => cube(tf.avgPool(image(x), [2, 3], 2, 'same')),
];
const maxima: readonly Operation[] = [
  (x) => cube(tf.maxPool(image(x), 2, 1, 'valid')),
  (x) => cube(tf.maxPool(image(x), [2, 3], 2, 'same')),
];

/** For each operation of the list, functions that use it; with a curvature, and no symmetry to hide an error. */
export const operations: Readonly<Record<string, readonly Operation[]>> = {
  Add: [(x) => x.add(x.mean(0)).sin()],
  AddN: [(x) => cube(tf.addN([x, x.sin(), x.cos()]))],
  Sub: [(x) => x.mean(1, true).sub(x).sin()],
  Multiply: [(x) => x.mul(x.sin()), (x) => x.mul(x.mean(0))],
  RealDiv: [(x) => tf.div(x, x.square().add(2)), (x) => x.div(x.square().mean(0).add(1))],
  Neg: [(x) => tf.neg(x).exp()],
  Abs: [(x) => cube(tf.abs(x))],
  Square: [(x) => tf.square(x.sin())],
  SquaredDifference: [(x) => tf.squaredDifference(x, x.sin().mean(0))],
  Sqrt: [(x) => tf.sqrt(x.square().add(1))],
  Rsqrt: [(x) => tf.rsqrt(x.square().add(1))],
  Reciprocal: [(x) => tf.reciprocal(x.square().add(1))],
  Pow: [
    (x) => tf.pow(x, 3),
    (x) => tf.pow(x.square().add(0.5), 1.5),
    (x) => tf.pow(2, x),
    (x) => tf.pow(x.square().add(0.5), x.mean(1, true)),
  ],
  Minimum: [(x) => tf.minimum(cube(x), x.square())],
  Maximum: [(x) => tf.maximum(cube(x), x.square())],
  Exp: [(x) => tf.exp(x)],
  Expm1: [(x) => tf.expm1(x)],
  Log: [(x) => tf.log(x.square().add(1))],
  Log1p: [(x) => tf.log1p(x.square())],
  Sin: [(x) => tf.sin(x)],
  Cos: [(x) => tf.cos(x)],
  Erf: [(x) => tf.erf(x), (x) => x.mul(0.5).mul(tf.erf(x.div(Math.SQRT2)).add(1))],
  Tanh: [(x) => tf.tanh(x)],
  Sigmoid: [(x) => tf.sigmoid(x)],
  Softplus: [(x) => tf.softplus(x)],
  Elu: [(x) => tf.elu(x), (x) => tf.elu(x.mul(100)).square()],
  Selu: [(x) => tf.selu(x)],
  Relu: [(x) => cube(tf.relu(x))],
  Relu6: [(x) => cube(tf.relu6(x.mul(5)))],
  LeakyRelu: [(x) => cube(tf.leakyRelu(x, 0.3))],
  Prelu: [(x) => cube(tf.prelu(x, x.cos().mean(0)))],
  ClipByValue: [(x) => cube(tf.clipByValue(x, -0.5, 0.7))],
  Softmax: [(x) => tf.softmax(x), (x) => tf.log(tf.softmax(x.mul(x)))],
  Select: [
    (x) => tf.where(x.greater(0), cube(x), x.square()),
    (x) => tf.where(x.greater(highest(x).sub(1)), x.sin(), x.exp()),
  ],
  Step: [(x) => masked(x, tf.step(x)), (x) => masked(x, tf.step(x, 0.2))],
  Sign: [(x) => masked(x, tf.sign(x))],
  Floor: [(x) => cube(x).mul(tf.floor(x))],
  Ceil: [(x) => cube(x).mul(tf.ceil(x))],
  FloorDiv: [(x) => cube(x).mul(tf.floorDiv(x, tf.scalar(0.5)))],
  Round: [(x) => cube(x).mul(tf.round(x))],
  Equal: [(x) => masked(x, tf.equal(x, highest(x)))],
  NotEqual: [(x) => masked(x, tf.notEqual(x, highest(x)))],
  Greater: [(x) => masked(x, tf.greater(x, x.mean(0)))],
  GreaterEqual: [(x) => masked(x, tf.greaterEqual(x, x.mean(0)))],
  Less: [(x) => masked(x, tf.less(x, x.mean(0)))],
  LessEqual: [(x) => masked(x, tf.lessEqual(x, x.mean(0)))],
  LogicalAnd: [(x) => masked(x, tf.logicalAnd(x.greater(-0.5), x.less(0.8)))],
  LogicalOr: [(x) => masked(x, tf.logicalOr(x.less(-0.5), x.greater(0.8)))],
  LogicalNot: [(x) => masked(x, tf.logicalNot(x.less(-0.5)))],
  StopGradient: [(x) => cube(x).mul(stopGradient(x.sin()))],
  ArgMax: [(x) => masked(x, tf.oneHot(tf.argMax(x, 1), 4))],
  ArgMin: [(x) => masked(x, tf.oneHot(tf.argMin(x, 1), 4))],
  OneHot: [(x) => masked(x, tf.oneHot(tf.argMax(x, 1), 4, 2, 1))],
  ZerosLike: [(x) => cube(x).add(tf.zerosLike(x))],
  OnesLike: [(x) => cube(x).mul(tf.onesLike(x))],
  Cast: [(x) => cube(x).mul(tf.cast(tf.cast(x.mul(3), 'int32'), 'float32'))],
  Sum: [(x) => cube(tf.sum(x, 0)), (x) => cube(tf.sum(x))],
  Mean: [(x) => cube(tf.mean(x, 1)), (x) => cube(tf.mean(x))],
  Max: [(x) => cube(tf.max(x, 1)), (x) => cube(tf.max(x, 0, true))],
  Min: [(x) => cube(tf.min(x, 1)), (x) => cube(tf.min(x))],
  Cumsum: [
    (x) => cube(tf.cumsum(x, 1)),
    (x) => cube(tf.cumsum(x, 0, true)),
    (x) => cube(tf.cumsum(x, 0, true, true)),
  ],
  UnsortedSegmentSum: [(x) => cube(tf.unsortedSegmentSum(x, tf.tensor1d([1, 0, 1], 'int32'), 2))],
  BatchMatMul: [
    (x) => tf.matMul(half(x, 0), half(x, 2).transpose() as Tensor2D).square(),
    (x) => tf.matMul(half(x, 0).sin(), half(x, 2), true, false).square(),
    (x) => tf.matMul(x.sin(), x, false, true).square(),
    (x) => tf.matMul(x, x.transpose().sin() as Tensor2D, true, true).square(),
  ],
  FusedBatchNorm: [
    (x) => {
      const { mean, variance } = tf.moments(x, 0);
      const [offset, scale] = [x.sin().mean(0), x.cos().mean(0)];
      return cube(tf.batchNorm(x.reshape([3, 1, 1, 4]), mean, variance, offset, scale, 0.1));
    },
  ],
  Conv2D: convolution,
  Conv2DBackpropFilter: [convolution[1], convolution[2]],
  Conv2DBackpropInput: [convolution[0], convolution[2], ...transposedConvolution],
  DepthwiseConv2dNative: depthwise,
  DepthwiseConv2dNativeBackpropFilter: [depthwise[1], depthwise[2]],
  DepthwiseConv2dNativeBackpropInput: [depthwise[0], depthwise[2]],
  AvgPool: averages,
  AvgPoolGrad: averages,
  MaxPool: maxima,
  MaxPoolGrad: maxima,
  Reshape: [(x) => cube(tf.reshape(x, [2, 6]))],
  ExpandDims: [(x) => cube(tf.expandDims(x, 1))],
  Transpose: [(x) => cube(tf.transpose(x)), (x) => cube(tf.transpose(x.reshape([3, 2, 2]), [1, 2, 0]))],
  Reverse: [(x) => tf.reverse(x, 1).mul(x.sin())],
  Concat: [(x) => cube(tf.concat([x, half(x.sin(), 1)], 1))],
  Pack: [(x) => cube(tf.stack([x, x.sin()], 1))],
  Unpack: [(x) => tf.addN(tf.unstack(x).map((row, i) => row.pow(i + 2)))],
  Slice: [(x) => cube(tf.slice(x, [1, 1], [2, 2]))],
  SplitV: [(x) => tf.addN(tf.split(x, 2, 1).map((part, i) => part.pow(i + 2)))],
  PadV2: [
    (x) =>
      cube(
        tf.pad(
          x,
          [
            [1, 0],
            [0, 2],
          ],
          1,
        ),
      ),
  ],
  Tile: [(x) => cube(tf.tile(x, [2, 1]))],
  GatherV2: [
    (x) => cube(tf.gather(x, tf.tensor1d([2, 0, 2], 'int32'))),
    (x) => cube(tf.gather(x, tf.tensor1d([3, 1, 1], 'int32'), 1)),
  ],
};

/** What models are made of, several operations each. */
export const compositions: Readonly<Record<string, Operation>> = {
  'log-softmax': (x) => logSoftmax(x).mul(logSoftmax(x.mul(x))),
  'log-sum-exp': (x) => tf.logSumExp(x, 1).square(),
  'cross-entropy of soft labels': (x) =>
    logSoftmax(x)
      .mul(tf.softmax(tf.range(0, 4)))
      .sum(1),
  'rows of unit length': (x) => tf.matMul(x.div(tf.norm(x, 2, 1, true)) as Tensor2D, x, false, true),
  'layer normalisation': (x) => {
    const centred = x.sub(x.mean(1, true));
    return cube(centred.mul(tf.rsqrt(centred.square().mean(1, true).add(1e-5))));
  },
  'Sinkhorn iterations': (x) => {
    let plan: Tensor = tf.exp(x.div(0.5));
    for (let i = 0; i < 3; i++) {
      plan = plan.div(plan.sum(0, true));
      plan = plan.div(plan.sum(1, true));
    }
    return plan.mul(x.sin());
  },
};

/** Everything that `operation` makes of x in one number, unevenly, so that no derivative cancels by symmetry. */
export function unevenSum(operation: Operation, x: Tensor2D): Scalar {
  const value = operation(x).flatten();
  return value.mul(tf.sin(tf.range(1, 1 + value.size))).sum();
}
