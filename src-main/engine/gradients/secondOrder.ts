/**
 * Operations whose gradients may themselves be differentiated, and the gradients that make them so.
 *
 * tfjs saves the *output* of exp, tanh, sigmoid, softmax and elu for their gradients; the saved copy is
 * taped before the operation's own node, so that second derivatives silently lose its contribution.
 * Here those gradients are written anew from the inputs. Others (comparisons, a convolution's gradient)
 * had none. tests/unit/secondOrder.test.ts compares each with central differences.
 */
import {
  type AvgPoolAttrs,
  add,
  avgPool,
  type Conv2DAttrs,
  cast,
  conv2d,
  engine,
  exp,
  type GradFunc,
  getGradient,
  greater,
  mul,
  type NamedAttrMap,
  registerGradient,
  sigmoid,
  softmax,
  square,
  step,
  sub,
  sum,
  type Tensor,
  type Tensor4D,
  tanh,
  unregisterGradient,
  zerosLike,
} from '../tf.ts';

/** Right as tfjs has them: their gradients use inputs alone, by operations of this list. */
const rightAlready = [
  ...[
    'Abs',
    'Add',
    'AddN',
    'BatchMatMul',
    'Cast',
    'Concat',
    'Conv2D',
    'Conv2DBackpropInput',
    'Erf',
    'ExpandDims',
  ],
  ...['GatherV2', 'Identity', 'Log', 'Log1p', 'Mean', 'Multiply', 'Neg', 'Pack', 'PadV2', 'Pow', 'RealDiv'],
  ...['Reciprocal', 'Relu', 'Reshape', 'Rsqrt', 'Sin', 'Cos', 'Slice', 'SplitV', 'Sqrt', 'Square'],
  ...['SquaredDifference', 'Step', 'Sub', 'Sum', 'Tile', 'Transpose', 'Unpack', 'UnsortedSegmentSum'],
  ...['AvgPool', 'Softplus', 'ZerosLike', 'OnesLike', 'Sign', 'Select', 'Minimum', 'Maximum', 'Max'],
];

type Saved = readonly Tensor[];
type InputGradients = Record<string, () => Tensor>;

interface Definition {
  /** Names of the inputs that the gradient needs; they arrive in this order. */
  readonly inputs: readonly string[];
  gradients(dy: Tensor, saved: Saved, attributes: NamedAttrMap): InputGradients;
}

const unary = (derivative: (x: Tensor) => Tensor): Definition => ({
  inputs: ['x'],
  gradients: (dy, [x]) => ({ x: () => mul(dy, derivative(x as Tensor)) }),
});

/** A result of steps: its derivative is zero wherever it exists. */
const flat = (...inputs: readonly string[]): Definition => ({
  inputs,
  gradients: (_dy, saved) =>
    Object.fromEntries(inputs.map((name, i) => [name, () => cast(zerosLike(saved[i] as Tensor), 'float32')])),
});

const definitions: Readonly<Record<string, Definition>> = {
  Exp: unary(exp),
  Tanh: unary((x) => sub(1, square(tanh(x)))),
  Sigmoid: unary((x) => mul(sigmoid(x), sub(1, sigmoid(x)))),
  Elu: unary((x) => add(step(x), mul(sub(1, step(x)), exp(mul(x, sub(1, step(x))))))),
  Softmax: {
    inputs: ['logits'],
    gradients: (dy, [logits], { dim }) => ({
      logits: () => {
        const y = softmax(logits as Tensor, dim as number);
        const weighted = mul(dy, y);
        return sub(weighted, mul(sum(weighted, dim as number, true), y));
      },
    }),
  },
  ClipByValue: {
    inputs: ['x'],
    gradients: (dy, [x], { clipValueMin, clipValueMax }) => ({
      // Times a mask, not through `where`: the mask is constant, and stays so when differentiated again.
      x: () => {
        const outside = add(
          cast(greater(x as Tensor, clipValueMax as number), 'float32'),
          cast(greater(clipValueMin as number, x as Tensor), 'float32'),
        );
        return mul(dy, sub(1, outside));
      },
    }),
  },
  // Convolution is bilinear in its input and its filter: so are its gradients, in what they take.
  Conv2DBackpropFilter: {
    inputs: ['x', 'dy'],
    gradients: (dFilter, [x, dy], attributes) => {
      const { strides, pad, dataFormat, dimRoundingMode } = attributes as unknown as Conv2DAttrs;
      return {
        x: () =>
          engine().runKernel('Conv2DBackpropInput', { dy: dy as Tensor, filter: dFilter }, {
            strides,
            pad,
            dataFormat,
            dimRoundingMode,
            inputShape: (x as Tensor).shape,
          } as unknown as NamedAttrMap),
        dy: () => conv2d(x as Tensor4D, dFilter as Tensor4D, strides, pad, dataFormat, 1, dimRoundingMode),
      };
    },
  },
  AvgPoolGrad: {
    inputs: ['dy', 'input'],
    gradients: (ddx, [, input], attributes) => {
      const { filterSize, strides, pad } = attributes as unknown as AvgPoolAttrs;
      return {
        dy: () => avgPool(ddx as Tensor4D, filterSize, strides, pad),
        input: () => zerosLike(input as Tensor),
      };
    },
  },
  Equal: flat('a', 'b'),
  NotEqual: flat('a', 'b'),
  Greater: flat('a', 'b'),
  GreaterEqual: flat('a', 'b'),
  Less: flat('a', 'b'),
  LessEqual: flat('a', 'b'),
  LogicalAnd: flat('a', 'b'),
  LogicalOr: flat('a', 'b'),
  LogicalNot: flat('x'),
};

/** Kernels through which a Hessian-vector product is right. */
export const secondOrderSafe: ReadonlySet<string> = new Set([...rightAlready, ...Object.keys(definitions)]);

/** Replaces tfjs's gradients by those above. Call it once, after tfjs has registered its own. */
export function registerSecondOrderGradients(): void {
  for (const [kernelName, { inputs, gradients }] of Object.entries(definitions)) {
    if (getGradient(kernelName)) unregisterGradient(kernelName);
    const gradFunc: GradFunc = (dy, saved, attributes) => gradients(dy as Tensor, saved, attributes);
    registerGradient({ kernelName, inputsToSave: [...inputs], gradFunc });
  }
}
