/** From a recording to a TensorFlow graph that computes the same from its placeholders. */
import { BasinError } from '#contract/error.ts';
import type { Attribute, Binding, HandleId } from './binding.ts';
import { type AttrValue, type GraphDef, messages, type NodeDef, shapeMessage } from './messages.ts';
import { constantKey, type RecordedConstant, type RecordedNode, type Recording } from './record.ts';

/** Graph definition version of TensorFlow 2.21's operations; older ones would lack their attributes. */
const producer = 2000;
/** Uniform constants of more numbers than this are computed, not stored. */
const fillLimit = 16;
/** TensorFlow's number of bfloat16: float32's range with 8 bits of precision, so that no gradient vanishes. */
const bfloat16 = 14;
/** Operations that `mixed` computes in bfloat16, and which of their inputs are numbers rather than shapes. */
const halved: Readonly<Record<string, readonly number[]>> = {
  BatchMatMulV2: [0, 1],
  Conv2D: [0, 1],
  Conv2DBackpropInput: [1, 2],
  Conv2DBackpropFilter: [0, 2],
};

export type Precision = 'float32' | 'mixed';

/** A value that enters or leaves the graph. */
export interface GraphPlace {
  readonly handle: HandleId;
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: number;
}

/**
 * Only what the outputs need becomes part of the graph. A handle that was neither an input nor made
 * during the recording was there before it: its value, from `existingConstant`, is a constant.
 */
export function buildGraph(
  binding: Binding,
  recording: Recording,
  inputs: readonly GraphPlace[],
  outputs: readonly GraphPlace[],
  existingConstant: (handle: HandleId) => RecordedConstant,
  precision: Precision = 'float32',
): GraphDef {
  const graph = new messages.GraphDef();
  const version = new messages.VersionDef();
  version.setProducer(producer);
  graph.setVersions(version);

  const names = new Map<HandleId, string>();
  const nodeNames = new Map<RecordedNode, string>();
  const constantNames = new Map<string, string>();

  const add = (name: string, op: string, inputNames: readonly string[]): NodeDef => {
    const node = new messages.NodeDef();
    node.setName(name);
    node.setOp(op);
    for (const input of inputNames) node.addInput(input);
    graph.addNode(node);
    return node;
  };
  const addConstant = (constant: RecordedConstant): string => {
    const key = constantKey(constant);
    const known = constantNames.get(key);
    if (known !== undefined) return known;
    const name = `c${constantNames.size}`;
    constantNames.set(key, name);
    const uniform = constant.dtype === binding.TF_FLOAT ? uniformValue(constant.data) : null;
    if (uniform !== null && constant.data.byteLength > 4 * fillLimit) {
      const side = addConstant({
        shape: [constant.shape.length],
        dtype: binding.TF_INT32,
        data: Int32Array.from(constant.shape),
      });
      const value = addConstant({ shape: [], dtype: binding.TF_FLOAT, data: Float32Array.of(uniform) });
      const fill = add(name, 'Fill', [side, value]);
      setType(fill, 'T', binding.TF_FLOAT);
      setType(fill, 'index_type', binding.TF_INT32);
    } else {
      const node = add(name, 'Const', []);
      setType(node, 'dtype', constant.dtype);
      node.getAttrMap().set('value', tensorAttribute(constant));
    }
    return name;
  };
  const nameOf = (handle: HandleId): string => {
    const known = names.get(handle);
    if (known !== undefined) return known;
    const constant = recording.constants.get(handle);
    const name = addConstant(constant ?? existingConstant(handle));
    names.set(handle, name);
    return name;
  };

  for (const { handle, name, shape, dtype } of inputs) {
    const node = add(name, 'Placeholder', []);
    setType(node, 'dtype', dtype);
    const attribute = new messages.AttrValue();
    attribute.setShape(shapeMessage(shape));
    node.getAttrMap().set('shape', attribute);
    names.set(handle, name);
  }
  const addCast = (name: string, input: string, from: number, to: number): string => {
    const node = add(name, 'Cast', [input]);
    setType(node, 'SrcT', from);
    setType(node, 'DstT', to);
    return name;
  };
  const halves = new Map<string, string>();
  const halfOf = (input: string): string => {
    const half = halves.get(input) ?? addCast(`h${halves.size}`, input, binding.TF_FLOAT, bfloat16);
    halves.set(input, half);
    return half;
  };
  /** The node as recorded or, where `mixed` asks for it, in bfloat16 between casts. */
  const addRecorded = (name: string, { op, inputs: handles, attributes }: RecordedNode): void => {
    const inputNames = handles.map(nameOf);
    const isHalved = ({ name, value }: Attribute) => name === 'T' && value === binding.TF_FLOAT;
    const numbers = precision === 'mixed' && attributes.some(isHalved) ? (halved[op] ?? []) : [];
    for (const i of numbers) inputNames[i] = halfOf(inputNames[i] as string);
    const definition = add(numbers.length > 0 ? `${name}h` : name, op, inputNames);
    for (const attribute of attributes) {
      definition.getAttrMap().set(attribute.name, attributeValue(binding, attribute, op));
    }
    if (numbers.length === 0) return;
    setType(definition, 'T', bfloat16);
    addCast(name, `${name}h`, bfloat16, binding.TF_FLOAT);
  };
  // The recording's order is one in which every node follows its inputs.
  const needed = nodesNeeded(recording, inputs, outputs);
  for (const [handle, { node, output }] of recording.outputs) {
    if (!needed.has(node) || names.has(handle)) continue;
    let nodeName = nodeNames.get(node);
    if (nodeName === undefined) {
      nodeName = `n${nodeNames.size}`;
      nodeNames.set(node, nodeName);
      addRecorded(nodeName, node);
    }
    names.set(handle, output === 0 ? nodeName : `${nodeName}:${output}`);
  }
  for (const { handle, name, dtype } of outputs) {
    // TensorFlow refuses to fetch what is fed; a node of its own also gives the output its name.
    const node = add(name, 'Identity', [nameOf(handle)]);
    setType(node, 'T', dtype);
  }
  return graph;
}

