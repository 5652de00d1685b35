import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '#engine/safetensors.ts';

const tensor = fc
  .tuple(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }), fc.boolean(), fc.integer())
  .map(([shape, float, seed]): NamedTensor => {
    const size = shape.reduce((a, b) => a * b, 1);
    const values = Array.from({ length: size }, (_, i) => (seed % 1000) + i * 7);
    return { shape, data: float ? Float32Array.from(values) : Int32Array.from(values) };
  });
const files = fc.record({
  tensors: fc.dictionary(fc.stringMatching(/^[a-z.]{1,8}$/), tensor).map((d) => new Map(Object.entries(d))),
  metadata: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.string()),
});

describe('safetensors', () => {
  test('what is written is read back', () => {
    fc.assert(
      fc.property(files, (file) => {
        const read = decodeSafetensors(encodeSafetensors(file), 'memory');
        expect(new Map([...read.tensors].sort())).toEqual(new Map([...file.tensors].sort()));
        expect({ ...read.metadata }).toEqual({ ...file.metadata });
      }),
    );
  });

  test('matches the bytes that the format prescribes', () => {
    const bytes = encodeSafetensors({
      tensors: new Map([['a', { shape: [2], data: Float32Array.of(1, -2) }]]),
      metadata: {},
    });
    const json = '{"__metadata__":{},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
    expect(Buffer.from(bytes.subarray(8, 8 + json.length)).toString()).toBe(json);
    expect([...bytes.subarray(-8)]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
  });

  test('a Buffer from a pool is read like any other array of bytes', () => {
    const tensors = new Map([['a', { shape: [2], data: Float32Array.of(1, -2) }]]);
    const pooled = Buffer.from(encodeSafetensors({ tensors, metadata: {} }));
    expect(decodeSafetensors(pooled, 'memory').tensors).toEqual(tensors);
  });

  test('every truncation and every extension is refused', () => {
    const bytes = encodeSafetensors({
      tensors: new Map([['a', { shape: [3], data: Float32Array.of(1, 2, 3) }]]),
      metadata: { format: 'basin/1' },
    });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSafetensors(bytes.subarray(0, length), 'f')).toThrow(/Cannot read f/);
    }
    expect(() => decodeSafetensors(new Uint8Array([...bytes, 0]), 'f')).toThrow(/Cannot read f/);
  });

  test('doubles keep all digits, and 64-bit whole numbers become 32-bit ones', () => {
    const tensors = new Map([['a', { shape: [3], data: Float64Array.of(Math.PI, -0, 1e300) }]]);
    expect(decodeSafetensors(encodeSafetensors({ tensors, metadata: {} }), 'f').tensors).toEqual(tensors);
    const long = (values: bigint[]): Uint8Array => {
      const entry = { dtype: 'I64', shape: [values.length], data_offsets: [0, 8 * values.length] };
      const json = JSON.stringify({ i: entry }).padEnd(64);
      const bytes = Buffer.alloc(8 + json.length + 8 * values.length);
      bytes.writeBigUInt64LE(BigInt(json.length));
      bytes.write(json, 8);
      for (const [i, value] of values.entries()) bytes.writeBigInt64LE(value, 8 + json.length + 8 * i);
      return bytes;
    };
    const read = decodeSafetensors(long([0n, -7n, 2n ** 31n - 1n]), 'f').tensors.get('i');
    expect(read).toEqual({ shape: [3], data: Int32Array.of(0, -7, 2 ** 31 - 1) });
    expect(() => decodeSafetensors(long([2n ** 31n]), 'f')).toThrow(
      /tensor i has whole numbers of more than 32 bits/,
    );
  });
});
