/**
 * Programs recorded once and replayed as one TensorFlow graph. Weights and other variables are fed by
 * their handles and come back as new handles: their numbers never leave TensorFlow, and code outside
 * (checkpoints, other programs) sees every variable at its present value.
 */
import { eagerEngine } from '../eager.ts';
import type { Engine, Feed, Feeds, Inputs, Program } from '../engine.ts';
import { feedType, tensorOfFeed } from '../feeds.ts';
import { dispose, type Tensor, engine as tfjsEngine, tidy, type Variable } from '../tf.ts';
import { type Binding, type HandleId, handleOf, type NativeBackend, type OutputInfo } from './binding.ts';
import { buildGraph, type GraphPlace } from './graph.ts';
import { type RecordedConstant, record } from './record.ts';
import { openSession, type Session } from './session.ts';

type Body<Output extends string> = (inputs: Inputs) => Readonly<Record<Output, Tensor>>;

/** One recorded form of a program: for feeds of given names and shapes. */
interface Replay {
  readonly session: Session;
  readonly feedNames: readonly string[];
  /** Variables that the graph reads, in the order of its inputs after the feeds. */
  readonly read: readonly Variable[];
  readonly outputNames: readonly string[];
  /** Variables that it assigns, in the order of its outputs after the program's own. */
  readonly assigned: readonly Variable[];
}

export interface CaptureOptions {
  /** Told once for each program that cannot be replayed and runs eagerly instead. */
  readonly warn: (message: string) => void;
}

export function capturedEngine(backend: NativeBackend, { warn }: CaptureOptions): Engine {
  const eager = eagerEngine();
  return {
    id: 'captured',
    compile<Output extends string>(name: string, body: Body<Output>): Program<Output> {
      const replays = new Map<string, Replay>();
      let fallback: Program<Output> | null = null;
      return {
        run(feeds) {
          if (fallback) return fallback.run(feeds);
          const key = signature(feeds);
          let replay = replays.get(key);
          if (!replay) {
            const captured = capture(backend, body, feeds);
            if (typeof captured === 'string') {
              warn(`Program ${name} runs operation by operation, which is slower: ${captured}.`);
              fallback = eager.compile(name, body);
              return fallback.run(feeds);
            }
            replay = captured;
            replays.set(key, replay);
          }
          return run<Output>(backend, replay, feeds);
        },
        dispose() {
          for (const { session } of replays.values()) session.dispose();
          replays.clear();
          fallback?.dispose();
        },
      };
    },
  };
}

/** Runs the body once for its record, then undoes what it did: the replay starts from the same state. */
function capture<Output extends string>(
  backend: NativeBackend,
  body: Body<Output>,
  feeds: Feeds,
): Replay | string {
  const variables = Object.values(tfjsEngine().state.registeredVariables);
  const before = new Map(variables.map((variable) => [handleOf(backend, variable), variable]));
  const originals = variables.map((variable) => variable.clone());
  const feedTensors = Object.entries(feeds).map(([name, feed]) => [name, tensorOfFeed(feed)] as const);
  try {
    for (const [, fed] of feedTensors) handleOf(backend, fed);
    const { result, recording } = record(backend, () =>
      tidy(() => ({ ...body(Object.fromEntries(feedTensors)) })),
    );
    const outputs = Object.entries<Tensor>(result);
    try {
      if (recording.obstacle !== null) return recording.obstacle;
      const assigned = variables.filter((variable) => !before.has(handleOf(backend, variable)));
      const fed: GraphPlace[] = feedTensors.map(([, feed], i) => placeOf(backend, feed, `f${i}`));
      // `originals` share the data that the variables had: their handles are those of the record.
      const read: { variable: Variable; input: GraphPlace }[] = variables.map((variable, i) => ({
        variable,
        input: placeOf(backend, originals[i] as Tensor, `v${i}`),
      }));
      const wanted: GraphPlace[] = [
        ...outputs.map(([, output], i) => placeOf(backend, output, `o${i}`)),
        ...assigned.map((variable, i) => placeOf(backend, variable, `a${i}`)),
      ];
      const touched = new Set(wanted.map(({ handle }) => handle));
      for (const { node } of recording.outputs.values())
        for (const handle of node.inputs) touched.add(handle);
      const used = read.filter(({ input }) => touched.has(input.handle));
      const inputs = [...fed, ...used.map(({ input }) => input)];
      const graph = buildGraph(backend.binding, recording, inputs, wanted, (handle) =>
        existingConstant(backend, handle),
      );
      const session = openSession(
        backend.binding,
        graph,
        inputs.map(({ name }) => name),
        wanted.map(({ name }) => name),
      );
      return {
        session,
        feedNames: feedTensors.map(([name]) => name),
        read: used.map(({ variable }) => variable),
        outputNames: outputs.map(([name]) => name),
        assigned,
      };
    } catch (error) {
      return error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
    } finally {
      dispose(result);
    }
  } finally {
    for (const [i, variable] of variables.entries()) {
      const original = originals[i] as Tensor;
      if (original.dataId !== variable.dataId) variable.assign(original);
      original.dispose();
    }
    for (const [, fed] of feedTensors) fed.dispose();
  }
}

function run<Output extends string>(
  backend: NativeBackend,
  replay: Replay,
  feeds: Feeds,
): Record<Output, Float32Array> {
  const { binding } = backend;
  const fed = replay.feedNames.map((name) => sendFeed(binding, feeds[name] as Feed));
  let results: OutputInfo[];
  try {
    results = replay.session.run([...fed, ...replay.read.map((variable) => handleOf(backend, variable))]);
  } finally {
    for (const handle of fed) binding.deleteTensor(handle);
  }
  const count = replay.outputNames.length;
  for (const [i, variable] of replay.assigned.entries()) {
    place(backend, variable, results[count + i] as OutputInfo);
  }
  const values = replay.outputNames.map((name, i) => {
    const { id } = results[i] as OutputInfo;
    const value = Float32Array.from(binding.tensorDataSync(id));
    binding.deleteTensor(id);
    return [name, value] as const;
  });
  return Object.fromEntries(values) as Record<Output, Float32Array>;
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

function placeOf(backend: NativeBackend, { dataId }: Tensor, name: string): GraphPlace {
  const handle = handleOf(backend, { dataId });
  const { shape, dtype } = backend.tensorMap.get(dataId);
  return { handle, name, shape, dtype };
}

/** A tensor from before the recording that is no variable: it cannot change, so its value is a constant. */
function existingConstant({ binding }: NativeBackend, handle: HandleId): RecordedConstant {
  // The binding tells a handle's shape and type only of an operation's outputs.
  const [copy] = binding.executeOp('Identity', [], [handle], 1) as [OutputInfo];
  const data = binding.tensorDataSync(copy.id);
  binding.deleteTensor(copy.id);
  return { shape: copy.shape, dtype: copy.dtype, data };
}

function sendFeed(binding: Binding, feed: Feed): HandleId {
  if (typeof feed === 'number') return binding.createTensor([], binding.TF_FLOAT, Float32Array.of(feed));
  const dtype = feedType(feed) === 'int32' ? binding.TF_INT32 : binding.TF_FLOAT;
  return binding.createTensor(feed.shape, dtype, feed.data);
}

/** A graph holds for feeds of the same names, types and shapes. */
function signature(feeds: Feeds): string {
  return Object.entries(feeds)
    .map(([name, feed]) =>
      typeof feed === 'number' ? name : `${name}:${feedType(feed)}:${feed.shape.join('x')}`,
    )
    .join(' ');
}
