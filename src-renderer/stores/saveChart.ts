/** Saves a chart as SVG with its data as CSV beside it. */
import type { AxisKind } from '../charts/axis.ts';
import { seriesCsv } from '../charts/csv.ts';
import { lineChartSvg } from '../charts/draw.ts';
import type { PanelSpec } from '../charts/panels.ts';
import { type ChartRun, panelLines } from '../charts/runLines.ts';
import { useHost } from './host.ts';
import { useSavePicture } from './savePicture.ts';

export interface SaveOptions {
  readonly smoothing: number;
  readonly range: readonly [number, number];
  readonly xKind: AxisKind;
  readonly yKind: AxisKind;
  readonly note: string;
}

const [width, height] = [640, 400];

export function useSaveChart() {
  const host = useHost();
  const save = useSavePicture();

  /** Every point in range, with the errors that are known; smoothing is the drawing's, not the data's. */
  async function csv(
    panel: PanelSpec,
    runs: readonly ChartRun[],
    [from, to]: readonly [number, number],
  ): Promise<string> {
    const answers = await Promise.all(
      runs.map(async (run) => {
        const names = panel.series.filter((name) => run.series.has(name));
        const references = panel.references.filter((name) => run.series.has(name));
        const curves =
          names.length === 0
            ? []
            : await host.api().series({ run: run.id, names, from: Math.floor(from), to: Math.ceil(to) });
        const constants =
          references.length === 0 ? [] : await host.api().series({ run: run.id, names: references });
        return [...curves, ...constants].map(({ name, step, value }) => {
          const errors = new Map(
            run.measurements.filter((m) => m.name === name).map((m) => [m.step, m.stderr ?? Number.NaN]),
          );
          const stderr = step.map((at) => errors.get(at) ?? Number.NaN);
          return { run: run.name, series: name, step, value, stderr };
        });
      }),
    );
    return seriesCsv(answers.flat());
  }

  return (panel: PanelSpec, runs: readonly ChartRun[], options: SaveOptions): Promise<void> =>
    save(panel.title, panel.id.replace(/[^\w-]+/g, '-'), async () => ({
      svg: lineChartSvg({
        title: options.note === '' ? panel.title : `${panel.title} (${options.note})`,
        yTitle: panel.yTitle,
        xTitle: 'step',
        lines: panelLines(panel, runs, { ...options, columns: width }),
        xKind: options.xKind,
        yKind: options.yKind,
        range: options.range,
        width,
        height,
        theme: 'light',
        showX: true,
        labelWidth: 150,
      }),
      csv: await csv(panel, runs, options.range),
    }));
}
