// What is painted on a chart: band and line, limits, excursions, events, gaps as gaps, bad readings and holes as such.

import { indexOf } from "./chart_data.js";

const STRIP = 10; // px at the top: excursions; and at the bottom: readings without a value, and events
const FEW = 2.5; // px between readings from which on each is a dot

export function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  return Object.fromEntries(["ink", "quiet-ink", "line", "strong-line", "raised", "critical", "critical-soft", "major", "minor", "warning", "unknown", "unknown-soft", "link"].map((name) => [name, of(name)]));
}

// `u`: the uPlot; `shown`: { courses, limits, excursions, events, from, to }.
export function paint(u, shown, by) {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.lineJoin = "round";
  paintLimits(u, shown.limits, by);
  shown.courses.forEach((course, i) => paintCourse(u, course, shown, i, by));
  paintExcursions(u, shown, by);
  paintEvents(u, shown.events, by);
  ctx.restore();
}

const ratio = () => devicePixelRatio;
const xOf = (u, at) => u.valToPos(at, "x", true);

function paintLimits(u, limits, by) {
  const { ctx, bbox } = u;
  for (const step of limits) {
    const [left, right] = [Math.max(bbox.left - 5, xOf(u, step.from)), Math.min(bbox.left + bbox.width + 5, xOf(u, step.to))];
    for (const [limit, isHigh] of [[step.high, true], [step.low, false]]) {
      if (limit === null) continue;
      const y = u.valToPos(limit, "y", true);
      ctx.fillStyle = by["critical-soft"];
      ctx.globalAlpha = 0.5;
      if (isHigh) ctx.fillRect(left, bbox.top, right - left, y - bbox.top);
      else ctx.fillRect(left, y, right - left, bbox.top + bbox.height - y);
      ctx.globalAlpha = 1;
      ctx.strokeStyle = by.critical;
      ctx.lineWidth = 1.5 * ratio();
      ctx.setLineDash([6 * ratio(), 4 * ratio()]);
      stroke(ctx, [[left, y], [right, y]]);
      ctx.setLineDash([]);
    }
  }
}

function paintCourse(u, course, shown, number, by) {
  const { ctx, bbox } = u;
  const scale = number === 0 || !u.scales.y2 ? "y" : "y2";
  const colour = number === 0 ? by.ink : by.link;
  const pieces = course.pieces(shown.from, shown.to);
  const end = pieces.reduce((last, [, , to]) => Math.max(last, to), -Infinity);
  for (const [answer, from, to] of [...pieces, [{ ...course.tail, width: null, holes: [] }, Math.max(shown.from, course.tail.x[0] ?? Infinity), shown.to]]) {
    if (!(from < to) || (answer.x.length && answer.x[0] > shown.to)) continue;
    const left = xOf(u, from);
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, bbox.top, xOf(u, to) - left, bbox.height);
    ctx.clip();
    for (const hole of answer.holes) hatch(u, hole.from, hole.to, by.unknown);
    paintRows(u, answer, course.maxGap, from, to, { scale, colour, by });
    ctx.restore();
  }
  return end;
}

function paintRows(u, rows, maxGap, from, to, { scale, colour, by }) {
  const { ctx } = u;
  const width = rows.width ?? 0;
  const first = Math.max(0, indexOf(rows.x, from - width) - 1);
  const last = Math.min(rows.x.length, indexOf(rows.x, to) + 1);
  let run = [];
  for (let i = first; i < last; i++) {
    if (rows.mean[i] === null) {
      paintBad(u, rows.x[i] + width / 2, by);
      paintRun(u, rows, run, scale, colour);
      run = [];
      continue;
    }
    if (rows.quality[i] === "bad" || rows.quality[i] === "no_data") paintBad(u, rows.x[i] + width / 2, by);
    if (rows.gap[i] > Math.max(maxGap, 2 * width) && run.length) { // a shorter one cannot be seen: its part says so in the table
      paintRun(u, rows, run, scale, colour);
      run = [];
    }
    run.push(i);
  }
  paintRun(u, rows, run, scale, colour);
  ctx.setLineDash([]);
}

function paintRun(u, rows, run, scale, colour) {
  if (!run.length) return;
  const { ctx } = u;
  const half = (rows.width ?? 0) / 2;
  const at = run.map((i) => xOf(u, rows.x[i] + half));
  const y = (value) => u.valToPos(value, scale, true);
  const edge = run.length === 1 ? Math.max(ratio(), (xOf(u, rows.x[run[0]] + 2 * half) - xOf(u, rows.x[run[0]])) / 2) : 0;
  if (rows.width) {
    const top = run.map((i, k) => [at[k], y(rows.high[i]) - ratio() / 2]);
    const bottom = run.map((i, k) => [at[k], y(rows.low[i]) + ratio() / 2]).reverse();
    const around = edge ? [[at[0] - edge, top[0][1]], [at[0] + edge, top[0][1]], [at[0] + edge, bottom[0][1]], [at[0] - edge, bottom[0][1]]] : [...top, ...bottom];
    ctx.fillStyle = colour;
    ctx.globalAlpha = 0.28;
    ctx.beginPath();
    around.forEach(([px, py], k) => (k ? ctx.lineTo(px, py) : ctx.moveTo(px, py)));
    ctx.closePath();
    ctx.fill();
    ctx.strokeStyle = colour; // so that a peak of one part is seen, however narrow it is
    ctx.lineWidth = ratio();
    ctx.globalAlpha = 0.5;
    ctx.stroke();
    ctx.globalAlpha = 1;
  }
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.5 * ratio();
  paintLine(ctx, run, at, rows, y);
  const isFew = at.length < 2 || (at.at(-1) - at[0]) / (at.length - 1) > FEW * 6 * ratio();
  if (isFew) run.forEach((i, k) => paintDot(ctx, at[k], y(rows.mean[i]), rows.quality[i] === "uncertain", colour));
}

