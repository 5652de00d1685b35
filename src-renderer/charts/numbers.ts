/** Numbers as print sets them: true minus, thin spaces, powers of ten as superscripts. */

import type { Estimate } from '#contract/spec.ts';
import { decimalsUnder } from '#figures/reportCells.ts';
import { superscript } from '#figures/superscript.ts';

const minus = '\u2212';
const thin = '\u2009';
const narrow = '\u202f';

function grouped(digits: string): string {
  const [whole = '', fraction] = digits.split('.');
  const separated = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, narrow) : whole;
  return fraction === undefined ? separated : `${separated}.${fraction}`;
}

function signed(value: number, magnitude: string): string {
  return value < 0 ? minus + magnitude : magnitude;
}

function notFinite(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '∞' : `${minus}∞`;
}

/** `digits` significant digits; beyond 10⁻³ … 10⁶ as a × 10ⁿ. */
export function formatNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return notFinite(value);
  if (value === 0) return '0';
  const magnitude = Math.abs(value);
  if (Number.isInteger(value) && magnitude < 1e6) return formatInteger(value);
  if (magnitude >= 1e6 || magnitude < 1e-3) return scientific(value, digits);
  const rounded = Number(magnitude.toPrecision(digits));
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(rounded)));
  return signed(value, grouped(rounded.toFixed(decimals)));
}

/** A number that a person set: every digit of it, none that it does not have. */
export function formatSetting(value: number): string {
  const magnitude = Math.abs(value);
  if (!Number.isFinite(value) || value === 0 || Number.isInteger(value)) return formatNumber(value);
  return magnitude >= 1e-3 && magnitude < 1e6 ? signed(value, String(magnitude)) : scientific(value, 6);
}

function scientific(value: number, digits: number): string {
  const [mantissa = '', exponent = ''] = Math.abs(value)
    .toExponential(digits - 1)
    .split('e');
  const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  return `${signed(value, short)}${thin}×${thin}10${superscript(Number(exponent))}`;
}

export function formatInteger(value: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  return signed(value, grouped(Math.abs(Math.round(value)).toFixed(0)));
}

/** A power of ten as an axis writes it: 0.001 … 1000 plainly, others as 10ⁿ. */
export function formatDecade(exponent: number): string {
  if (exponent >= -3 && exponent <= 4)
    return grouped(exponent < 0 ? (10 ** exponent).toFixed(-exponent) : String(10 ** exponent));
  return `10${superscript(exponent)}`;
}

/** An axis label: as many decimals as the distance between two ticks needs. */
export function formatTick(value: number, spacing: number): string {
  const magnitude = Math.abs(value);
  const fine = spacing < 1e-4;
  if (value === 0 && fine) return '0';
  if (magnitude >= 1e6 || (fine && magnitude < 1e-3)) {
    const digits = Math.floor(Math.log10(magnitude) + 1e-9) - Math.floor(Math.log10(spacing) + 1e-9) + 1;
    return scientific(value, Math.min(Math.max(digits, 3), 15));
  }
  const decimals = Math.max(0, -Math.floor(Math.log10(spacing) + 1e-9));
  const text = magnitude.toFixed(Math.min(decimals, 20));
  return signed(Number(text) === 0 ? 0 : value, grouped(text));
}

/** `value ± error`, the error to two significant digits and the value to the same place. */
export function formatUncertain(value: number, stderr: number | null): string {
  const decimals = stderr === null ? null : decimalsUnder(stderr);
  if (stderr === null || decimals === null) return formatNumber(value);
  if (decimals > 6 || Math.abs(value) >= 1e6) return `${formatNumber(value)} ± ${formatNumber(stderr, 2)}`;
  return `${signed(value, grouped(Math.abs(value).toFixed(decimals)))} ± ${grouped(stderr.toFixed(decimals))}`;
}

/** A difference always shows its sign, and its error where that is known. */
export function formatDelta(value: number, stderr: number | null = null): string {
  const text = stderr === null ? formatNumber(value, 3) : formatUncertain(value, stderr);
  return value > 0 ? `+${text}` : text;
}

/** Seconds as a person says them: 12 s, 4 min, 2 h 05 min, 3 d 4 h. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 10) return `${formatNumber(Math.round(seconds * 10) / 10, 2)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 600) {
    const rest = whole % 60;
    const left = rest === 0 ? '' : ` ${String(rest).padStart(2, '0')} s`;
    return `${Math.floor(whole / 60)} min${left}`;
  }
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Stands before what an estimate says: a run that may stop early has a bound. */
export function estimateSign({ atMost }: Pick<Estimate, 'atMost'>): string {
  return atMost ? '≤' : '~';
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB'];
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return '–';
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.5 ? 0 : 1;
  return `${value.toFixed(digits)} ${byteUnits[unit]}`;
}

/** Local date and time to the minute, without the year where it is this one. */
export function formatMoment(iso: string, now: Date = new Date()): string {
  const date = new Date(iso);
  const day = date.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    ...(date.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }),
  });
  return `${day} ${date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })}`;
}

/** Every digit that the number has: for the clipboard, titles and files. */
export function exactNumber(value: number): string {
  return String(value);
}
