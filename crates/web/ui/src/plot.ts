import type uPlot from "uplot";
import { find } from "./dom";

interface Line {
  label: string;
  points: [number, string][];
}

interface Data {
  currency: string;
  until: number;
  lines: Line[];
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY = 86_400;
/** Space for the last prices, at the right. */
const LETTER = 6.8;

/** Price history: a price holds until the next one, so lines are stepped. The ledger below has the same figures as text. */
export async function plot(): Promise<void> {
  const place = find<HTMLElement>("#plot");
  const source = find("#plot-data");
  if (!place || !source?.textContent) return;
  // Read only where there is a plot, and under a language that it can count in: that of LANG=POSIX is none, and it would not load.
  try {
    new Intl.NumberFormat(navigator.language);
  } catch {
    Object.defineProperty(navigator, "language", { value: "en" });
  }
  const { default: Plot } = await import("uplot");
  const data = JSON.parse(source.textContent) as Data;
  let span = 365;
  let drawn: uPlot | undefined;
  const draw = (): void => {
    drawn?.destroy();
    place.replaceChildren();
    drawn = new Plot(options(Plot, place, data), rows(data, span), place);
  };
  draw();
  document.addEventListener("ib:theme", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  let width = place.clientWidth;
  new ResizeObserver(() => {
    if (place.clientWidth === width) return;
    width = place.clientWidth;
    draw();
  }).observe(place);
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-span]")) {
    button.addEventListener("click", () => {
      span = Number(button.dataset.span);
      for (const other of document.querySelectorAll("[data-span]")) other.setAttribute("aria-pressed", String(other === button));
      draw();
    });
  }
}

/** One row of x for all lines, with the price that each line has there. Figures are floats here for the eye only. */
function rows(data: Data, span: number): uPlot.AlignedData {
  // It begins with the first price that is known; a catalog of a minute ago shows that minute.
  const first = Math.min(...data.lines.flatMap((line) => line.points.slice(0, 1).map(([at]) => at)), data.until - 10);
  const from = span > 0 ? Math.max(first, data.until - span * DAY) : first;
  const moments = new Set([from, data.until]);
  for (const line of data.lines) for (const [at] of line.points) if (at > from && at < data.until) moments.add(at);
  const xs = [...moments].sort((a, b) => a - b);
  const values = data.lines.map((line) =>
    xs.map((x) => {
      let price: number | null = null;
      for (const [at, text] of line.points) if (at <= x) price = Number(text);
      return price;
    }),
  );
  return [xs, ...values];
}

function options(Plot: typeof uPlot, place: HTMLElement, data: Data): uPlot.Options {
  const css = getComputedStyle(document.documentElement);
  const token = (name: string): string => css.getPropertyValue(name).trim();
  const font = "11px Inter, sans-serif";
  const stepped = Plot.paths.stepped?.({ align: 1 });
  const axis: uPlot.Axis = { stroke: token("--ib-text-3"), font, grid: { stroke: token("--ib-line"), width: 1 }, ticks: { show: false } };
  return {
    width: place.clientWidth,
    height: 240,
    padding: [12, 16 + LETTER * Math.max(...lasts(data).map((last) => last.text.length)), 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 7 } },
    hooks: { draw: [(chart) => ends(chart, data, token("--ib-text-2"))], setCursor: [(chart) => read(chart, data)] },
    scales: { x: { time: true }, y: { range: (_, low, high) => spread(low, high) } },
    axes: [
      { ...axis, grid: { show: false }, space: 70, size: 28, values: (_, at) => at.map(wording((at.at(-1) ?? 0) - (at[0] ?? 0))) },
      { ...axis, size: 56, values: (_, at) => at.map(figure) },
    ],
    series: [
      {},
      ...data.lines.map((line, position) => ({
        label: line.label,
        stroke: token(`--ib-series-${Math.min(position + 1, 5)}`),
        width: 2,
        paths: stepped,
        points: { show: false },
        dash: position >= 3 ? [4, 4] : undefined,
      })),
    ],
  };
}

function figure(price: number): string {
  return price.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 4 });
}

/** Says in the legend what each line costs under the pointer, and on which day. */
function read(chart: uPlot, data: Data): void {
  const at = chart.cursor.idx;
  const places = document.querySelectorAll<HTMLElement>("[data-series]");
  places.forEach((place, position) => {
    const price = at === null || at === undefined ? null : chart.data[position + 1]?.[at];
    place.textContent = typeof price === "number" ? figure(price) : "";
  });
  const day = find("[data-day]");
  const moment = at === null || at === undefined ? undefined : chart.posToVal(chart.cursor.left ?? 0, "x");
  if (day) day.textContent = moment ? `${new Date(moment * 1000).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" })}, ${data.currency}` : "";
}

/** Room above and below, also where all prices are one. */
function spread(low: number, high: number): [number, number] {
  const room = Math.max((high - low) * 0.15, Math.abs(high) * 0.05, 0.01);
  return [Math.max(0, low - room), high + room];
}

/** How moments are written on an axis of so many seconds. */
function wording(seconds: number): (at: number) => string {
  if (seconds < DAY / 48) return (at) => time(at, 19);
  if (seconds < 2 * DAY) return (at) => time(at, 16);
  return seconds < 60 * DAY ? date : month;
}

function time(at: number, end: number): string {
  return new Date(at * 1000).toISOString().slice(11, end);
}

function date(at: number): string {
  const day = new Date(at * 1000);
  return `${day.getUTCDate()} ${MONTHS[day.getUTCMonth()] ?? ""}`;
}

function month(at: number): string {
  const day = new Date(at * 1000);
  const name = MONTHS[day.getUTCMonth()] ?? "";
  return day.getUTCMonth() === 0 ? `${name} ${day.getUTCFullYear()}` : name;
}

/** What each line costs now, as it is written at its end. */
function lasts(data: Data): { text: string; price: number }[] {
  return data.lines.flatMap((line) => {
    const last = line.points.at(-1);
    return last ? [{ text: figure(Number(last[1])), price: Number(last[1]) }] : [];
  });
}

/** The last price of each line at its end; those too near to each other move apart. */
function ends(chart: uPlot, data: Data, colour: string): void {
  const ratio = devicePixelRatio;
  const context = chart.ctx;
  const marks = lasts(data).map((last) => ({ text: last.text, y: chart.valToPos(last.price, "y", true) }));
  marks.sort((a, b) => a.y - b.y);
  context.save();
  context.font = `600 ${11 * ratio}px Inter, sans-serif`;
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.fillStyle = colour;
  let before = -Infinity;
  for (const mark of marks) {
    const y = Math.max(mark.y, before + 13 * ratio);
    before = y;
    context.fillText(mark.text, chart.bbox.left + chart.bbox.width + 8 * ratio, y);
  }
  context.restore();
}
