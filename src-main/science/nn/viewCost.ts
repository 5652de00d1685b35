/** What one view costs an encoder. */
import type { ViewCost } from '../definition.ts';

export function totalCost(parts: readonly ViewCost[]): ViewCost {
  return parts.reduce(
    (sum, part) => ({
      products: sum.products + part.products,
      activations: sum.activations + part.activations,
    }),
    { products: 0, activations: 0 },
  );
}
