import { expect, test } from 'vitest';
import { formatUncertain } from '../../src-main/cli/format.ts';
import { numerals } from '../../src-main/cli/reportText.ts';
import { decimalsUnder, readableTable } from '../../src-main/figures/reportCells.ts';

test('a value and its standard error stand in one cell, to the digits that the error leaves', () => {
  const { columns, rows } = readableTable(
    {
      title: 'Accuracies',
      columns: [
        { title: 'Target' },
        { title: 'Seeds' },
        { title: 'Head' },
        { title: '±' },
        { title: 'Time', unit: 's' },
      ],
      rows: [
        ['optical', 3, 0.843_359_2, 0.006_472, 190],
        ['noised', 1, 0.78, null, null],
        ['none', 0, null, null, 12.5],
      ],
    },
    numerals,
  );
  expect(columns.map(({ title }) => title)).toEqual(['Target', 'Seeds', 'Head', 'Time']);
  expect(rows.map((row) => row.map(({ text }) => text))).toEqual([
    ['optical', '3', '0.8434 ± 0.0065', '190'],
    ['noised', '1', '0.78000', '–'],
    ['none', '0', '–', '12.500'],
  ]);
  expect(rows[0]?.map(({ exact }) => exact)).toEqual(['', '3', '0.8433592 ± 0.006472', '190']);
});

test('a column of that sign with none before it stays', () => {
  const table = { title: '', columns: [{ title: '±' }, { title: 'A' }], rows: [[0.1, 2]] };
  expect(readableTable(table, numerals).rows[0]?.map(({ text }) => text)).toEqual(['0.10000', '2']);
});

test('two digits of an error are kept', () => {
  expect(formatUncertain(121.7956, 11.1282)).toBe('122 ± 11');
  expect(formatUncertain(-20.7, 0.94)).toBe('-20.70 ± 0.94');
  expect(formatUncertain(0.5, 0.0996)).toBe('0.50 ± 0.10');
  expect(formatUncertain(0.5, 0)).toBe('0.50000');
  expect(formatUncertain(2e-9, 3e-10)).toBe('2.000e-9 ± 3.0e-10');
  expect([0.0996, 0.0994, 12, 1200].map(decimalsUnder)).toEqual([2, 3, 0, 0]);
  expect([0, -1, Number.NaN].map(decimalsUnder)).toEqual([null, null, null]);
});
