/** A line of a plot: points by rising x. */
export interface Series {
  label: string;
  points: { x: number; y: number }[];
}

export interface Axis {
  label: string;
  format: (value: number) => string;
  scale: 'linear' | 'log';
  /** Marks to draw; chosen from the data when absent. */
  ticks?: { at: number; text: string }[];
  /** Round numbers are those of KiB and MiB. */
  binary?: boolean;
}

export interface Plot {
  title: string;
  x: Axis;
  y: Axis;
  series: Series[];
}

/** As small as a plot on a telephone can be with letters that are legible there, too. */
const width = 520;
const height = 250;
const margin = { left: 84, right: 20, top: 12, bottom: 44 };
/** Colour-blind safe (Okabe and Ito), readable on light and dark ground. */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#999999'];

type Place = (value: number) => number;

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Round numbers that cover the range: 1, 2 or 5 times a power of ten apart. */
export function linearTicks(from: number, to: number, wanted = 5): number[] {
  const rough = (to - from) / wanted;
  if (!(rough > 0)) return [from];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const ticks: number[] = [];
  for (let tick = Math.ceil(from / step); tick * step <= to * 1.000001; tick++) ticks.push(tick * step);
  return ticks;
}

/** Powers of ten within the range, and twice and five times these where there would be few. */
export function logTicks(from: number, to: number): number[] {
  const ticks: number[] = [];
  const factors = to / from > 150 ? [1] : [1, 2, 5];
  for (let power = Math.floor(Math.log10(from)); 10 ** power <= to * 1.000001; power++) {
    const within = factors.map((factor) => factor * 10 ** power);
    ticks.push(...within.filter((tick) => tick >= from * 0.999999 && tick <= to * 1.000001));
  }
  return ticks;
}

function range(values: number[], { scale, ticks }: Axis): { from: number; to: number } {
  const all = [...values, ...(ticks ?? []).map(({ at }) => at)].filter((value) => scale === 'linear' || value > 0);
  const to = all.reduce((most, value) => Math.max(most, value), scale === 'log' ? 1e-3 : 0);
  if (scale === 'linear') return { from: 0, to: to === 0 ? 1 : to };
  const from = all.reduce((least, value) => Math.min(least, value), to);
  return { from: 10 ** Math.floor(Math.log10(from)), to: 10 ** Math.ceil(Math.log10(to * 1.000001)) };
}

function placement({ from, to }: { from: number; to: number }, axis: Axis, start: number, end: number): Place {
  const map = axis.scale === 'log' ? (value: number) => Math.log10(Math.max(value, from)) : (value: number) => value;
  const [low, high] = [map(from), map(to)];
  return (value) => start + ((map(value) - low) / (high - low || 1)) * (end - start);
}

function ticksOf(axis: Axis, { from, to }: { from: number; to: number }): { at: number; text: string }[] {
  if (axis.ticks) return axis.ticks;
  const unit = axis.binary ? 1024 ** Math.floor(Math.log2(to) / 10) : 1;
  const values = axis.scale === 'log' ? logTicks(from, to) : linearTicks(from / unit, to / unit).map((at) => at * unit);
  return values.map((at) => ({ at, text: axis.format(at) }));
}

function path(points: Series['points'], x: Place, y: Place): string {
  return points
    .map((point, index) => `${index === 0 ? 'M' : 'L'}${x(point.x).toFixed(1)} ${y(point.y).toFixed(1)}`)
    .join('');
}

/** A few lines get thicker from one to the next, and the first lies on top, so that none hides behind an equal one. */
function lineStyle(index: number, count: number): string {
  const strokeWidth = count <= 3 ? 1.6 + 1.4 * index : 1.8;
  const dash = index >= colours.length ? ' stroke-dasharray="5 3"' : '';
  return `stroke-width="${strokeWidth.toFixed(1)}"${dash} stroke="${colours[index % colours.length]}"`;
}

function drawLine({ points }: Series, style: string, x: Place, y: Place): string {
  const [only] = points;
  if (only && points.length === 1) {
    return `<circle fill="none" r="2" cx="${x(only.x).toFixed(1)}" cy="${y(only.y).toFixed(1)}" ${style}/>`;
  }
  return `<path fill="none" ${style} d="${path(points, x, y)}"/>`;
}

function legend(series: Series[]): string {
  const entries = series.map(
    ({ label }, index) =>
      `<span><i style="border-top:3px ${index < colours.length ? 'solid' : 'dashed'} ${colours[index % colours.length]}"></i>${escapeHtml(label)}</span>`,
  );
  return `<div class="legend">${entries.join('')}</div>`;
}

/** Draws a plot as a figure with inline SVG, a legend and axes with units. */
export function renderPlot({ title, x, y, series }: Plot): string {
  const points = series.flatMap((line) => line.points);
  const ranges = {
    x: range(
      points.map((point) => point.x),
      x,
    ),
    y: range(
      points.map((point) => point.y),
      y,
    ),
  };
  const placeX = placement(ranges.x, x, margin.left, width - margin.right);
  const placeY = placement(ranges.y, y, height - margin.bottom, margin.top);
  const bottom = height - margin.bottom;
  const grid = [
    ...ticksOf(y, ranges.y).map(
      ({ at, text }) =>
        `<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${placeY(at)}" y2="${placeY(at)}"/><text x="${margin.left - 6}" y="${placeY(at) + 4}" text-anchor="end">${escapeHtml(text)}</text>`,
    ),
    ...ticksOf(x, ranges.x).map(
      ({ at, text }) =>
        `<line class="grid" y1="${margin.top}" y2="${bottom}" x1="${placeX(at)}" x2="${placeX(at)}"/><text x="${placeX(at)}" y="${bottom + 16}" text-anchor="middle">${escapeHtml(text)}</text>`,
    ),
  ];
  const lines = series.map((line, index) => drawLine(line, lineStyle(index, series.length), placeX, placeY)).reverse();
  return [
    `<figure><figcaption>${escapeHtml(title)}</figcaption>`,
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}">`,
    ...grid,
    ...lines,
    `<text x="${(margin.left + width - margin.right) / 2}" y="${height - 4}" text-anchor="middle">${escapeHtml(x.label)}</text>`,
    `<text x="12" y="${(margin.top + bottom) / 2}" text-anchor="middle" transform="rotate(-90 12 ${(margin.top + bottom) / 2})">${escapeHtml(y.label)}</text>`,
    `</svg>${legend(series)}</figure>`,
  ].join('\n');
}
