/** What a program is given at each run, as tensors. */
import type { Feed } from './engine.ts';
import { scalar, type Tensor, tensor } from './tf.ts';

export function feedType(feed: Feed): 'float32' | 'int32' {
  return typeof feed !== 'number' && feed.data instanceof Int32Array ? 'int32' : 'float32';
}

export function tensorOfFeed(feed: Feed): Tensor {
  return typeof feed === 'number'
    ? scalar(feed, 'float32')
    : tensor(feed.data, [...feed.shape], feedType(feed));
}
