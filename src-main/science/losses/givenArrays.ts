/** Arrays that a person gives to a loss: checked by name, shape and content, each fault told in one line. */
import { BasinError } from '#contract/error.ts';

/** Row-major. */
export interface GivenArray {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}
export type GivenArrays = ReadonlyMap<string, GivenArray>;

/** What a loss reads. */
export interface Readable {
  readonly id: string;
  readonly arrays: readonly string[];
  readonly optionalArrays?: readonly string[];
  /** Of these sets one must be given whole. */
  readonly alternatives?: readonly (readonly string[])[];
}

/** Class numbers; in arrays of whole numbers, or of floats that are whole, or one-hot. */
export const targetsName = 'targets';

/**
 * Those that the loss reads, all of a fitting shape. `known` are the names that any loss reads: one of another loss
 * may be there, and is left out.
 * @throws BasinError `bad-input` with the array's name as path
 */
export function readArrays(loss: Readable, given: GivenArrays, known: ReadonlySet<string>): GivenArrays {
  const { id, arrays, optionalArrays = [], alternatives = [] } = loss;
  for (const [name, array] of given) {
    if (!known.has(name))
      throw wrong(name, `no loss reads it. Take ${[...arrays, ...optionalArrays].join(', ')}`);
    checkNumbers(name, array);
  }
  for (const name of arrays) if (!given.has(name)) throw wrong(name, `${id} needs it. Give it`);
  if (alternatives.length > 0 && !alternatives.some((set) => set.every((name) => given.has(name)))) {
    const sets = alternatives.map((set) => set.join(' and ')).join(', or ');
    throw wrong(alternatives.flat()[0] as string, `${id} needs ${sets}. Give them`);
  }
  const read = new Map([...given].filter(([name]) => [...arrays, ...optionalArrays].includes(name)));
  checkShapes(read);
  checkSmall(read);
  return read;
}

/** Class numbers [rows], −1 where a row has no target. @throws BasinError `bad-input` */
export function classNumbers({ shape, data }: GivenArray, classes = Number.POSITIVE_INFINITY): Int32Array {
  const [rows = 0, columns] = shape;
  const labels = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    const label = columns === undefined ? (data[i] as number) : hotPlace(data, i, columns);
    if (!Number.isInteger(label) || label < -1 || label >= classes) {
      const most = classes === Number.POSITIVE_INFINITY ? '…' : `… ${classes - 1}`;
      throw wrong(targetsName, `row ${i} has ${label}. Give a class 0, ${most}, or −1 for none`);
    }
    labels[i] = label;
  }
  return labels;
}

/** Of a one-hot row; −1 for one of zeros. */
function hotPlace(data: ArrayLike<number>, row: number, columns: number): number {
  let place = -1;
  for (let c = 0; c < columns; c++) {
    const value = data[row * columns + c];
    if (value === 0) continue;
    if (value !== 1 || place >= 0)
      throw wrong(targetsName, `row ${row} is not one-hot. Give one 1, or class numbers`);
    place = c;
  }
  return place;
}

function checkNumbers(name: string, { shape, data }: GivenArray): void {
  if (data.length === 0) throw wrong(name, `it is empty, [${shape.join(', ')}]. Give one row or more`);
  for (let at = 0; at < data.length; at++) {
    const value = data[at] as number;
    if (Number.isFinite(value)) continue;
    throw wrong(name, `it holds ${value} at [${placeOf(at, shape).join(', ')}]. Give finite numbers`);
  }
}

function placeOf(at: number, shape: readonly number[]): number[] {
  let rest = at;
  const place = shape.toReversed().map((side) => {
    const index = rest % side;
    rest = Math.floor(rest / side);
    return index;
  });
  return place.reverse();
}

/** Sides with one name are equal in all arrays. */
function checkShapes(read: GivenArrays): void {
  const sizes = new Map<string, { readonly size: number; readonly of: string }>();
  for (const [name, { shape }] of read) {
    const sides = sidesOf(name, shape.length, read.has('logits'));
    const form = `[${sides.join(', ')}]`;
    if (sides.length !== shape.length) {
      throw wrong(name, `it is [${shape.join(', ')}], and must be ${form}`);
    }
    for (const [i, side] of sides.entries()) {
      const size = shape[i] as number;
      const before = sizes.get(side);
      if (before && before.size !== size) {
        throw wrong(
          name,
          `it is [${shape.join(', ')}] = ${form}, and ${before.of} has ${side} ${before.size}`,
        );
      }
      sizes.set(side, { size, of: before?.of ?? name });
    }
  }
}

/** As many further views of each original. */
function checkSmall(read: GivenArrays): void {
  const [rows, pairs] = [read.get('small')?.shape[0], read.get('z1')?.shape[0]];
  if (rows === undefined || pairs === undefined || rows % pairs === 0) return;
  throw wrong('small', `its ${rows} rows are no multiple of the ${pairs} of z1. Give as many views of each`);
}

/** Names of an array's sides; those of views, as of the second projections `z2`, are pairs. */
function sidesOf(name: string, rank: number, hasLogits: boolean): readonly string[] {
  const rows = hasLogits ? 'rows' : 'batch';
  if (name === targetsName) return rank === 2 ? [rows, 'classes'] : [rows];
  if (name === 'weights') return [rows];
  if (name === 'logits') return [rows, 'classes'];
  return [/^[a-z]\d$/.test(name) ? 'batch' : name, 'width'];
}

function wrong(name: string, why: string): BasinError {
  return new BasinError('bad-input', `Array ${name}: ${why}.`, name);
}
