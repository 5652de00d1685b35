/**
 * The safetensors format: eight bytes of header length (little endian), a JSON header
 * `{name: {dtype, shape, data_offsets}, __metadata__}`, then the tensors' bytes. A checkpoint keeps 32-bit
 * floats; graphs and arrays of other programs come in 64 bits as well.
 */
import { z } from 'zod';
import { BasinError } from '#contract/error.ts';

export interface NamedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array;
}
export interface TensorFile {
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The reference implementation's own limit on a header, in bytes. */
const headerLimit = 100_000_000;

/** Bytes of a number. I64 is read as I32, and never written. */
const widths = { F32: 4, F64: 8, I32: 4, I64: 8 } as const;
type Dtype = keyof typeof widths;

const entry = z.strictObject({
  dtype: z.enum(['F32', 'F64', 'I32', 'I64']),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});

/** Tensors sorted by name, so that equal contents give equal bytes and hence equal hashes. */
export function encodeSafetensors(file: TensorFile): Uint8Array {
  const names = [...file.tensors.keys()].sort();
  const header: Record<string, unknown> = { __metadata__: file.metadata };
  let offset = 0;
  for (const name of names) {
    const tensor = tensorNamed(file, name);
    const count = elements(tensor.shape);
    if (count !== tensor.data.length) {
      const why = `its shape [${tensor.shape.join(', ')}] holds ${count} numbers, the data ${tensor.data.length}`;
      throw new BasinError('internal', `Tensor ${name}: ${why}.`);
    }
    const end = offset + tensor.data.byteLength;
    header[name] = { dtype: dtypeOf(tensor.data), shape: tensor.shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  // The specification wants the data aligned to eight bytes, padded with spaces.
  const headerLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, 8, 8 + headerLength);
  bytes.set(json, 8);
  let position = 8 + headerLength;
  for (const name of names) {
    const { data } = tensorNamed(file, name);
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return bytes;
}

/** @throws BasinError `corrupt`, naming `source` and the place, for anything but a whole file. */
export function decodeSafetensors(bytes: Uint8Array, source: string): TensorFile {
  const fail = (why: string): never => {
    throw new BasinError('corrupt', `Cannot read ${source}: ${why}. Take another copy of it.`, source);
  };
  if (bytes.length < 8) return fail('it is shorter than its header length');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > headerLimit || 8 + headerLength > bytes.length) {
    return fail(`its header claims ${headerLength} bytes, the file has ${bytes.length}`);
  }
  const header = parseHeader(bytes.subarray(8, 8 + headerLength));
  if (header === undefined) return fail('its header is not a JSON object');
  const { __metadata__: rawMetadata, ...entries } = header;
  const metadata = z.record(z.string(), z.string()).safeParse(rawMetadata ?? {});
  if (!metadata.success) return fail('its metadata is not a map of strings');

  const base = 8 + headerLength;
  const tensors = new Map<string, NamedTensor>();
  let covered = 0;
  for (const [name, raw] of Object.entries(entries)) {
    const parsed = entry.safeParse(raw);
    if (!parsed.success)
      return fail(
        `tensor ${name} is of another type than ${Object.keys(widths).join(', ')}, or its entry is malformed`,
      );
    const [start, end] = parsed.data.data_offsets;
    const size = elements(parsed.data.shape) * widths[parsed.data.dtype];
    if (end - start !== size) return fail(`tensor ${name} takes ${end - start} bytes, not ${size}`);
    if (base + end > bytes.length) return fail(`tensor ${name} ends beyond the file`);
    // Copied: the part may start at any byte, typed arrays only at multiples of their width. Not by `slice`,
    // which on a Buffer is a view of a larger pool.
    const { buffer } = new Uint8Array(bytes.subarray(base + start, base + end));
    const data = numbersIn(buffer, parsed.data.dtype);
    if (!data) return fail(`tensor ${name} has whole numbers of more than 32 bits`);
    tensors.set(name, { shape: parsed.data.shape, data });
    covered += size;
  }
  if (base + covered !== bytes.length) return fail('its tensors do not cover its data exactly');
  return { tensors, metadata: metadata.data };
}

function dtypeOf(data: NamedTensor['data']): Dtype {
  if (data instanceof Float32Array) return 'F32';
  return data instanceof Float64Array ? 'F64' : 'I32';
}

/** Null where a number of 64 bits does not fit into 32. */
function numbersIn(buffer: ArrayBuffer, dtype: Dtype): NamedTensor['data'] | null {
  if (dtype === 'F32') return new Float32Array(buffer);
  if (dtype === 'F64') return new Float64Array(buffer);
  if (dtype === 'I32') return new Int32Array(buffer);
  const long = new BigInt64Array(buffer);
  if (long.some((value) => BigInt.asIntN(32, value) !== value)) return null;
  return Int32Array.from(long, Number);
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    const parsed = z.record(z.string(), z.unknown()).safeParse(value);
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

function tensorNamed(file: TensorFile, name: string): NamedTensor {
  const tensor = file.tensors.get(name);
  if (!tensor) throw new BasinError('internal', `No tensor is named ${name}.`);
  return tensor;
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