// Uncertain readings by a dashed line.
function paintLine(ctx, run, at, rows, y) {
  let part = [];
  let dashed = false;
  const end = () => {
    ctx.setLineDash(dashed ? [3 * ratio(), 3 * ratio()] : []);
    stroke(ctx, part);
  };
  run.forEach((i, k) => {
    const point = [at[k], y(rows.mean[i])];
    const isUncertain = rows.quality[i] === "uncertain";
    if (part.length && isUncertain !== dashed) {
      part.push(point);
      end();
      part = [];
    }
    dashed = isUncertain;
    part.push(point);
  });
  end();
  ctx.setLineDash([]);
}

function paintDot(ctx, x, y, isHollow, colour) {
  ctx.beginPath();
  ctx.arc(x, y, 2.5 * ratio(), 0, 2 * Math.PI);
  ctx.fillStyle = colour;
  if (isHollow) ctx.stroke();
  else ctx.fill();
}

// A cross at the bottom: a reading without a value.
function paintBad(u, at, by) {
  const { ctx, bbox } = u;
  const x = xOf(u, at);
  const y = bbox.top + bbox.height - 6 * ratio();
  const r = 3.5 * ratio();
  ctx.strokeStyle = by.unknown;
  ctx.lineWidth = 1.5 * ratio();
  ctx.setLineDash([]);
  stroke(ctx, [[x - r, y - r], [x + r, y + r]]);
  stroke(ctx, [[x - r, y + r], [x + r, y - r]]);
}

function paintExcursions(u, { excursions, from, to }, by) {
  const { ctx, bbox } = u;
  for (const one of excursions) {
    const [left, right] = [xOf(u, Math.max(from, one.from)), xOf(u, Math.min(to, one.to))];
    if (right < left) continue;
    const wide = Math.max(3 * ratio(), right - left);
    ctx.fillStyle = by[one.severity] ?? by.critical;
    ctx.fillRect(left, bbox.top, wide, STRIP * ratio() * 0.7);
    ctx.globalAlpha = 0.1;
    ctx.fillRect(left, bbox.top, wide, bbox.height);
    ctx.globalAlpha = 1;
  }
}

function paintEvents(u, events, by) {
  const { ctx, bbox } = u;
  const bottom = bbox.top + bbox.height;
  const size = 13 * ratio();
  ctx.font = `600 ${10 * ratio()}px system-ui, sans-serif`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  let taken = -Infinity;
  for (const one of events) {
    const x = xOf(u, one.from);
    ctx.strokeStyle = by["strong-line"];
    ctx.lineWidth = ratio();
    ctx.setLineDash([2 * ratio(), 3 * ratio()]);
    stroke(ctx, [[x, bbox.top + STRIP * ratio()], [x, bottom]]);
    ctx.setLineDash([]);
    if (one.to !== null) {
      ctx.fillStyle = by["strong-line"];
      ctx.globalAlpha = 0.25;
      ctx.fillRect(x, bottom - size - 14 * ratio(), Math.max(ratio(), xOf(u, one.to) - x), 3 * ratio());
      ctx.globalAlpha = 1;
    }
    const middle = Math.min(bbox.left + bbox.width - size / 2 - ratio(), Math.max(bbox.left + size / 2 + ratio(), x));
    if (middle - taken < size) continue; // one mark for those that stand at one place; the list has all
    taken = middle;
    ctx.fillStyle = by.raised;
    ctx.strokeStyle = by.ink;
    ctx.fillRect(middle - size / 2, bottom - size - 12 * ratio(), size, size);
    ctx.strokeRect(middle - size / 2, bottom - size - 12 * ratio(), size, size);
    ctx.fillStyle = by.ink;
    ctx.fillText(one.mark, middle, bottom - size / 2 - 11.5 * ratio());
  }
}

function hatch(u, from, to, colour) {
  const { ctx, bbox } = u;
  const [left, right] = [Math.max(bbox.left, xOf(u, from)), Math.min(bbox.left + bbox.width, xOf(u, to))];
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, bbox.top, Math.max(2 * ratio(), right - left), bbox.height);
  ctx.clip();
  ctx.strokeStyle = colour;
  ctx.globalAlpha = 0.35;
  ctx.lineWidth = ratio();
  for (let x = left - bbox.height; x < right; x += 8 * ratio()) stroke(ctx, [[x, bbox.top + bbox.height], [x + bbox.height, bbox.top]]);
  ctx.restore();
}

function stroke(ctx, points) {
  ctx.beginPath();
  points.forEach(([x, y], i) => (i ? ctx.lineTo(x, y) : ctx.moveTo(x, y)));
  ctx.stroke();
}
