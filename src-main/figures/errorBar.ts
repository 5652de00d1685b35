/** A standard error as strokes: one from its low end to its high end, and a cap at either. Pixels. */

/** What ECharts draws for one item of a custom series. */
export function errorBar(x: number, low: number, high: number, cap: number, style: object): object {
  const stroke = (x1: number, y1: number, x2: number, y2: number) => ({
    type: 'line',
    shape: { x1, y1, x2, y2 },
    style,
  });
  return {
    type: 'group',
    children: [
      stroke(x, low, x, high),
      stroke(x - cap, low, x + cap, low),
      stroke(x - cap, high, x + cap, high),
    ],
  };
}
