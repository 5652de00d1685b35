/** Programs executed operation by operation, as tfjs does by itself. */
import type { Engine, Feed, Feeds, Program } from './engine.ts';
import { dispose, scalar, type Tensor, tensor, tidy } from './tf.ts';

export function eagerEngine(): Engine {
  return {
    id: 'eager',
    compile: <Output extends string>(
      _name: string,
      body: (inputs: Readonly<Record<string, Tensor>>) => Readonly<Record<Output, Tensor>>,
    ): Program<Output> => ({
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
  return Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, tensorOf(feed)]));
}

function tensorOf(feed: Feed): Tensor {
  if (typeof feed === 'number') return scalar(feed, 'float32');
  const type = feed.data instanceof Int32Array ? 'int32' : 'float32';
  return tensor(feed.data, [...feed.shape], type);
}
