import { describe, expect, test } from 'vitest';
import {
  exactNumber,
  formatBytes,
  formatDecade,
  formatDelta,
  formatDuration,
  formatInteger,
  formatNumber,
  formatSetting,
  formatTick,
  formatUncertain,
} from '../../src-renderer/charts/numbers.ts';

const minus = '\u2212';
const thin = '\u2009';
const narrow = '\u202f';

describe('numbers as print sets them', () => {
  test('a minus sign, not a hyphen', () => {
    expect(formatNumber(-1.5)).toBe(`${minus}1.500`);
    expect(formatTick(-0.5, 0.5)).toBe(`${minus}0.5`);
  });

  test('powers of ten beyond 10⁻³ … 10⁶, with thin spaces', () => {
    expect(formatNumber(0.0012, 2)).toBe('0.0012');
    expect(formatNumber(0.00012, 2)).toBe(`1.2${thin}×${thin}10⁻⁴`);
    expect(formatNumber(-3e12)).toBe(`${minus}3${thin}×${thin}10¹²`);
  });

  test('rounding that carries keeps the number of digits', () => {
    expect(formatNumber(9.9996)).toBe('10.00');
    expect(formatNumber(0.99996)).toBe('1.000');
  });

  test('whole numbers have no decimals; five digits are grouped, four are not', () => {
    expect(formatNumber(1000)).toBe('1000');
    expect(formatInteger(60_000)).toBe(`60${narrow}000`);
    expect(formatInteger(-1_234_567)).toBe(`${minus}1${narrow}234${narrow}567`);
  });

  test('what is not finite says so', () => {
    expect([Number.NaN, Infinity, -Infinity].map((value) => formatNumber(value))).toEqual([
      'NaN',
      '∞',
      `${minus}∞`,
    ]);
  });

  test('an error has two digits, and its value ends at the same place', () => {
    expect(formatUncertain(0.95234, 0.00213)).toBe('0.9523 ± 0.0021');
    expect(formatUncertain(123.456, 7.4)).toBe('123.5 ± 7.4');
    expect(formatUncertain(0.5, 0.0996)).toBe('0.50 ± 0.10');
    expect(formatUncertain(0.5, null)).toBe('0.5000');
  });

  test('differences show their sign', () => {
    expect(formatDelta(0.0098, 0.0033)).toBe('+0.0098 ± 0.0033');
    expect(formatDelta(-2)).toBe(`${minus}2`);
    expect(formatDelta(0)).toBe('0');
  });

  test('settings have the digits that were set', () => {
    expect(formatSetting(0.5)).toBe('0.5');
    expect(formatSetting(0.000001)).toBe(`1${thin}×${thin}10⁻⁶`);
  });

  test('ticks have the decimals that their spacing needs', () => {
    expect(formatTick(0.3, 0.1)).toBe('0.3');
    expect(formatTick(-0.0000001, 0.5)).toBe('0.0');
    expect(formatTick(2000, 1000)).toBe('2000');
    expect(formatTick(8.201634, 1e-6)).toBe('8.201634');
    expect(formatTick(0.0002, 5e-5)).toBe(`2${thin}×${thin}10⁻⁴`);
    expect(formatTick(0.000123456, 1e-9)).toBe(`1.23456${thin}×${thin}10⁻⁴`);
    expect(formatTick(0, 1e-6)).toBe('0');
    expect(formatDecade(-2)).toBe('0.01');
    expect(formatDecade(-7)).toBe('10⁻⁷');
  });

  test('durations and sizes', () => {
    expect([0.04, 59.6, 91, 3599, 7500, 200_000].map(formatDuration)).toEqual([
      '0 s',
      '1 min',
      '1 min 31 s',
      '1 h 00 min',
      '2 h 05 min',
      '2 d 7 h',
    ]);
    expect([999, 1500, 123_456_789].map(formatBytes)).toEqual(['999 B', '1.5 kB', '123 MB']);
  });

  test('an exact number reads back as itself', () => {
    for (const value of [0.1 + 0.2, 1 / 3, 5e-324, -1.7976931348623157e308]) {
      expect(Number(exactNumber(value))).toBe(value);
    }
  });
});
