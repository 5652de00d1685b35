/** A graph loaded into TensorFlow, to be run by handles. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Binding, HandleId, OutputInfo } from './binding.ts';
import { type GraphDef, messages } from './messages.ts';

const tag = 'basin';

export interface Session {
  run(inputs: readonly HandleId[]): OutputInfo[];
  dispose(): void;
}

/**
 * @param graph as `savedModel` makes it
 * @throws Error with TensorFlow's reason where the graph is not valid
 */
export function openSession(
  binding: Binding,
  graph: Uint8Array,
  inputNames: readonly string[],
  outputNames: readonly string[],
): Session {
  const folder = mkdtempSync(join(tmpdir(), 'basin-graph-'));
  try {
    writeFileSync(join(folder, 'saved_model.pb'), graph);
    const model = binding.loadSavedModel(folder, tag);
    const inputs = inputNames.join(',');
    const outputs = outputNames.join(',');
    return {
      run: (handles) => binding.runSavedModel(model, handles, inputs, outputs),
      dispose: () => binding.deleteSavedModel(model),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A graph as TensorFlow loads it from a file. */
export function savedModel(graph: GraphDef): Uint8Array {
  const info = new messages.MetaGraphDef.MetaInfoDef();
  info.addTags(tag);
  const metaGraph = new messages.MetaGraphDef();
  metaGraph.setMetaInfoDef(info);
  metaGraph.setGraphDef(graph);
  const model = new messages.SavedModel();
  model.setSavedModelSchemaVersion(1);
  model.addMetaGraphs(metaGraph);
  return model.serializeBinary();
}
