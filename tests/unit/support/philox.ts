/**
 * Philox 4×32-10 and its seeding as TensorFlow's stateless operations do it, from the paper (Salmon et al.
 * 2011) and tensorflow/core/kernels/stateless_random_ops.cc, in whole numbers of JavaScript.
 */
type Words = [number, number, number, number];

const mask = 0xffffffffn;

function philox(counter: Words, [firstKey, secondKey]: readonly [number, number]): Words {
  let [a, b, c, d] = counter;
  let [k0, k1] = [firstKey, secondKey];
  for (let round = 0; round < 10; round++) {
    const left = BigInt(a) * 0xd2511f53n;
    const right = BigInt(c) * 0xcd9e8d57n;
    [a, b, c, d] = [
      (Number(right >> 32n) ^ b ^ k0) >>> 0,
      Number(right & mask),
      (Number(left >> 32n) ^ d ^ k1) >>> 0,
      Number(left & mask),
    ];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [a, b, c, d];
}

/** `count` 32-bit words of the stream that belongs to a seed. */
function words(seed: readonly [number, number], count: number): number[] {
  const halves = seed.flatMap((number) => {
    const wide = BigInt.asUintN(64, BigInt(number));
    return [Number(wide & mask), Number(wide >> 32n)];
  });
  const [k0, k1, c2, c3] = philox(halves as Words, [0x3ec8f720, 0x02461e29]);
  const blocks = Array.from({ length: Math.ceil(count / 4) }, (_, i) => philox([i, 0, c2, c3], [k0, k1]));
  return blocks.flat().slice(0, count);
}

/** The 23 low bits as the digits of a float in [1, 2), less 1. */
const fraction = (word: number): number => (word & 0x7fffff) / 2 ** 23;

export function philoxUniform(seed: readonly [number, number], count: number): number[] {
  return words(seed, count).map(fraction);
}

/** Box and Muller's two normals from each two words. */
export function philoxNormal(seed: readonly [number, number], count: number): number[] {
  const uniforms = words(seed, count + 1).map(fraction);
  return Array.from({ length: count }, (_, i) => {
    const [radius = Number.NaN, angle = Number.NaN] = uniforms.slice(i - (i % 2));
    const length = Math.sqrt(-2 * Math.log(Math.max(radius, 1e-7)));
    return length * (i % 2 === 0 ? Math.sin : Math.cos)(2 * Math.PI * angle);
  });
}
