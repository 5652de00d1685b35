import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeSafetensors, type NamedTensor } from '#engine/safetensors.ts';
import { readGraphFile, readLabelFile } from '#science/data/graphFile.ts';
import { temporaryFolder } from '../fixtures/hosts.ts';
import { graphOf, randomAdjacency } from './support/graphs.ts';

function written(contents: string | Record<string, NamedTensor>): string {
  const path = join(temporaryFolder(), `graph.${typeof contents === 'string' ? 'csv' : 'safetensors'}`);
  const bytes =
    typeof contents === 'string'
      ? contents
      : encodeSafetensors({ tensors: new Map(Object.entries(contents)), metadata: {} });
  writeFileSync(path, bytes);
  return path;
}

const matrix = randomAdjacency(7, 5);
const entries = matrix.flatMap((row, x) => row.flatMap((w, y) => (w === 0 ? [] : [[x, y, w] as const])));
const upper = entries.filter(([x, y]) => x <= y);
const column = (data: NamedTensor['data']): NamedTensor => ({ shape: [data.length], data });

describe('one graph in every form', () => {
  const lines = (rows: readonly (readonly number[])[]): string => rows.map((row) => row.join(',')).join('\n');
  test.each<[string, string | Record<string, NamedTensor>]>([
    ['dense text', lines(matrix)],
    ['dense text of Windows', `\uFEFF${lines(matrix).replaceAll('\n', '\r\n')}\r\n\r\n`],
    ['edges once', `row,col,weight\n${lines(upper)}\n`],
    ['edges in both directions', `Row, Col, Weight\n${lines(entries.toReversed())}`],
    ['a dense tensor', { adjacency: { shape: [7, 7], data: Float64Array.from(matrix.flat()) } }],
    [
      'columns',
      {
        row: column(Int32Array.from(upper, ([x]) => x)),
        col: column(Int32Array.from(upper, ([, y]) => y)),
        weight: column(Float64Array.from(upper, ([, , w]) => w)),
      },
    ],
  ])('%s', (_name, contents) => {
    expect(readGraphFile(written(contents))).toEqual(graphOf(matrix));
  });

  test('single precision is read as it is', () => {
    const data = Float32Array.of(0, 0.1, 0.1, 0.3);
    const { weights } = readGraphFile(written({ adjacency: { shape: [2, 2], data } }));
    expect([...weights]).toEqual([Math.fround(0.1), Math.fround(0.1), Math.fround(0.3)]);
  });
});

describe('what is wrong is told with its place', () => {
  test.each<[string | Record<string, NamedTensor>, RegExp]>([
    ['', /graph\.csv: it is empty\. Give an adjacency/],
    ['0,1\n1', /line 2: it has 1 numbers, not 2\. Complete it/],
    ['0,1\n1,0\n1,1', /its first line has 2 numbers, and it has 3 lines\. Give a square matrix/],
    ['0,1\n1,x', /line 2, column 2: "x" is no finite number/],
    ['0,NaN\nNaN,0', /line 1, column 2: "NaN" is no finite number/],
    ['0,-1\n-1,0', /the edge 0, 1 has weight -1/],
    ['0,1\n2,0', /it is not symmetric: 0, 1 has weight 1 and 1, 0 has 2/],
    ['0,1\n0,1', /it is not symmetric: entry 0, 1 is 1 and entry 1, 0 is 0/],
    ['1,0\n0,0', /vertex 1 has no edge, counted from 0/],
    ['row,col,weight\n', /it has no edge/],
    ['row,col,weight\n0,1.5,1', /line 2: 0, 1\.5 are not two vertices/],
    ['row,col,weight\n0,1', /line 2: it has 2 numbers, not 3/],
    ['row,col,weight\n1,2,1\n2,2,1', /vertex 0 has no edge/],
    ['row,col,weight\n0,2000000000,1', /it names vertex 2000000000 with 1 edges only/],
    ['row,col,weight\n0,1,1\n0,1,1', /the edge 0, 1 stands twice/],
    [
      { adjacency: { shape: [2, 3], data: new Float32Array(6) } },
      /tensor adjacency: it has the shape \[2, 3\]/,
    ],
    [{ row: column(Int32Array.of(0)), col: column(Int32Array.of(0)) }, /it has neither adjacency nor weight/],
    [
      { row: column(Int32Array.of(0, 1)), col: column(Int32Array.of(0)), weight: column(Float32Array.of(1)) },
      /row, col and weight have 2, 1 and 1 numbers/,
    ],
    [
      { row: column(Int32Array.of(-1)), col: column(Int32Array.of(0)), weight: column(Float32Array.of(1)) },
      /edge 0: -1, 0 are not two vertices/,
    ],
  ])('%j', (contents, message) => {
    expect(() => readGraphFile(written(contents))).toThrow(message);
  });

  test('a truncated safetensors file, a missing file, too few labels', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'cut.safetensors');
    const whole = encodeSafetensors({
      tensors: new Map([['row', column(Int32Array.of(1, 2))]]),
      metadata: {},
    });
    writeFileSync(path, whole.subarray(0, whole.length - 3));
    expect(() => readGraphFile(path)).toThrow(
      /Cannot read .*cut\.safetensors: tensor row ends beyond the file/,
    );
    expect(() => readGraphFile(join(folder, 'none.csv'))).toThrow(/none\.csv: there is no such file/);
    expect(readLabelFile(written('a\nb\na\n'), 3)).toEqual(['a', 'b', 'a']);
    expect(() => readLabelFile(written('a\nb'), 3)).toThrow(/it has 2 labels, the graph 3 vertices/);
  });
});
