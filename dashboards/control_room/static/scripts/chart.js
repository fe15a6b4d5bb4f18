// One chart: uPlot draws axes and cursor, chart_paint.js the rest. Drag, wheel, two fingers and keys move and zoom it.

import uPlot from "../vendor/uplot.js";
import { colours, paint } from "./chart_paint.js";
import { clockTime, dayTime } from "./time.js";
import { language, measured } from "./words.js";
import { unitWord } from "./states.js";

const SHORTEST_S = 10;
const LONGEST_S = 40 * 365 * 86_400;
const STEP = 0.2; // of what is shown, for a key
const DAY_S = 86_400;

export class Chart {
  // `moved`: called with (from, to) when a person moves it; `pointed` with a moment, or null.
  constructor(root, { zone, moved, pointed }) {
    this.root = root;
    this.zone = zone;
    this.moved = moved;
    this.pointed = pointed;
    this.shown = { courses: [], limits: [], excursions: [], events: [], from: 0, to: 1 };
    this.by = colours();
    this.cursor = null;
    this.u = null;
    this.fingers = new Map();
    new ResizeObserver(() => this.fit()).observe(root);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.recolour());
    new MutationObserver(() => this.recolour()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    root.addEventListener("keydown", (event) => this.key(event));
  }

  // Courses of one unit have one axis, of two units two.
  draw(courses) {
    this.shown.courses = courses;
    const units = [...new Set(courses.map((one) => one.unit))];
    this.make(units);
  }

  show(changes) {
    Object.assign(this.shown, changes);
    this.paintSoon();
  }

  span(from, to) {
    this.shown.from = from;
    this.shown.to = to;
    this.paintSoon();
  }

  paintSoon() {
    this.waits ??= requestAnimationFrame(() => {
      this.waits = undefined;
      if (this.u === null) return;
      const { from, to } = this.shown;
      this.u.batch(() => {
        this.u.setScale("x", { min: from, max: to });
        for (const [scale, [low, high]] of Object.entries(this.heights())) this.u.setScale(scale, { min: low, max: high });
      });
      this.u.redraw(false, true);
    });
  }

  recolour() {
    this.by = colours();
    this.draw(this.shown.courses);
  }

  fit() {
    this.u?.setSize(this.size());
  }

  size() {
    return { width: Math.max(200, this.root.clientWidth), height: Math.max(160, this.root.clientHeight) };
  }

  make(units) {
    this.u?.destroy();
    const { by } = this;
    const axis = (scale, unit, side) => ({
      scale, side, stroke: scale === "y2" ? by.link : by.ink, grid: { show: side === 3, stroke: by.line, width: 0.5 }, ticks: { stroke: by.line, width: 0.5 },
      size: 64, label: unitWord(unit), labelSize: 18, labelGap: 0, font: "12px system-ui, sans-serif", labelFont: "600 12px system-ui, sans-serif",
      values: (_, splits) => splits.map((value) => measured(value)),
    });
    const two = units.length > 1;
    this.u = new uPlot({
      ...this.size(),
      pxAlign: false,
      tzDate: (at) => tzDate(at * 1000, this.zone),
      cursor: { drag: { x: false, y: false }, points: { show: false }, y: false },
      legend: { show: false },
      scales: { x: { time: true, auto: false }, y: { auto: false }, ...(two && { y2: { auto: false } }) },
      axes: [
        { stroke: by.ink, grid: { stroke: by.line, width: 0.5 }, ticks: { stroke: by.line, width: 0.5 }, font: "12px system-ui, sans-serif", space: 90, values: (_, splits, __, ___, step) => this.times(splits, step) },
        axis("y", units[0], 3),
        ...(two ? [axis("y2", units[1], 1)] : []),
      ],
      series: [{}, { scale: "y", paths: () => null, points: { show: false } }, ...(two ? [{ scale: "y2", paths: () => null, points: { show: false } }] : [])],
      hooks: {
        draw: [(u) => paint(u, this.shown, this.by)],
        setCursor: [(u) => this.point(u.cursor.left >= 0 ? u.posToVal(u.cursor.left, "x") : null)],
      },
    }, [[0, 1], [0, 1], ...(two ? [[0, 1]] : [])], this.root);
    this.listen(this.u.over);
    this.paintSoon();
  }

  // Of each scale: what is shown has room above and below.
  heights() {
    const { courses, limits, from, to } = this.shown;
    const found = {};
    courses.forEach((course, i) => {
      const scale = i === 0 || !this.u.scales.y2 ? "y" : "y2";
      const extremes = course.extremes(from, to);
      if (extremes === null) return;
      const known = found[scale];
      found[scale] = known ? [Math.min(known[0], extremes[0]), Math.max(known[1], extremes[1])] : extremes;
    });
    if (found.y) {
      const near = limits.filter((step) => step.from < to && step.to > from).flatMap((step) => [step.low, step.high]).filter((one) => one !== null);
      const room = Math.max(found.y[1] - found.y[0], 1);
      for (const limit of near) if (limit > found.y[0] - 2 * room && limit < found.y[1] + 2 * room) found.y = [Math.min(found.y[0], limit), Math.max(found.y[1], limit)];
    }
    for (const scale of Object.keys(this.u.scales)) {
      if (scale === "x") continue;
      const [low, high] = found[scale] ?? [0, 1];
      const room = Math.max((high - low) * 0.12, 0.5);
      found[scale] = [low - room * 1.6, high + room];
    }
    return found;
  }

