import { expect, test } from 'vitest';
import type { ReportFigure } from '#contract/report.ts';
import { figureSvg } from '../../src-main/cli/report/figure.ts';

const lines: ReportFigure = {
  title: 'Error against k',
  x: { title: 'k' },
  y: { title: 'Error', scale: 'log' },
  series: [
    { name: 'worst', points: [3, 6, 9].map((x) => ({ x, y: 0.3 / x, error: 0.01 })) },
    { name: 'bound', look: 'dashed', points: [3, 6].map((x) => ({ x, y: 1 / x })) },
    {
      name: 'lost',
      look: 'points',
      points: [
        { x: 3, y: 0 },
        { x: 4, y: Number.NaN },
      ],
    },
  ],
  marks: [
    { axis: 'x', at: 3, label: 'r' },
    { axis: 'x', at: 6, label: '2r' },
  ],
};

test('lines, a dashed bound and marks are drawn with their names', () => {
  const svg = figureSvg(lines);
  for (const text of ['worst', 'bound', '2r', 'Error', 'k']) expect(svg).toContain(`>${text}</text>`);
  expect(svg).not.toMatch(/NaN|Infinity/);
  expect(svg).toContain('stroke-dasharray');
});

test('bars stand side by side, and each carries its own error', () => {
  const bar = (name: string, y: number) => ({
    ...{ name, look: 'bars' as const },
    points: [0, 1].map((x) => ({ x, y, error: 0.05 })),
  });
  const svg = figureSvg({
    title: 'Accuracy',
    x: { title: 'method', categories: ['BYOL', 'SwAV'] },
    y: { title: 'Accuracy' },
    series: [bar('linear', 0.9), bar('neighbours', 0.8)],
  });
  expect(svg).toContain('>SwAV</text>');
  // The vertical strokes of four errors: each in the middle of a bar of its own.
  const strokes = [...svg.matchAll(/<path d="M([\d.]+) ([\d.]+)L\1 [\d.]+" [^>]*stroke="#23272e"/g)];
  expect(new Set(strokes.map(([, x]) => x)).size).toBe(4);
});

test('powers of ten are written as such', () => {
  const svg = figureSvg({
    title: 'Gap',
    x: { title: 'Steps' },
    y: { title: 'Gap', scale: 'log' },
    series: [{ name: 'gap', points: [1, 1e-4, 1e-8].map((y, x) => ({ x, y })) }],
  });
  expect(svg).toContain('>10⁻⁸</text>');
  expect(svg).not.toContain('^');
});
