// Readings for a chart: what was asked for stays and is drawn until something finer is there.

import { get } from "./api.js";

const KEPT = 8; // answers of one channel
const MOST_TAIL = 4000; // readings of the live stream
const MS_S = 1000;

// Of one channel: [{ from, to, width, x, low, high, mean, quality, gap, holes }], the newest first; times in seconds.
export class Course {
  constructor(channel) {
    this.channel = channel;
    this.unit = "";
    this.maxGap = Infinity;
    this.answers = [];
    this.tail = { x: [], mean: [], low: [], high: [], quality: [], gap: [] }; // what came since
  }

  take(told, from, to) {
    this.unit = told.unit;
    this.maxGap = told.max_gap_s ?? Infinity;
    const x = told.start.map((moment) => Date.parse(moment) / MS_S);
    const holes = told.holes.map((hole) => ({ from: Date.parse(hole.from) / MS_S, to: Date.parse(hole.to) / MS_S, why: hole.why }));
    const answer = { from, to, width: told.width_s, x, low: told.min, high: told.max, mean: told.mean, quality: told.quality, gap: told.gap_s, holes, told };
    const inside = (one) => one.from >= from && one.to <= to && (one.width ?? 0) >= (told.width_s ?? 0);
    this.answers = [answer, ...this.answers.filter((one) => !inside(one))].slice(0, KEPT);
    const { x: came } = this.tail;
    const behind = came.findIndex((at) => at >= to);
    for (const column of Object.values(this.tail)) column.splice(0, behind < 0 ? came.length : behind);
  }

  // A reading of the live stream, at seconds.
  add(at, value, quality) {
    const { x } = this.tail;
    const newest = [...this.answers].sort((a, b) => b.to - a.to)[0];
    const last = x.at(-1) ?? newest?.x.at(-1) ?? at;
    if (at <= last && x.length) return;
    if (!x.length && newest?.width === null && newest.x.length) this.push(last, newest.mean.at(-1), newest.quality.at(-1), 0);
    this.push(at, value, quality ?? "bad", Math.max(0, at - last));
    if (x.length > MOST_TAIL) for (const column of Object.values(this.tail)) column.splice(0, MOST_TAIL / 2);
  }

  push(at, value, quality, since) {
    const { x, mean, low, high, gap } = this.tail;
    x.push(at);
    for (const column of [mean, low, high]) column.push(value);
    this.tail.quality.push(quality);
    gap.push(since);
  }

  // [answer, from, to]: what to draw where, the finest for each part of the time.
  pieces(from, to) {
    const found = [];
    let open = [[from, to]];
    const best = [...this.answers].sort((a, b) => (a.width ?? 0) - (b.width ?? 0) || b.to - a.to);
    for (const answer of best) {
      const left = [];
      for (const [begin, end] of open) {
        const low = Math.max(begin, answer.from);
        const high = Math.min(end, answer.to);
        if (low >= high) {
          left.push([begin, end]);
          continue;
        }
        found.push([answer, low, high]);
        if (begin < low) left.push([begin, low]);
        if (high < end) left.push([high, end]);
      }
      open = left;
    }
    return found;
  }

  // Lowest and highest value that is drawn.
  extremes(from, to) {
    let low = Infinity;
    let high = -Infinity;
    for (const [one, begin, end] of [...this.pieces(from, to), [this.tail, from, to]]) {
      const width = one.width ?? 0;
      for (let i = indexOf(one.x, begin - width); i < one.x.length && one.x[i] < end; i++) {
        if (one.low[i] !== null && one.low[i] < low) low = one.low[i];
        if (one.high[i] !== null && one.high[i] > high) high = one.high[i];
      }
    }
    return low <= high ? [low, high] : null;
  }

  // What stands at a moment: { x, width, low, high, mean, quality }, or null where there is no reading.
  at(moment) {
    let found = null;
    for (const [one, begin, end] of [...this.pieces(moment - 1e-6, moment + 1e-6), [this.tail, -Infinity, Infinity]]) {
      const i = indexOf(one.x, moment + 1e-6) - 1;
      const next = i + 1 < one.x.length && one.width === null && one.x[i + 1] - moment < moment - (one.x[i] ?? -Infinity) ? i + 1 : i;
      if (next < 0 || !(begin <= moment && moment <= end)) continue;
      const reach = one.width ?? Math.min(this.maxGap, 3600);
      if (one.width ? moment - one.x[next] <= reach : Math.abs(moment - one.x[next]) <= reach) {
        found = { x: one.x[next], width: one.width ?? 0, low: one.low[next], high: one.high[next], mean: one.mean[next], quality: one.quality[next] };
      }
    }
    return found;
  }
}

// The first whose x is not before.
export function indexOf(x, wanted) {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

export const moment = (seconds) => new Date(Math.round(seconds * MS_S)).toISOString();
export const spanOf = (from, to) => `from=${encodeURIComponent(moment(from))}&to=${encodeURIComponent(moment(to))}`;
export const named = (channels) => channels.map((one) => `channel=${encodeURIComponent(one)}`).join("&");

// Ask for more than is shown, so that moving a little shows something at once. Returns the answers by channel.
export async function read(courses, from, to, points) {
  const wide = (to - from) / 2;
  const [begin, end] = [Math.round(from - wide), Math.round(to + wide)];
  const found = await get(`/readings?${named(courses.map((one) => one.channel))}&${spanOf(begin, end)}&points=${points}`);
  found.channels.forEach((told, i) => courses[i].take(told, begin, end));
}
