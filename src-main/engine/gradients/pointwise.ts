/**
 * Gradients of functions that act number by number, and of softmax. tfjs saves the *output* of most of these
 * for their gradients; the saved copy is taped before the operation's own node, so that second derivatives
 * silently lose its contribution. Here they are written from the inputs. Steps have no derivative, where tfjs
 * gives some (division to whole numbers, a cast to them) that of what they round.
 */
import {
  add,
  broadcast_util,
  cast,
  exp,
  log,
  mul,
  pow,
  reshape,
  sigmoid,
  softmax,
  square,
  step,
  sub,
  sum,
  type Tensor,
  tanh,
  zeros,
} from '../tf.ts';
import { flat, type GradientDefinition, type GradientDefinitions, unary } from './definition.ts';

const elu: GradientDefinition = unary((x) => {
  const positive = step(x);
  const negative = sub(1, positive);
  // exp of the negative ones alone: of a large x it would overflow, and ∞ · 0 is no number.
  return add(positive, mul(negative, exp(mul(x, negative))));
});

const softmaxGradient: GradientDefinition = {
  inputs: ['logits'],
  gradients: (dy, [logits], { dim }) => ({
    logits: () => {
      const y = softmax(logits as Tensor, dim as number);
      const weighted = mul(dy, y);
      return sub(weighted, mul(sum(weighted, dim as number, true), y));
    },
  }),
};

/** d(aᵇ) = b aᵇ⁻¹ da + aᵇ log a db; where a ≤ 0 the exponent's part is taken to be zero, as tfjs takes it. */
const powGradient: GradientDefinition = {
  inputs: ['a', 'b'],
  gradients: (dy, saved) => {
    const [a, b] = saved as [Tensor, Tensor];
    const exponent = cast(b, 'float32');
    return {
      a: () => summedTo(mul(dy, mul(exponent, pow(a, sub(exponent, 1)))), a),
      b: () => {
        const positive = step(a);
        // log 1 where a ≤ 0: a logarithm that is only masked out would still have a derivative.
        const logarithm = log(add(mul(a, positive), sub(1, positive)));
        return summedTo(mul(dy, mul(pow(a, exponent), logarithm)), b);
      },
    };
  },
};

/** tfjs's own leaves out the sum over places that an input was spread over, and so fails. */
const squaredDifferenceGradient: GradientDefinition = {
  inputs: ['a', 'b'],
  gradients: (dy, saved) => {
    const [a, b] = saved as [Tensor, Tensor];
    return {
      a: () => summedTo(mul(dy, mul(sub(a, b), 2)), a),
      b: () => summedTo(mul(dy, mul(sub(b, a), 2)), b),
    };
  },
};

/** From the gradient of a result over which `input` was spread to that of the input. */
function summedTo(gradient: Tensor, input: Tensor): Tensor {
  const axes = broadcast_util.getReductionAxes(input.shape, gradient.shape);
  return reshape(axes.length > 0 ? sum(gradient, axes) : gradient, input.shape);
}

/** Whole numbers and truth values move in steps, whatever they are made into. */
const castGradient: GradientDefinition = {
  inputs: ['x'],
  gradients: (dy, [x], { dtype }) => ({
    x: () => (x?.dtype === 'float32' && dtype === 'float32' ? dy : zeros((x as Tensor).shape)),
  }),
};

export const pointwise: GradientDefinitions = {
  Exp: unary(exp),
  Tanh: unary((x) => sub(1, square(tanh(x)))),
  Sigmoid: unary((x) => mul(sigmoid(x), sub(1, sigmoid(x)))),
  Elu: elu,
  Softmax: softmaxGradient,
  Pow: powGradient,
  SquaredDifference: squaredDifferenceGradient,
  Cast: castGradient,
  FloorDiv: flat('a', 'b'),
  Equal: flat('a', 'b'),
  NotEqual: flat('a', 'b'),
  Greater: flat('a', 'b'),
  GreaterEqual: flat('a', 'b'),
  Less: flat('a', 'b'),
  LessEqual: flat('a', 'b'),
  LogicalAnd: flat('a', 'b'),
  LogicalOr: flat('a', 'b'),
  LogicalNot: flat('x'),
  StopGradient: flat('x'),
};
