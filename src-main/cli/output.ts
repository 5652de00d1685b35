/** What a command writes: results on stdout, everything else on stderr. */
import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

export interface Output {
  /** Whether stdout carries one JSON document and nothing else. */
  readonly json: boolean;
  /** Columns of the terminal, or null where stdout is a file or a pipe. */
  readonly width: number | null;
  /** A result, for people. */
  print(text: string): void;
  /** A result, for programs. */
  document(value: unknown): void;
  /** Progress and remarks. */
  note(text: string): void;
  /** `text` in a style where stdout shows colours: a terminal, and no NO_COLOR. */
  style(style: Style, text: string): string;
}

export function processOutput(json: boolean): Output {
  const { stdout, stderr } = process;
  return {
    json,
    width: stdout.isTTY ? stdout.columns : null,
    print: (text) => void stdout.write(`${text}\n`),
    document: (value) => void stdout.write(`${jsonText(value)}\n`),
    note: (text) => void stderr.write(`${text}\n`),
    style: (style, text) => styleText(style, text, { stream: stdout }),
  };
}

/** JSON with typed arrays as arrays. NaN and infinities, which JSON cannot write, become null. */
export function jsonText(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, item: unknown) => {
      if (!ArrayBuffer.isView(item) || item instanceof DataView) return item;
      return Array.from(item as unknown as ArrayLike<number>);
    },
    2,
  );
}
