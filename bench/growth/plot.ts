import { init } from 'echarts';

/** A line of a plot. */
export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/**
 * A plot as SVG: both axes grow by powers of ten, so that what grows in proportion is a slope and what does not is
 * flat.
 */
export function plot(title: string, x: string, y: string, lines: readonly Line[]): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 720, height: 360 });
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    title: { text: title, left: 'center', textStyle: { fontSize: 15 } },
    legend: { bottom: 0, show: lines.length > 1 },
    grid: { left: 80, right: 40, top: 50, bottom: 75 },
    xAxis: { type: 'log', name: x, nameLocation: 'middle', nameGap: 28 },
    yAxis: { type: 'log', name: y, nameLocation: 'middle', nameGap: 55 },
    series: lines.map(({ name, points }) => ({ type: 'line', name, data: points.map((point) => [...point]) })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
