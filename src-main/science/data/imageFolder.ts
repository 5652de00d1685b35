/** A user's own pictures: a folder of PNG and JPEG files, with a sub-folder for each class where there are classes. */
import { readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, extname, join, relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import { BasinError } from '#contract/error.ts';
import { permutation, stream } from '#engine/random.ts';
import type { ImageDataset } from '../definition.ts';
import { decodePicture, squarePicture } from './imageFile.ts';
import type { ImageData, ImageSet } from './images.ts';

const params = z.strictObject({
  folder: z
    .string()
    .default('')
    .meta({
      title: 'Folder',
      description: 'Path of a folder of PNG and JPEG images; its sub-folders, if any, are the classes.',
    })
    .overwrite((path) => (path === '' ? path : resolve(path))),
  side: z.int().min(8).max(256).default(32).meta({
    title: 'Side',
    description: 'Images are cut to the square about their middle and averaged down to this side.',
    unit: 'pixels',
  }),
  colour: z.boolean().default(true).meta({
    title: 'Colour',
    description: 'Red, green and blue; else grey.',
  }),
  limit: z.int().min(2).max(1_000_000).default(20_000).meta({
    title: 'Most images',
    description: 'Of more, so many are taken at even distances of the sorted names.',
    unit: 'images',
    scale: 'log',
  }),
  heldOut: z.number().min(0.01).max(0.9).default(0.2).meta({
    title: 'Held out',
    description: 'Share of each class on which probes are judged and nothing learns.',
  }),
  splitSeed: z
    .int()
    .min(0)
    .max(2 ** 31)
    .default(0)
    .meta({
      title: 'Split seed',
      description: 'Draws which images are held out.',
    }),
});
type Params = z.output<typeof params>;

/** Classes are numbered in a byte. */
const mostClasses = 256;
const mostBytes = 2 ** 31;
/** Files that a message names. */
const named = 5;

export const imageFolder: ImageDataset<typeof params> = {
  kind: 'dataset',
  of: 'images',
  id: 'image-folder',
  title: 'Folder of images',
  help: 'Your own PNG and JPEG files, cut to squares of one size. Sub-folders are classes; without them all images are of one class, and accuracies say nothing. Files that cannot be read are listed and left out; a camera’s turn (EXIF) is not applied.',
  studies: ['contrastive'],
  params,
  outline(chosen) {
    const { classes, files } = listed(chosen);
    const test = heldOut(chosen, files).filter(Boolean).length;
    return {
      ...shapeOf(chosen),
      classes: classes.length,
      trainCount: files.length - test,
      testCount: test,
    };
  },
  load(chosen) {
    const listing = listed(chosen);
    const key = JSON.stringify([chosen, listing.files.map(({ path, stamp }) => [path, stamp])]);
    // Decoding takes long, and previews ask again after every change of another setting.
    if (latest?.key !== key) latest = { key, data: decoded(chosen, listing) };
    return latest.data;
  },
};

let latest: { readonly key: string; readonly data: Promise<ImageData> } | undefined;

function shapeOf({ side, colour }: Params) {
  return { height: side, width: side, channels: colour ? 3 : 1 } as const;
}

interface ListedFile {
  readonly path: string;
  readonly label: number;
  /** Changes when the file does. */
  readonly stamp: string;
}
interface Listing {
  readonly classes: readonly string[];
  readonly files: readonly ListedFile[];
  /** Images beside the classes' folders, which have no class. */
  readonly beside: number;
}

/** Sorted by class and name. @throws BasinError `bad-input`, `not-found` */
function listed({ folder, limit, side, colour }: Params): Listing {
  if (folder === '') throw unfit('it is missing. Give the path of a folder of PNG or JPEG images');
  const found = imagesIn(folder).map((path) => ({ path, parts: relative(folder, path).split(sep) }));
  const inFolders = found.filter(({ parts }) => parts.length > 1);
  const classes = [...new Set(inFolders.map(({ parts }) => parts[0] as string))];
  const all = classes.length > 0 ? inFolders : found;
  if (all.length < 2) {
    throw unfit(
      `${folder} has ${all.length === 0 ? 'no' : 'but one'} PNG or JPEG image. Give another folder`,
    );
  }
  if (classes.length > mostClasses) {
    throw unfit(
      `${folder} has ${classes.length} class folders. Join some: at most ${mostClasses} are told apart`,
    );
  }
  const taken = all.length <= limit ? all : evenly(all, limit);
  const bytes = taken.length * side * side * (colour ? 3 : 1);
  if (bytes > mostBytes) {
    throw new BasinError(
      'bad-input',
      `Setting data.limit: ${taken.length} images of side ${side} take ${(bytes / 2 ** 30).toFixed(1)} GiB of memory, and 2 are allowed. Take fewer images or a smaller side.`,
      'data.limit',
    );
  }
  return {
    classes: classes.length > 0 ? classes : [basename(folder)],
    files: taken.map(({ path, parts }) => ({
      path,
      label: Math.max(0, classes.indexOf(parts[0] as string)),
      stamp: stampOf(path),
    })),
    beside: classes.length > 0 ? found.length - inFolders.length : 0,
  };
}

const extensions = new Set(['.png', '.jpg', '.jpeg']);

/** Every image below a folder, hidden ones left out, sorted. */
function imagesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && extensions.has(extname(entry.name).toLowerCase()))
      .map(({ parentPath, name }) => join(parentPath, name))
      .filter(
        (path) =>
          !relative(folder, path)
            .split(sep)
            .some((part) => part.startsWith('.')),
      )
      .sort();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') {
      const message = `Setting data.folder: there is no folder ${folder}. Check the path.`;
      throw new BasinError('not-found', message, 'data.folder');
    }
    if (code === 'ENOTDIR') throw unfit(`${folder} is a file. Give the folder that it lies in`);
    throw unfit(`${folder} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function stampOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? `${found.size}/${found.mtimeMs}` : 'gone';
}

function evenly<T>(all: readonly T[], count: number): T[] {
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)] as T);
}

/** Of each file, whether it is for testing: the share asked for of each class, rounded, and at least one in all. */
function heldOut({ heldOut: share, splitSeed }: Params, files: readonly ListedFile[]): boolean[] {
  const chosen = files.map(() => false);
  const ofClass = Map.groupBy(files.keys(), (i) => (files[i] as ListedFile).label);
  for (const [label, places] of ofClass) {
    const order = permutation(stream(splitSeed, 'image-folder/split', label), places.length);
    // Probes learn from what remains.
    const count = Math.min(places.length - 1, Math.round(share * places.length));
    for (const place of order.subarray(0, count)) chosen[places[place] as number] = true;
  }
  if (!chosen.includes(true)) chosen[files.length - 1] = true;
  return chosen;
}

/** @throws BasinError `bad-input` where no file can be read */
async function decoded(chosen: Params, { classes, files, beside }: Listing): Promise<ImageData> {
  const shape = shapeOf(chosen);
  const pictures: { readonly pixels: Uint8Array; readonly file: ListedFile }[] = [];
  const unreadable: string[] = [];
  for (const file of files) {
    try {
      const picture = decodePicture(await readFile(file.path));
      pictures.push({ pixels: squarePicture(picture, shape.height, shape.channels), file });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      unreadable.push(`${relative(chosen.folder, file.path)} (${why})`);
    }
  }
  if (pictures.length < 2) {
    throw unfit(
      `of ${files.length} images in ${chosen.folder} ${pictures.length === 0 ? 'none' : 'but one'} can be read: ${shortened(unreadable)}. Save them as PNG or JPEG anew`,
    );
  }
  const test = heldOut(
    chosen,
    pictures.map(({ file }) => file),
  );
  const part = (wanted: boolean): ImageSet => {
    const taken = pictures.filter((_, i) => test[i] === wanted);
    const size = shape.height * shape.width * shape.channels;
    const pixels = new Uint8Array(taken.length * size);
    for (const [i, picture] of taken.entries()) pixels.set(picture.pixels, i * size);
    return { count: taken.length, pixels, labels: Uint8Array.from(taken, ({ file }) => file.label) };
  };
  return {
    ...shape,
    classes,
    train: part(false),
    test: part(true),
    remarks: [
      ...(unreadable.length > 0
        ? [
            `Image folder: ${unreadable.length} of ${files.length} images were left out: ${shortened(unreadable)}.`,
          ]
        : []),
      ...(beside > 0
        ? [`Image folder: images beside the class folders have no class and were left out: ${beside}.`]
        : []),
    ],
  };
}

function shortened(names: readonly string[]): string {
  const rest = names.length - named;
  return names.slice(0, named).join('; ') + (rest > 0 ? `; and ${rest} more` : '');
}

function unfit(why: string): BasinError {
  return new BasinError('bad-input', `Setting data.folder: ${why}.`, 'data.folder');
}
