/** A user's own positive-pair graph. */
import { statSync } from 'node:fs';
import { z } from 'zod';
import type { GraphDataset } from '../definition.ts';
import { connectedComponents } from '../graph/connected.ts';
import { type Graph, pairsOf } from '../graph/graph.ts';
import { fileSetting, givenFile } from './fileSetting.ts';
import { readGraphFile, readLabelFile } from './graphFile.ts';
import { inputSettings, inputShape, vertexInputs } from './vertexInputs.ts';

const params = z.strictObject({
  file: fileSetting(
    'The adjacency: CSV, dense without header or edges under row,col,weight; or safetensors with adjacency, or row, col, weight.',
  ),
  labels: fileSetting(
    'Labels of the vertices in their order, one a line. Without, a vertex is labelled by its connected component.',
  ).meta({ title: 'Labels' }),
  ...inputSettings,
});

export const graphFile: GraphDataset<typeof params> = {
  kind: 'dataset',
  of: 'graph',
  id: 'graph-file',
  title: 'Graph of a file',
  help: 'Your own weighted undirected graph: an edge is a positive pair, drawn in proportion to its weight. Labels are optional and stand for clusters as well.',
  studies: ['contrastive'],
  params,
  outline({ file, labels }) {
    const { vertices } = graphIn(file);
    return { ...inputShape, vertices, classes: labelled(graphIn(file), labels).classes.length };
  },
  async load({ file, labels: labelFile, inputSignal, seed }) {
    const graph = graphIn(file);
    const { classes, labels } = labelled(graph, labelFile);
    return {
      ...pairsOf(graph),
      ...{ labels, classes, clusters: labels },
      ...vertexInputs(labels, inputSignal, seed),
      factors: {},
    };
  },
};

/** The last file that was read: a form asks for its outline at every change. */
let known: { readonly key: string; readonly graph: Graph } | undefined;

function graphIn(given: string): Graph {
  const file = givenFile(given, 'a graph');
  const stat = statSync(file, { throwIfNoEntry: false });
  const key = `${file}/${stat?.mtimeMs}/${stat?.size}`;
  if (known?.key !== key) known = { key, graph: readGraphFile(file) };
  return known.graph;
}

/** Classes in the order of their names, numbers by size. */
function labelled(
  graph: Graph,
  file: string,
): { readonly classes: readonly string[]; readonly labels: Int32Array } {
  if (file === '') {
    const { count, of } = connectedComponents(graph);
    return { classes: Array.from({ length: count }, (_, i) => `component ${i}`), labels: of };
  }
  const names = readLabelFile(file, graph.vertices);
  const classes = [...new Set(names)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const place = new Map(classes.map((name, i) => [name, i]));
  return { classes, labels: Int32Array.from(names, (name) => place.get(name) as number) };
}
