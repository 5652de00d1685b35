import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BasinError } from '#contract/error.ts';
import { libraryFolder } from '#host/libraryFolder.ts';
import { errorDocument, errorLine, exitCodeOf } from '../../src-main/cli/failure.ts';
import { formatAgo, formatBytes, formatNumber, formatSeconds } from '../../src-main/cli/format.ts';
import { jsonText, type Output } from '../../src-main/cli/output.ts';
import { edits, nearest } from '../../src-main/cli/suggest.ts';
import { table } from '../../src-main/cli/table.ts';

const plain: Output = {
  ...{ json: false, width: null },
  ...{ print: () => {}, document: () => {}, note: () => {} },
  style: (_style, text) => text,
};

test('an error is one line, whatever its message holds', () => {
  expect(errorLine(new BasinError('disk', 'Disk: full.\n  Free some.'))).toBe(
    'basin: Disk: full. Free some.',
  );
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('\n', '\r', ' ', 'a', ':') }), (text) => {
      expect(errorLine(new Error(text))).not.toMatch(/[\r\n]/);
    }),
  );
});

test('an error as a document has a path only where one is known', () => {
  expect(errorDocument(new BasinError('bad-input', 'No.', 'a.b'))).toEqual({
    error: { code: 'bad-input', message: 'No.', path: 'a.b' },
  });
  expect(errorDocument(new TypeError('odd'))).toEqual({ error: { code: 'internal', message: 'odd' } });
});

test('what the caller can mend ends with 2, what failed by itself with 1', () => {
  const codes = ['bad-input', 'not-found', 'conflict', 'newer-database', 'corrupt', 'disk', 'unsupported'];
  for (const code of codes) expect(exitCodeOf(new BasinError(code as 'disk', ''))).toBe(2);
  expect(exitCodeOf(new BasinError('worker', ''))).toBe(1);
  expect(exitCodeOf(new BasinError('internal', ''))).toBe(1);
  expect(exitCodeOf(new Error(''))).toBe(1);
});

test('a table aligns its columns, numbers to the right, without spaces at line ends', () => {
  const text = table(
    [{ title: 'name' }, { title: 'loss', align: 'right' }, { title: 'note' }],
    [
      ['a', '1.25', 'x'],
      ['longer', '10', ''],
    ],
    plain,
  );
  expect(text).toBe(['name    loss  note', 'a       1.25  x', 'longer    10'].join('\n'));
});

test('a table wider than the terminal cuts the columns that may shrink, and only those', () => {
  const columns = [{ title: 'id' }, { title: 'name', shrinks: true }];
  const text = table(columns, [['abcdef', 'a very long name of a run']], { ...plain, width: 20 });
  expect(text.split('\n')[1]).toBe('abcdef  a very long…');
});

test('every line of a table is as wide as its widest cells ask', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', 'é', '–', '·'), minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (rows) => {
      const lines = table([{ title: 'x' }, { title: 'y', align: 'right' }], rows, plain).split('\n');
      expect(new Set(lines.map((line) => [...line].length)).size).toBe(1);
    }),
  );
});

test('numbers read well at every size', () => {
  expect([0, 12, 5.43219876, 0.00012345678, 1e-7, 1234567.5, Number.NaN, -2.5].map(formatNumber)).toEqual([
    ...['0', '12', '5.4322', '0.00012346', '1.000e-7', '1.235e+6', 'NaN', '-2.5000'],
  ]);
  expect([0.44, 9.97, 59.6, 61, 3599.7, 7500, 90_000].map(formatSeconds)).toEqual([
    ...['0.4 s', '10 s', '1 min', '1 min 1 s', '1 h', '2 h 5 min', '1 d 1 h'],
  ]);
  expect([0, 999, 1500, 274e6, 3.3e9].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1.5 kB',
    '274 MB',
    '3.3 GB',
  ]);
});

test('times are told from now', () => {
  const now = Date.parse('2026-03-01T12:00:00Z');
  expect(formatAgo('2026-03-01T11:59:58Z', now)).toBe('just now');
  expect(formatAgo('2026-03-01T11:55:00Z', now)).toBe('5 min ago');
  expect(formatAgo('2026-02-27T12:00:00Z', now)).toBe('2 d ago');
  expect(formatAgo('2025-12-31T00:00:00Z', now)).toBe('2025-12-31');
});

test('typed arrays become arrays in JSON, and NaN and infinities null', () => {
  const value = { step: Float64Array.of(0, 1, 2), value: [Number.NaN, Number.POSITIVE_INFINITY, 0.1 + 0.2] };
  expect(JSON.parse(jsonText(value))).toEqual({ step: [0, 1, 2], value: [null, null, 0.1 + 0.2] });
  expect(JSON.parse(jsonText({ v: Float64Array.of(Number.NaN, 0.1) }))).toEqual({ v: [null, 0.1] });
});

test('finite doubles survive JSON bit for bit', () => {
  fc.assert(
    fc.property(fc.float64Array({ noNaN: true, noDefaultInfinity: true }), (values) => {
      // JSON has no minus zero.
      const expected = Array.from(values, (value) => value + 0);
      expect(JSON.parse(jsonText(values))).toEqual(expected);
    }),
  );
});

test('the edit distance is that of the textbook, with swaps', () => {
  expect(edits('kitten', 'sitting')).toBe(3);
  expect(edits('rusn', 'runs')).toBe(1);
  expect(edits('', 'abc')).toBe(3);
  fc.assert(
    fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
      expect(edits(a, b)).toBe(edits(b, a));
      expect(edits(a, a)).toBe(0);
      expect(edits(a, b)).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
    }),
  );
});

test('a mistyped name finds its neighbour, a strange one nothing', () => {
  const known = ['runs', 'run', 'resume', 'report', 'doctor', 'contrastive-digits'];
  expect(nearest('docter', known)).toBe('doctor');
  expect(nearest('contrastive', known)).toBe('contrastive-digits');
  expect(nearest('resum', known)).toBe('resume');
  expect(nearest('flatness', known)).toBeNull();
});

test('the library folder: option, then environment, then the user’s data folder', () => {
  expect(libraryFolder('/x', { BASIN_LIBRARY: '/y' })).toBe('/x');
  expect(libraryFolder(undefined, { BASIN_LIBRARY: '/y', XDG_DATA_HOME: '/z' })).toBe('/y');
  expect(libraryFolder(undefined, { XDG_DATA_HOME: '/z' })).toBe('/z/basin');
  expect(libraryFolder(undefined, { XDG_DATA_HOME: 'relative' })).toMatch(/\/\.local\/share\/basin$/);
});
