/** Small pictures of one shape each. */

export const spriteShapes = ['square', 'disc', 'triangle', 'cross'] as const;

/** Samples along each side of a pixel, for smooth edges. */
const samples = 4;

export interface Sprite {
  readonly shape: (typeof spriteShapes)[number];
  /** Centre, and half the extent, as shares of the picture's side. */
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** Covered share of each pixel, [side, side], row-major. */
export function spritePixels({ shape, x, y, radius }: Sprite, side: number): Float32Array {
  const inside = insides[shape];
  const pixels = new Float32Array(side * side);
  for (let at = 0; at < pixels.length; at++) {
    const [row, column] = [Math.floor(at / side), at % side];
    let covered = 0;
    for (let i = 0; i < samples; i++) {
      for (let j = 0; j < samples; j++) {
        const u = ((column + (j + 0.5) / samples) / side - x) / radius;
        const v = ((row + (i + 0.5) / samples) / side - y) / radius;
        covered += +inside(u, v);
      }
    }
    pixels[at] = covered / samples ** 2;
  }
  return pixels;
}

/** Whether a place is in the shape, with its centre at 0 and its extent from −1 to 1. */
const insides: Readonly<Record<Sprite['shape'], (u: number, v: number) => boolean>> = {
  square: (u, v) => Math.max(Math.abs(u), Math.abs(v)) <= 1,
  disc: (u, v) => u * u + v * v <= 1,
  triangle: (u, v) => Math.abs(v) <= 1 && 2 * Math.abs(u) <= v + 1,
  cross: (u, v) => Math.max(Math.abs(u), Math.abs(v)) <= 1 && Math.min(Math.abs(u), Math.abs(v)) <= 1 / 3,
};