/** The nodes on the ways from what is given to what is wanted. */
export function nodesNeeded(
  { outputs }: Recording,
  inputs: readonly Pick<GraphPlace, 'handle'>[],
  wanted: readonly Pick<GraphPlace, 'handle'>[],
): ReadonlySet<RecordedNode> {
  const given = new Set(inputs.map(({ handle }) => handle));
  const needed = new Set<RecordedNode>();
  const open = wanted.map(({ handle }) => handle);
  for (let handle = open.pop(); handle !== undefined; handle = open.pop()) {
    const origin = given.has(handle) ? undefined : outputs.get(handle);
    if (!origin || needed.has(origin.node)) continue;
    needed.add(origin.node);
    open.push(...origin.node.inputs);
  }
  return needed;
}

function setType(node: NodeDef, name: string, dtype: number): void {
  const attribute = new messages.AttrValue();
  attribute.setType(dtype);
  node.getAttrMap().set(name, attribute);
}

function tensorAttribute({ shape, dtype, data }: RecordedConstant): AttrValue {
  const tensor = new messages.Tensor();
  tensor.setDtype(dtype);
  tensor.setTensorShape(shapeMessage(shape));
  tensor.setTensorContent(bytesOf(data));
  const attribute = new messages.AttrValue();
  attribute.setTensor(tensor);
  return attribute;
}

function attributeValue(binding: Binding, { name, type, value }: Attribute, op: string): AttrValue {
  const attribute = new messages.AttrValue();
  const list = new messages.AttrValue.ListValue();
  if (Array.isArray(value) && type !== binding.TF_ATTR_SHAPE) {
    if (type === binding.TF_ATTR_INT) list.setIList(value);
    else if (type === binding.TF_ATTR_FLOAT) list.setFList(value);
    else if (type === binding.TF_ATTR_BOOL) list.setBList(value);
    else throw unknownAttribute(op, name);
    attribute.setList(list);
  } else if (type === binding.TF_ATTR_STRING) attribute.setS(Buffer.from(String(value)));
  else if (type === binding.TF_ATTR_INT) attribute.setI(Number(value));
  else if (type === binding.TF_ATTR_FLOAT) attribute.setF(Number(value));
  else if (type === binding.TF_ATTR_BOOL) attribute.setB(Boolean(value));
  else if (type === binding.TF_ATTR_TYPE) attribute.setType(Number(value));
  else if (type === binding.TF_ATTR_SHAPE && Array.isArray(value)) attribute.setShape(shapeMessage(value));
  else throw unknownAttribute(op, name);
  return attribute;
}

function unknownAttribute(op: string, name: string): BasinError {
  return new BasinError('unsupported', `Operation ${op}: its attribute ${name} cannot be put into a graph.`);
}

function bytesOf(data: ArrayBufferView): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/** The one value of all elements, or null. */
function uniformValue(data: ArrayBufferView): number | null {
  if (!(data instanceof Float32Array)) return null;
  const [first] = data;
  if (first === undefined || !data.every((value) => Object.is(value, first))) return null;
  return first;
}
