/** Where a run ends before its last step, as it is typed: `loss/excess <= 0.05`. */
import { z } from 'zod';

const written = /^(\S+)\s*<=\s*(\S+)$/;

/** A series that the run measures, and how far it must have come down. */
export interface StopRule {
  readonly series: string;
  readonly atMost: number;
}

export const stopAt = z.string().refine((text) => parsed(text) !== null, {
  error: 'it must name a series and a number: loss/excess <= 0.05',
});

export function stopRule(text: string | null): StopRule | null {
  return text === null ? null : parsed(text);
}

function parsed(text: string): StopRule | null {
  const [, series = '', limit = ''] = written.exec(text.trim()) ?? [];
  const atMost = Number(limit);
  return series === '' || limit === '' || !Number.isFinite(atMost) ? null : { series, atMost };
}
