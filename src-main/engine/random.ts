/**
 * Seeded random streams by name and index. A stream is a pure function of (seed, name, index), so
 * step t of a run draws the same batch whether it was reached in one go or after a resume, and two
 * runs that differ in one factor share all other draws.
 */
export interface Stream {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Uniform integer in [0, limit). */
  integer(limit: number): number;
  /** Standard normal. */
  normal(): number;
}

/** Generator: sfc32 (Doty-Humphrey, PractRand), seeded by a 128-bit hash of the three names. */
export function stream(seed: number, name: string, index = 0): Stream {
  let [a, b, c, d] = hash128(`${seed}/${name}/${index}`);
  const next = (): number => {
    const t = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return t >>> 0;
  };
  // The first outputs still resemble the seed.
  for (let i = 0; i < 12; i++) next();

  let spare: number | undefined;
  const uniform = (): number => (next() * 0x200000 + (next() >>> 11)) / 0x20000000000000;
  return {
    uniform,
    integer: (limit) => Math.floor(uniform() * limit),
    normal() {
      // Marsaglia's polar method: two normals for each accepted pair.
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      for (;;) {
        const x = 2 * uniform() - 1;
        const y = 2 * uniform() - 1;
        const square = x * x + y * y;
        if (square >= 1 || square === 0) continue;
        const scale = Math.sqrt((-2 * Math.log(square)) / square);
        spare = y * scale;
        return x * scale;
      }
    },
  };
}

/** A uniformly random order of 0 … count − 1 (Fisher–Yates). */
export function permutation(random: Stream, count: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  shuffle(order, random);
  return order;
}

/** Fisher and Yates' shuffle, in place. */
export function shuffle(order: Int32Array, random: Stream): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const held = order[i] as number;
    order[i] = order[j] as number;
    order[j] = held;
  }
}

/** Four lanes of MurmurHash3's mixing over the characters (cyrb128's construction). */
function hash128(text: string): [number, number, number, number] {
  let [a, b, c, d] = [1779033703, 3144134277, 1013904242, 2773480762];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = b ^ Math.imul(a ^ code, 597399067);
    b = c ^ Math.imul(b ^ code, 2869860233);
    c = d ^ Math.imul(c ^ code, 951274213);
    d = a ^ Math.imul(d ^ code, 2716044179);
  }
  a = Math.imul(c ^ (a >>> 18), 597399067);
  b = Math.imul(d ^ (b >>> 22), 2869860233);
  c = Math.imul(a ^ (c >>> 17), 951274213);
  d = Math.imul(b ^ (d >>> 19), 2716044179);
  a ^= b ^ c ^ d;
  return [a, b ^ a, c ^ a, d ^ a];
}
