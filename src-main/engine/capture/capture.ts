/** From one run of a program's body to graphs that compute the same. */
import type { Body, Feeds, Kept } from '../engine.ts';
import { tensorOfFeed } from '../feeds.ts';
import { dispose, type Tensor, engine as tfjsEngine, tidy, type Variable } from '../tf.ts';
import { type HandleId, handleOf, type NativeBackend, type OutputInfo } from './binding.ts';
import { frontier } from './divide.ts';
import { buildGraph, type GraphPlace, nodesNeeded, type Precision } from './graph.ts';
import { assignedPlace, feedPlace, heldPlace, type Layout, outputPlace, variablePlace } from './layout.ts';
import { merge } from './merge.ts';
import { type RecordedConstant, type Recording, record } from './record.ts';
import { savedModel } from './session.ts';

export interface Captured {
  readonly layout: Layout;
  /** The main graph and, where the layout has one, that before it. */
  readonly graphs: readonly Uint8Array[];
  /** What the layout's places of variables count. */
  readonly variables: readonly Variable[];
  /** Whether the graphs depend on nothing but what the program named. */
  readonly pure: boolean;
}

/** Runs the body once for its record, then undoes what it did: the replay starts from the same state. */
export function capture<Output extends string>(
  backend: NativeBackend,
  body: Body<Output>,
  feeds: Feeds,
  precision: Precision,
  kept: Kept | undefined,
): Captured | string {
  const registered = Object.values(tfjsEngine().state.registeredVariables);
  const variables = [...new Set([...(kept?.variables ?? []), ...registered])];
  const before = new Set(variables.map((variable) => handleOf(backend, variable)));
  const originals = variables.map((variable) => variable.clone());
  const fed = Object.entries(feeds).map(([name, feed]) => [name, tensorOfFeed(feed)] as const);
  try {
    for (const [, tensor] of fed) handleOf(backend, tensor);
    const { result, recording: raw } = record(backend, () =>
      tidy(() => ({ ...body(Object.fromEntries(fed)) })),
    );
    const { recording, representative } = merge(raw);
    try {
      if (recording.obstacle !== null) return recording.obstacle;
      const results = Object.entries<Tensor>(result);
      const assigned = [...variables.keys()].filter(
        (i) => !before.has(handleOf(backend, variables[i] as Variable)),
      );
      const places: Places = {
        feeds: fed.map(([, tensor], i) => placeOf(backend, tensor, feedPlace(i))),
        // `originals` share the data that the variables had: their handles are those of the record.
        variables: originals.map((original, i) => placeOf(backend, original, variablePlace(i))),
        wanted: [
          ...results.map(([, output], i) => placeOf(backend, output, outputPlace(i))),
          ...assigned.map((at, i) => placeOf(backend, variables[at] as Variable, assignedPlace(i))),
        ].map((place) => ({ ...place, handle: representative(place.handle) })),
      };
      // A value that assignments change cannot be computed beforehand.
      const varying = assigned.length === 0 ? kept?.varying : undefined;
      const held = varying
        ? heldFrom(
            recording,
            places,
            fed.map(([name]) => varying(name)),
          )
        : [];
      let pure = !recording.foreign;
      const graphOf = (inputs: readonly GraphPlace[], wanted: readonly GraphPlace[]): Uint8Array => {
        const constantOf = (handle: HandleId): RecordedConstant => {
          pure = false;
          return existingConstant(backend, handle);
        };
        // Measures are meant to be exact; steps are what takes long.
        const used = assigned.length > 0 ? precision : 'float32';
        return savedModel(buildGraph(backend.binding, recording, inputs, wanted, constantOf, used));
      };
      const main = stageOf(recording, places, held, places.wanted);
      const base = held.length > 0 ? stageOf(recording, places, [], held) : null;
      const graphs = [
        graphOf(inputsOf(main, places, held), places.wanted),
        ...(base ? [graphOf(inputsOf(base, places, []), held)] : []),
      ];
      const known = kept?.variables.length ?? 0;
      const named = [...main.variables, ...(base?.variables ?? []), ...assigned].every((i) => i < known);
      return {
        layout: {
          feedNames: fed.map(([name]) => name),
          outputNames: results.map(([name]) => name),
          assigned,
          main,
          base,
        },
        graphs,
        variables,
        pure: pure && named,
      };
    } catch (error) {
      return reasonOf(error);
    } finally {
      dispose(result);
    }
  } finally {
    for (const [i, variable] of variables.entries()) {
      const original = originals[i] as Tensor;
      if (original.dataId !== variable.dataId) variable.assign(original);
      original.dispose();
    }
    for (const [, tensor] of fed) tensor.dispose();
  }
}

/** As the warning says it, in the middle of a sentence. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
}

/** Where feeds, variables and results stand in a recording. */
interface Places {
  readonly feeds: readonly GraphPlace[];
  readonly variables: readonly GraphPlace[];
  readonly wanted: readonly GraphPlace[];
}

/** Values to be held between runs; none where everything changes, or nothing does. */
function heldFrom(recording: Recording, places: Places, isVarying: readonly boolean[]): GraphPlace[] {
  const varying = places.feeds.filter((_, i) => isVarying[i]).map(({ handle }) => handle);
  if (varying.length === 0) return [];
  const inputs = [...places.feeds, ...places.variables];
  return frontier(recording, inputs, new Set(varying), places.wanted).map((handle, i) => {
    const { shape, dtype } = recording.outputs.get(handle) as { shape: readonly number[]; dtype: number };
    return { handle, name: heldPlace(i), shape, dtype };
  });
}

/** The inputs of which the graph from `held` to `wanted` makes use. */
function stageOf(
  recording: Recording,
  { feeds, variables }: Places,
  held: readonly GraphPlace[],
  wanted: readonly GraphPlace[],
): Layout['main'] {
  const touched = new Set(wanted.map(({ handle }) => handle));
  for (const node of nodesNeeded(recording, [...feeds, ...variables, ...held], wanted)) {
    for (const input of node.inputs) touched.add(input);
  }
  const used = (places: readonly GraphPlace[]): number[] =>
    [...places.keys()].filter((i) => touched.has((places[i] as GraphPlace).handle));
  return { feeds: used(feeds), variables: used(variables), held: held.length };
}

function inputsOf(stage: Layout['main'], places: Places, held: readonly GraphPlace[]): GraphPlace[] {
  return [
    ...stage.feeds.map((i) => places.feeds[i] as GraphPlace),
    ...stage.variables.map((i) => places.variables[i] as GraphPlace),
    ...held,
  ];
}

function placeOf(backend: NativeBackend, { dataId }: Pick<Tensor, 'dataId'>, name: string): GraphPlace {
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
