/** Programs executed operation by operation, as tfjs does by itself. */
import type { Body, Engine, Feeds, Program } from './engine.ts';
import { tensorOfFeed } from './feeds.ts';
import { dispose, type Tensor, tidy } from './tf.ts';

export function eagerEngine(): Engine {
  return {
    id: 'eager',
    compile: <Output extends string>(_name: string, body: Body<Output>): Program<Output> => ({
      run(feeds) {
        // tidy keeps what the body returns and frees all else, also when it throws.
        const outputs = tidy(() => ({ ...body(tensorsOf(feeds)) }));
        try {
          const values = Object.entries<Tensor>(outputs).map(([name, output]) => [
            name,
            Float32Array.from(output.dataSync()),
          ]);
          return Object.fromEntries(values) as Record<Output, Float32Array>;
        } finally {
          dispose(outputs);
        }
      },
      dispose() {},
    }),
  };
}

function tensorsOf(feeds: Feeds): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, tensorOfFeed(feed)]));
}