  times(splits, step) {
    let day = "";
    return splits.map((at) => {
      const date = new Date(at * 1000);
      if (step >= 28 * DAY_S) return format(this.zone, { year: "numeric", month: "short" }).format(date);
      const now = format(this.zone, { month: "short", day: "numeric" }).format(date);
      if (step >= DAY_S) return now;
      const time = clockTime(date, this.zone, step < 60);
      const isNew = now !== day;
      day = now;
      return isNew ? `${time}\n${now}` : time;
    });
  }

  // What a person does

  listen(over) {
    over.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      over.setPointerCapture(event.pointerId);
      this.fingers.set(event.pointerId, event.clientX);
    });
    over.addEventListener("pointermove", (event) => this.drag(over, event));
    for (const name of ["pointerup", "pointercancel"]) over.addEventListener(name, (event) => this.fingers.delete(event.pointerId));
    over.addEventListener("wheel", (event) => {
      event.preventDefault();
      const { left, width } = over.getBoundingClientRect();
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.move(event.deltaX / width);
      else this.zoom(Math.exp(Math.sign(event.deltaY) * Math.min(Math.abs(event.deltaY), 120) * 0.002), (event.clientX - left) / width);
    }, { passive: false });
    over.addEventListener("dblclick", (event) => {
      const { left, width } = over.getBoundingClientRect();
      this.zoom(0.5, (event.clientX - left) / width);
    });
  }

  drag(over, event) {
    const before = this.fingers.get(event.pointerId);
    if (before === undefined) return;
    const { left, width } = over.getBoundingClientRect();
    const others = [...this.fingers].filter(([id]) => id !== event.pointerId);
    this.fingers.set(event.pointerId, event.clientX);
    if (!others.length) {
      this.move((before - event.clientX) / width);
      return;
    }
    const other = others[0][1];
    const [was, is] = [Math.abs(before - other), Math.abs(event.clientX - other)];
    if (was > 10 && is > 10) this.zoom(was / is, (other - left) / width);
  }

  move(part) {
    const { from, to } = this.shown;
    const by = part * (to - from);
    this.moved(from + by, to + by);
  }

  zoom(factor, at = 0.5) {
    const { from, to } = this.shown;
    const long = Math.min(LONGEST_S, Math.max(SHORTEST_S, (to - from) * factor));
    const fixed = from + at * (to - from);
    this.moved(fixed - at * long, fixed + (1 - at) * long);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== this.root) return;
    const acts = {
      ArrowLeft: () => (event.shiftKey ? this.step(-1) : this.move(-STEP)),
      ArrowRight: () => (event.shiftKey ? this.step(1) : this.move(STEP)),
      PageUp: () => this.move(-1),
      PageDown: () => this.move(1),
      "+": () => this.zoom(0.5),
      "=": () => this.zoom(0.5),
      "-": () => this.zoom(2),
      End: () => this.root.dispatchEvent(new CustomEvent("follow")),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  // The cursor by keys.
  step(direction) {
    const { from, to } = this.shown;
    const at = Math.min(to, Math.max(from, (this.cursor ?? (from + to) / 2) + (direction * (to - from)) / 100));
    this.u.setCursor({ left: this.u.valToPos(at, "x"), top: 0 });
  }

  point(at) {
    this.cursor = at;
    this.pointed(at);
  }

  // As a picture, with a heading.
  picture(heading) {
    const source = this.u.ctx.canvas;
    const head = 28 * devicePixelRatio;
    const canvas = document.createElement("canvas");
    canvas.width = source.width;
    canvas.height = source.height + head;
    const ctx = canvas.getContext("2d");
    ctx.fillStyle = this.by.raised;
    ctx.fillRect(0, 0, canvas.width, canvas.height);
    ctx.fillStyle = this.by.ink;
    ctx.font = `${13 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.fillText(heading, 10 * devicePixelRatio, 18 * devicePixelRatio);
    ctx.drawImage(source, 0, head);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  }
}

export const shownTime = (seconds, zone) => dayTime(new Date(seconds * 1000), zone);

function tzDate(at, zone) {
  const date = new Date(at);
  try {
    return zone ? uPlot.tzDate(date, zone) : date;
  } catch {
    return date; // a zone that this browser does not know
  }
}

const formats = new Map();
function format(zone, options) {
  const key = `${zone}${JSON.stringify(options)}`;
  if (!formats.has(key)) {
    try {
      formats.set(key, new Intl.DateTimeFormat(language, { ...options, timeZone: zone || undefined }));
    } catch {
      formats.set(key, new Intl.DateTimeFormat(language, options));
    }
  }
  return formats.get(key);
}
