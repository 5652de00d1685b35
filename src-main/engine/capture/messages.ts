/** TensorFlow's graph messages, as tfjs-node carries them (google-protobuf classes without types of their own). */
import { createRequire } from 'node:module';

interface Message {
  serializeBinary(): Uint8Array;
}
export interface AttrValue extends Message {
  setS(value: Uint8Array): void;
  setI(value: number): void;
  setF(value: number): void;
  setB(value: boolean): void;
  setType(value: number): void;
  setShape(value: TensorShape): void;
  setTensor(value: TensorMessage): void;
  setList(value: ListValue): void;
}
interface ListValue extends Message {
  setIList(value: number[]): void;
  setFList(value: number[]): void;
  setBList(value: boolean[]): void;
}
interface TensorShape extends Message {
  addDim(dimension: Message): void;
}
interface TensorMessage extends Message {
  setDtype(value: number): void;
  setTensorShape(value: TensorShape): void;
  setTensorContent(value: Uint8Array): void;
}
export interface NodeDef extends Message {
  setName(value: string): void;
  setOp(value: string): void;
  addInput(value: string): void;
  getAttrMap(): { set(name: string, value: AttrValue): void };
}
export interface GraphDef extends Message {
  addNode(node: NodeDef): void;
  setVersions(value: Message): void;
}
interface Classes {
  AttrValue: { new (): AttrValue; ListValue: new () => ListValue };
  NodeDef: new () => NodeDef;
  GraphDef: new () => GraphDef;
  VersionDef: new () => Message & { setProducer(value: number): void };
  Tensor: new () => TensorMessage;
  TensorShape: { new (): TensorShape; Dim: new () => Message & { setSize(value: number): void } };
  SavedModel: new () => Message & {
    setSavedModelSchemaVersion(value: number): void;
    addMetaGraphs(graph: Message): void;
  };
  MetaGraphDef: {
    new (): Message & { setMetaInfoDef(value: Message): void; setGraphDef(value: GraphDef): void };
    MetaInfoDef: new () => Message & { addTags(value: string): void };
  };
}

// A path into the package: these classes are not part of its public face, but of what it ships.
export const messages = createRequire(import.meta.url)(
  '@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js',
) as Classes;

export function shapeMessage(shape: readonly number[]): TensorShape {
  const message = new messages.TensorShape();
  for (const size of shape) {
    const dimension = new messages.TensorShape.Dim();
    dimension.setSize(size);
    message.addDim(dimension);
  }
  return message;
}
