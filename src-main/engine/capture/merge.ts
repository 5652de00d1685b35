/**
 * Equal operations on equal inputs, made one: differentiation asks for the same value many times, and
 * TensorFlow prepares, and a divided program holds, each of them.
 */
import type { Attribute, HandleId } from './binding.ts';
import { constantKey, type RecordedNode, type RecordedOutput, type Recording } from './record.ts';

export interface Merged {
  readonly recording: Recording;
  /** The handle that stands for a handle of the recording that was merged. */
  representative(handle: HandleId): HandleId;
}

/** TensorFlow's operations that answer differently each time; Basin's own random numbers are functions of a seed. */
const random = /^(Random|Stateful|Multinomial|TruncatedNormal|ParameterizedTruncatedNormal)/;
/** Larger constants are told apart by their handles: comparing them would take longer than it saves. */
const comparedBytes = 4096;

export function merge({ outputs, constants, ...rest }: Recording): Merged {
  const representatives = new Map<HandleId, HandleId>();
  const representative = (handle: HandleId): HandleId => representatives.get(handle) ?? handle;
  const known = new Map<string, HandleId>();
  for (const [handle, constant] of constants) {
    if (constant.data.byteLength > comparedBytes) continue;
    const key = `constant ${constantKey(constant)}`;
    const first = known.get(key);
    if (first === undefined) known.set(key, handle);
    else representatives.set(handle, first);
  }
  const merged = new Map<HandleId, RecordedOutput>();
  const rewritten = new Map<RecordedNode, RecordedNode>();
  // In the recording's order every operation follows its inputs.
  for (const [handle, origin] of outputs) {
    const node = rewritten.get(origin.node) ?? {
      ...origin.node,
      inputs: origin.node.inputs.map(representative),
    };
    rewritten.set(origin.node, node);
    const key = random.test(node.op) ? null : `${origin.output} ${nodeKey(node)}`;
    const first = key === null ? undefined : known.get(key);
    if (first !== undefined) representatives.set(handle, first);
    else {
      if (key !== null) known.set(key, handle);
      merged.set(handle, { ...origin, node });
    }
  }
  return { recording: { ...rest, constants, outputs: merged }, representative };
}

function nodeKey({ op, attributes, inputs }: RecordedNode): string {
  const settings = attributes.map(({ name, type, value }: Attribute) => [name, type, value]);
  return `${op} ${inputs.join()} ${JSON.stringify(settings)}`;
}
