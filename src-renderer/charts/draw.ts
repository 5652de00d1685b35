/** The chart library, of which only the parts in use are bundled. */
import { BarChart, CustomChart, GraphChart, LineChart, ScatterChart } from 'echarts/charts';
import { GraphicComponent, GridComponent, LegendComponent, MarkLineComponent } from 'echarts/components';
import { type EChartsCoreOption, type EChartsType, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { type LineChartInput, lineChart } from './lineChart.ts';

use([
  LineChart,
  CustomChart,
  BarChart,
  GraphChart,
  ScatterChart,
  GridComponent,
  GraphicComponent,
  LegendComponent,
  MarkLineComponent,
  SVGRenderer,
]);

export function chartIn(element: HTMLElement): EChartsType {
  return init(element, null, { renderer: 'svg' });
}

/** Always light. */
export function lineChartSvg(input: LineChartInput): string {
  const built = lineChart({ ...input, theme: 'light' });
  if (!built) throw new Error('There is nothing to draw yet.');
  return chartSvg(built.option, input.width, input.height);
}

/** A chart as an SVG file: on white, in its own size. */
export function chartSvg(option: EChartsCoreOption, width: number, height: number): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption({ ...option, backgroundColor: '#ffffff' });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `<?xml version="1.0" encoding="UTF-8"?>\n${svg}\n`;
}
