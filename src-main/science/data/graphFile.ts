/**
 * Graphs in files: a weighted undirected adjacency as CSV, dense without a header or sparse with the header
 * `row,col,weight`, or as safetensors, a dense matrix `adjacency` or three columns `row`, `col`, `weight`. What is
 * wrong in one is told with the file and the place.
 */
import { BasinError } from '#contract/error.ts';
import { decodeSafetensors, type NamedTensor } from '#engine/safetensors.ts';
import { type Edges, type Graph, graphOfEdges } from '../graph/graph.ts';
import { readBytes, readTextFile } from './modelFile.ts';

const header = 'row,col,weight';

/**
 * Vertices count from 0. A sparse edge stands once or in both directions; a dense matrix is symmetric.
 * @throws BasinError `not-found`, `bad-input`, `corrupt`, `disk`
 */
export function readGraphFile(path: string): Graph {
  return path.endsWith('.safetensors') ? ofTensors(path) : ofText(path);
}

/**
 * One label a line, in the order of the vertices.
 * @throws BasinError `not-found`, `bad-input`, `disk`
 */
export function readLabelFile(path: string, vertices: number): readonly string[] {
  const labels = linesOf(path);
  if (labels.length !== vertices) {
    throw unfit(
      path,
      '',
      `it has ${labels.length} labels, the graph ${vertices} vertices. Give one label a line`,
    );
  }
  return labels;
}

function ofText(path: string): Graph {
  const lines = linesOf(path);
  if (lines[0]?.toLowerCase().replaceAll(' ', '') === header) return ofSparseLines(path, lines);
  return ofDenseLines(path, lines);
}

/** Trimmed; the empty ones at the end left out. */
function linesOf(path: string): string[] {
  const lines = readTextFile(path)
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => line.trim());
  while (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) throw unfit(path, '', 'it is empty. Give an adjacency or labels');
  return lines;
}

function ofSparseLines(path: string, lines: readonly string[]): Graph {
  const count = lines.length - 1;
  if (count === 0) throw unfit(path, '', 'it has no edge. Give one a line');
  const [from, to] = [new Float64Array(count), new Float64Array(count)];
  const weight = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const [x, y, w] = numbersOf(path, lines[i + 1] as string, i + 2, 3) as [number, number, number];
    if (!isPlace(x) || !isPlace(y)) {
      throw unfit(path, `, line ${i + 2}`, `${x}, ${y} are not two vertices. Number vertices from 0`);
    }
    from[i] = x;
    to[i] = y;
    weight[i] = w;
  }
  return ofColumns(path, { from, to, weight });
}

function ofDenseLines(path: string, lines: readonly string[]): Graph {
  const size = (lines[0] as string).split(',').length;
  if (lines.length !== size) {
    const why = `its first line has ${size} numbers, and it has ${lines.length} lines`;
    throw unfit(path, '', `${why}. Give a square matrix, or edges under the header ${header}`);
  }
  const matrix = new Float64Array(size * size);
  for (const [x, line] of lines.entries()) matrix.set(numbersOf(path, line, x + 1, size), x * size);
  return ofDense(path, matrix, size);
}

function numbersOf(path: string, line: string, place: number, count: number): number[] {
  const cells = line.split(',');
  if (cells.length !== count) {
    throw unfit(path, `, line ${place}`, `it has ${cells.length} numbers, not ${count}. Complete it`);
  }
  return cells.map((cell, i) => {
    const value = Number(cell);
    if (cell.trim() !== '' && Number.isFinite(value)) return value;
    throw unfit(path, `, line ${place}, column ${i + 1}`, `"${cell.trim()}" is no finite number. Correct it`);
  });
}

function ofTensors(path: string): Graph {
  const { tensors } = decodeSafetensors(readBytes(path), path);
  const adjacency = tensors.get('adjacency');
  if (adjacency) {
    const [size = 0, width, ...more] = adjacency.shape;
    if (size === width && size > 0 && more.length === 0) return ofDense(path, adjacency.data, size);
    const why = `it has the shape [${adjacency.shape.join(', ')}]`;
    throw unfit(path, ', tensor adjacency', `${why}. Give a square matrix`);
  }
  const [row, col, weight] = [
    column(path, tensors, 'row'),
    column(path, tensors, 'col'),
    column(path, tensors, 'weight'),
  ];
  if (row.length !== weight.length || col.length !== weight.length) {
    const why = `row, col and weight have ${row.length}, ${col.length} and ${weight.length} numbers`;
    throw unfit(path, '', `${why}. Give three columns of one length`);
  }
  if (weight.length === 0) throw unfit(path, '', 'it has no edge. Give some');
  for (const [i, x] of row.entries()) {
    if (isPlace(x) && isPlace(col[i] as number)) continue;
    throw unfit(path, `, edge ${i}`, `${x}, ${col[i]} are not two vertices. Number vertices from 0`);
  }
  return ofColumns(path, { from: row, to: col, weight });
}

function column(path: string, tensors: ReadonlyMap<string, NamedTensor>, name: string): NamedTensor['data'] {
  const tensor = tensors.get(name);
  if (tensor?.shape.length === 1) return tensor.data;
  const why = tensor ? `its tensor ${name} is not a column` : `it has neither adjacency nor ${name}`;
  throw unfit(path, '', `${why}. Name a dense matrix adjacency, or three columns row, col, weight`);
}

function ofColumns(path: string, { from, to, weight }: Edges): Graph {
  let last = 0;
  for (let i = 0; i < weight.length; i++) last = Math.max(last, from[i] as number, to[i] as number);
  // A vertex without edges is an error: more vertices than edges have ends is a number that went wrong.
  if (last >= 2 * weight.length) {
    throw unfit(
      path,
      '',
      `it names vertex ${last} with ${weight.length} edges only. Number vertices 0, 1, 2, …`,
    );
  }
  return graphOfEdges(last + 1, { from, to, weight }, path);
}

/** Both directions of an edge that is no zero, as they stand: the graph compares their weights. */
function ofDense(path: string, matrix: ArrayLike<number>, size: number): Graph {
  let count = 0;
  for (let x = 0; x < size; x++) {
    for (let y = 0; y < size; y++) {
      const [weight, turned] = [matrix[x * size + y] as number, matrix[y * size + x] as number];
      if (weight !== 0) count++;
      if ((weight === 0) === (turned === 0)) continue;
      const why = `entry ${x}, ${y} is ${weight} and entry ${y}, ${x} is ${turned}`;
      throw unfit(path, '', `it is not symmetric: ${why}. Give one weight`);
    }
  }
  const [from, to] = [new Int32Array(count), new Int32Array(count)];
  const weights = new Float64Array(count);
  let at = 0;
  for (let entry = 0; entry < size * size; entry++) {
    if (matrix[entry] === 0) continue;
    from[at] = Math.floor(entry / size);
    to[at] = entry % size;
    weights[at++] = matrix[entry] as number;
  }
  return graphOfEdges(size, { from, to, weight: weights }, path);
}

const isPlace = (value: number): boolean => Number.isInteger(value) && value >= 0 && value < 2 ** 31;

function unfit(path: string, where: string, why: string): BasinError {
  return new BasinError('bad-input', `${path}${where}: ${why}.`, path);
}
