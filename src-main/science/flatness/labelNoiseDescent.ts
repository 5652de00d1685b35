/**
 * How fast label noise alone flattens a toy (encoder position-neurons): every step takes the same whole set, and
 * only the words to be predicted are disturbed. The variance v of a label is then the same in every context, so that
 * a step's gradient has the covariance v K / B, K = E ∂z ∂zᵀ, where words drawn afresh give it H / B, H = E σ′(z)
 * ∂z ∂zᵀ. Basin's own derivation, in docs/science.md.
 */
import { solveLyapunov } from '../linalg/lyapunov.ts';
import { addScaled, combination, dot } from '../linalg/vectors.ts';
import { type Case, type Neurons, slopeAt } from './maskedCases.ts';

/**
 * ⟨P ∇Tr(H), P ∇Tr(H X)⟩, X solving H X + X H = K and held, as z is: times η² v / 2B it is what Tr(H) falls by in a step.
 * With K = H it would be half of ‖P ∇Tr(H)‖².
 * @param across orthonormal basis of what is across the minima
 * @param descent P ∇Tr(H), attention first
 */
export function labelNoiseDescent(
  neurons: Neurons,
  cases: readonly Case[],
  across: readonly Float64Array[],
  descent: Float64Array,
): number {
  const seen = cases.map((one) => {
    const jacobian = mirrored(neurons, one, weightsOf(neurons));
    const coordinates = Float64Array.from(across, (direction) => dot(direction, jacobian));
    const z = dot(jacobian, weightsOf(neurons)) / 2;
    return { one, coordinates, slope: one.weight * slopeAt(z) };
  });
  const [hessian, spread] = [squareOf(across.length), squareOf(across.length)];
  for (const { one, coordinates, slope } of seen) {
    for (const [i, coordinate] of coordinates.entries()) {
      addScaled(hessian[i] as Float64Array, slope * coordinate, coordinates);
      addScaled(spread[i] as Float64Array, one.weight * coordinate, coordinates);
    }
  }
  const covariance = solveLyapunov(hessian, spread);
  let fall = 0;
  for (const { one, coordinates, slope } of seen) {
    const moved = combination(across, combination(covariance, coordinates));
    fall += 2 * slope * dot(descent, mirrored(neurons, one, moved));
  }
  return fall;
}

function weightsOf({ attention, output }: Neurons): Float64Array {
  return Float64Array.of(...attention, ...output);
}

function squareOf(size: number): Float64Array[] {
  return Array.from({ length: size }, () => new Float64Array(size));
}

/**
 * ∂²z / ∂θ² times `vector`: z_t = Σ_j o_tj Σ_s x_s a_sj is half a quadratic form of all weights θ, whose product with θ
 * itself is ∂z.
 */
function mirrored({ attention, places, width }: Neurons, { encodings, place }: Case, vector: Float64Array) {
  const product = new Float64Array(vector.length);
  const own = attention.length + place * width;
  for (let j = 0; j < width; j++) {
    let sum = 0;
    for (let s = 0; s < places; s++) {
      const x = encodings[s] as number;
      sum += x * (vector[s * width + j] as number);
      product[s * width + j] = x * (vector[own + j] as number);
    }
    product[own + j] = sum;
  }
  return product;
}
