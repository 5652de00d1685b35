/**
 * Programs recorded once and replayed as one TensorFlow graph. Weights and other variables are fed by
 * their handles and come back as new handles: their numbers never leave TensorFlow, and code outside
 * (checkpoints, other programs) sees every variable at its present value.
 */
import { eagerEngine } from '../eager.ts';
import type { Body, Engine, Feed, Feeds, Kept, Program } from '../engine.ts';
import { feedType, tensorOfFeed } from '../feeds.ts';
import { dispose, type Tensor, engine as tfjsEngine, tidy, type Variable } from '../tf.ts';
import { type Binding, type HandleId, handleOf, type NativeBackend, type OutputInfo } from './binding.ts';
import { buildGraph, type GraphPlace, type Precision } from './graph.ts';
import type { GraphCache, Layout } from './graphCache.ts';
import { type RecordedConstant, record } from './record.ts';
import { loadSession, openSession, type Session, savedModel } from './session.ts';

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
  /** Where graphs are kept between runs; without it every run records its own. */
  readonly cache?: GraphCache;
  /** `mixed` takes products and convolutions in bfloat16; weights and all else stay in float32. */
  readonly precision?: Precision;
}

export function capturedEngine(
  backend: NativeBackend,
  { warn, cache, precision = 'float32' }: CaptureOptions,
): Engine {
  const eager = eagerEngine();
  return {
    id: 'captured',
    compile<Output extends string>(name: string, body: Body<Output>, kept?: Kept): Program<Output> {
      const replays = new Map<string, Replay>();
      let fallback: Program<Output> | null = null;
      return {
        run(feeds) {
          if (fallback) return fallback.run(feeds);
          const key = signature(feeds);
          let replay = replays.get(key);
          if (!replay) {
            const place = kept && cache && { cache, key: keyOf(name, key, kept), kept };
            const found =
              (place && reopened(backend, place)) ?? capture(backend, body, feeds, precision, place);
            if (typeof found === 'string') {
              warn(`Program ${name} runs operation by operation, which is slower: ${found}.`);
              fallback = eager.compile(name, body);
              return fallback.run(feeds);
            }
            replay = found;
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

/** Where a program's graph is kept. */
interface Place {
  readonly cache: GraphCache;
  readonly key: string;
  readonly kept: Kept;
}

/** The program as an earlier run left it; undefined where none did. */
function reopened({ binding }: NativeBackend, { cache, key, kept }: Place): Replay | undefined {
  const found = cache.find(key);
  if (!found) return undefined;
  const { feedNames, outputNames, read, assigned } = found.layout;
  const variables = (places: readonly number[]) => places.map((place) => kept.variables[place] as Variable);
  try {
    return {
      session: loadSession(
        binding,
        found.folder,
        [...feedNames.map((_, i) => feedPlace(i)), ...read.map(variablePlace)],
        [...outputNames.map((_, i) => outputPlace(i)), ...assigned.map((_, i) => assignedPlace(i))],
      ),
      feedNames,
      read: variables(read),
      outputNames,
      assigned: variables(assigned),
    };
  } catch {
    // Of another TensorFlow, perhaps: the program is recorded again.
    return undefined;
  }
}

// Names of what enters and leaves a graph.
const feedPlace = (i: number): string => `f${i}`;
const variablePlace = (i: number): string => `v${i}`;
const outputPlace = (i: number): string => `o${i}`;
const assignedPlace = (i: number): string => `a${i}`;

/** Runs the body once for its record, then undoes what it did: the replay starts from the same state. */
function capture<Output extends string>(
  backend: NativeBackend,
  body: Body<Output>,
  feeds: Feeds,
  precision: Precision,
  place: Place | undefined,
): Replay | string {
  const variables = [
    ...new Set([...(place?.kept.variables ?? []), ...Object.values(tfjsEngine().state.registeredVariables)]),
  ];
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
      const numbered = [...variables.entries()];
      const assigned = numbered.filter(([, variable]) => !before.has(handleOf(backend, variable)));
      const fed: GraphPlace[] = feedTensors.map(([, feed], i) => placeOf(backend, feed, feedPlace(i)));
      // `originals` share the data that the variables had: their handles are those of the record.
      const readable = numbered.map(([i]) => placeOf(backend, originals[i] as Tensor, variablePlace(i)));
      const wanted: GraphPlace[] = [
        ...outputs.map(([, output], i) => placeOf(backend, output, outputPlace(i))),
        ...assigned.map(([, variable], i) => placeOf(backend, variable, assignedPlace(i))),
      ];
      const touched = new Set(wanted.map(({ handle }) => handle));
      for (const { node } of recording.outputs.values())
        for (const handle of node.inputs) touched.add(handle);
      const read = numbered.filter(([i]) => touched.has((readable[i] as GraphPlace).handle));
      const inputs = [...fed, ...read.map(([i]) => readable[i] as GraphPlace)];
      let pure = !recording.foreign;
      const constantOf = (handle: HandleId): RecordedConstant => {
        pure = false;
        return existingConstant(backend, handle);
      };
      const graph = buildGraph(backend.binding, recording, inputs, wanted, constantOf, precision);
      const bytes = savedModel(graph);
      const layout: Layout = {
        feedNames: feedTensors.map(([name]) => name),
        outputNames: outputs.map(([name]) => name),
        read: read.map(([i]) => i),
        assigned: assigned.map(([i]) => i),
      };
      // What depends on more than it said is this run's alone.
      const known = place?.kept.variables.length ?? 0;
      if (place && pure && [...layout.read, ...layout.assigned].every((i) => i < known)) {
        place.cache.keep(place.key, bytes, layout);
      }
      return {
        session: openSession(
          backend.binding,
          bytes,
          inputs.map(({ name }) => name),
          wanted.map(({ name }) => name),
        ),
        feedNames: layout.feedNames,
        read: read.map(([, variable]) => variable),
        outputNames: layout.outputNames,
        assigned: assigned.map(([, variable]) => variable),
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

/** A kept graph holds for variables of the same shapes. */
function keyOf(name: string, feeds: string, { variables }: Kept): string {
  return [name, feeds, ...variables.map(({ shape, dtype }) => `${dtype}:${shape.join('x')}`)].join('\n');
}

/** A graph holds for feeds of the same names, types and shapes. */
function signature(feeds: Feeds): string {
  return Object.entries(feeds)
    .map(([name, feed]) =>
      typeof feed === 'number' ? name : `${name}:${feedType(feed)}:${feed.shape.join('x')}`,
    )
    .join(' ');
}
