/** Labelled images in memory, one byte a channel. */
export interface ImageSet {
  readonly count: number;
  /** [count, height, width, channels], 0…255. */
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
  /** Of each image, where there are several: 0, the source, whose labels may be learnt from; then 1, the target. */
  readonly domains?: Uint8Array;
  /** How many, from the first on, have labels that may be learnt from; left out, all. Where there are several domains, some or all of the source. */
  readonly labelled?: number;
}

export interface ImageData {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: readonly string[];
  readonly train: ImageSet;
  readonly test: ImageSet;
  /** What a person should know of them, in sentences: files that could not be read. */
  readonly remarks?: readonly string[];
}
