/** Numbers in options, with errors that name the option. */
import { InvalidArgumentError, Option } from 'commander';

/** A whole number ≥ `least`. @throws InvalidArgumentError */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`Give a whole number from ${least}.`);
    }
    return value;
  };
}

/** Any finite number. @throws InvalidArgumentError */
export function finiteNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Give a number.');
  return value;
}

/** Gathers the values of an option that may stand several times. */
export function each(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** For commands that train. */
export function workersOption(): Option {
  return new Option(
    '--workers <n>',
    'runs at a time, each in a process of its own (default: as the library is set)',
  ).argParser(wholeNumber(1));
}
