/** A report's figure as a self-contained SVG, drawn by ECharts without a browser. */
import * as echarts from 'echarts';
import type { ReportFigure } from '#contract/report.ts';
import { reportFigureOption } from '#figures/reportFigure.ts';
import { colours, font, ink } from './look.ts';

/** Pixels. */
const size = { width: 760, height: 380 };

export function figureSvg(figure: ReportFigure): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, ...size });
  const option = reportFigureOption(figure, { ...ink, series: colours, font, fontSize: 12 });
  chart.setOption({ ...option, aria: { enabled: true, label: { description: figure.title } } });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
