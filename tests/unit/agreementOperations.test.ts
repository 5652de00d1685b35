import { expect, test } from 'vitest';
import { nativeBackend } from '#engine/backend.ts';
import { capturedEngine } from '#engine/capture/engine.ts';
import { eagerEngine } from '#engine/eager.ts';
import type { Engine } from '#engine/engine.ts';
import { hessianVectorProduct } from '#engine/gradients/hessianVectorProduct.ts';
import { SeededParameters } from '#engine/parameters.ts';
import type { Tensor, Tensor2D } from '#engine/tf.ts';
import { compositions, type Operation, operations, unevenSum } from './support/operations.ts';

function product(engine: Engine, operation: Operation): number[] {
  const parameters = new SeededParameters(1);
  const x = parameters.normal('x', [3, 4], 1) as Tensor as Tensor2D;
  const program = engine.compile('product', ({ vector }) => {
    const products = hessianVectorProduct(() => unevenSum(operation, x), parameters, { x: vector as Tensor });
    return { x: products.x as Tensor };
  });
  const vector = { shape: [3, 4], data: Float32Array.from({ length: 12 }, (_, i) => Math.sin(i)) };
  try {
    // Twice: the second answer is one of the graph alone.
    return [program.run({ vector }), program.run({ vector })].flatMap((run) => [...run.x]);
  } finally {
    program.dispose();
    parameters.dispose();
  }
}

/** Graphs may be computed in another order: some last bits of 24. */
test.each([
  ...Object.entries(operations),
  ...Object.entries(compositions).map(([name, operation]) => [name, [operation]] as const),
])('%s: captured products are eager ones', (_name, functions) => {
  for (const operation of functions) {
    const warnings: string[] = [];
    const eager = product(eagerEngine(), operation);
    const captured = product(
      capturedEngine(nativeBackend, { warn: (message) => void warnings.push(message) }),
      operation,
    );
    const norm = Math.hypot(...eager);
    expect(Math.hypot(...captured.map((value, i) => value - (eager[i] as number)))).toBeLessThan(1e-6 * norm);
    expect(warnings).toEqual([]);
  }
});
