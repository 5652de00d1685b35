/** A captured program, ready to be run: its graphs in TensorFlow, and what they take and give. */
import type { Feed, Feeds } from '../engine.ts';
import { feedType } from '../feeds.ts';
import { engine as tfjsEngine, type Variable } from '../tf.ts';
import { type Binding, type HandleId, handleOf, type NativeBackend, type OutputInfo } from './binding.ts';
import type { Captured } from './capture.ts';
import { heldNames, inputNames, type Layout, outputNames, type Stage } from './layout.ts';
import { openSession } from './session.ts';

export interface Replay {
  run(feeds: Feeds): Record<string, Float32Array>;
  dispose(): void;
}

/** @throws Error with TensorFlow's reason where a graph is not valid */
export function openReplay(
  backend: NativeBackend,
  { layout, graphs, variables }: Omit<Captured, 'pure'>,
): Replay {
  const { binding } = backend;
  const { main, base, assigned } = layout;
  const [mainGraph, baseGraph] = graphs as [Uint8Array, Uint8Array | undefined];
  const session = openSession(binding, mainGraph, inputNames(main), outputNames(layout));
  const held = base && baseGraph ? holding(backend, layout, base, baseGraph, variables) : null;
  return {
    run(feeds) {
      const before = held?.values(feeds) ?? [];
      const results = withInputs(backend, layout, main, variables, feeds, (handles) =>
        session.run([...handles, ...before]),
      );
      const count = layout.outputNames.length;
      for (const [i, at] of assigned.entries()) {
        place(backend, variables[at] as Variable, results[count + i] as OutputInfo);
      }
      const values = layout.outputNames.map((name, i) => {
        const { id } = results[i] as OutputInfo;
        const value = new Float32Array(binding.tensorDataSync(id));
        binding.deleteTensor(id);
        return [name, value] as const;
      });
      return Object.fromEntries(values);
    },
    dispose() {
      session.dispose();
      held?.dispose();
    },
  };
}

/** What stays the same between runs: computed when it is first needed, and again when an input has changed. */
function holding(
  backend: NativeBackend,
  layout: Layout,
  base: Stage,
  graph: Uint8Array,
  variables: readonly Variable[],
) {
  const session = openSession(backend.binding, graph, inputNames(base), heldNames(layout));
  let from: readonly unknown[] = [];
  let values: readonly HandleId[] = [];
  const release = (): void => {
    for (const value of values) backend.binding.deleteTensor(value);
    values = [];
  };
  return {
    values(feeds: Feeds): readonly HandleId[] {
      // Arrays by identity, numbers by value, variables by handle, which no two values ever share.
      const now = [
        ...base.feeds.map((i) => {
          const feed = feeds[layout.feedNames[i] as string] as Feed;
          return typeof feed === 'number' ? feed : feed.data;
        }),
        ...base.variables.map((i) => handleOf(backend, variables[i] as Variable)),
      ];
      if (values.length === 0 || now.some((input, i) => input !== from[i])) {
        release();
        from = [];
        values = withInputs(backend, layout, base, variables, feeds, session.run).map(({ id }) => id);
        from = now;
      }
      return values;
    },
    dispose() {
      release();
      session.dispose();
    },
  };
}

/** Sends what a graph takes, and frees the feeds again. */
function withInputs(
  backend: NativeBackend,
  { feedNames }: Layout,
  stage: Stage,
  variables: readonly Variable[],
  feeds: Feeds,
  run: (handles: readonly HandleId[]) => OutputInfo[],
): OutputInfo[] {
  const { binding } = backend;
  const fed = stage.feeds.map((i) => sendFeed(binding, feeds[feedNames[i] as string] as Feed));
  try {
    return run([...fed, ...stage.variables.map((i) => handleOf(backend, variables[i] as Variable))]);
  } finally {
    for (const handle of fed) binding.deleteTensor(handle);
  }
}

function sendFeed(binding: Binding, feed: Feed): HandleId {
  if (typeof feed === 'number') return binding.createTensor([], binding.TF_FLOAT, Float32Array.of(feed));
  const dtype = feedType(feed) === 'int32' ? binding.TF_INT32 : binding.TF_FLOAT;
  return binding.createTensor(feed.shape, dtype, feed.data);
}

/** Gives a variable a new value by its handle alone. */
function place(backend: NativeBackend, variable: Variable, { id, shape, dtype }: OutputInfo): void {
  const entry = backend.tensorMap.get(variable.dataId);
  if (entry.refCount === 1) {
    backend.binding.deleteTensor(entry.id);
    entry.id = id;
    return;
  }
  // Someone holds the old value (a copy made by `clone`): the variable gets data of its own.
  const dataId = {};
  backend.tensorMap.set(dataId, { shape, dtype, id, values: null, refCount: 1 });
  const value = tfjsEngine().makeTensorFromTensorInfo({ dataId, shape, dtype: variable.dtype });
  variable.assign(value);
  value.dispose();
}
