// The page of one asset: how its channels went over any time, and what happened meanwhile.

import { groups } from "./alarm_groups.js";
import { all, get } from "./api.js";
import { kindOf, markOf, qualityWord, showClocks, showEvents, showExcursions, showInside, showTable } from "./asset_lists.js";
import { Chart, shownTime } from "./chart.js";
import { contentsButtons } from "./contents_acts.js";
import { Course, moment, named, read, spanOf } from "./chart_data.js";
import { tellProblem } from "./dialogs.js";
import { badge, byId, element, setText, svg } from "./elements.js";
import { isLive, on, values } from "./live.js";
import { ready, zone } from "./page.js";
import { kindWord, stateOf, unitWord, word, worst } from "./states.js";
import { vessel } from "./vessel.js";
import { measured, t } from "./words.js";

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;
const SPANS = [[HOUR_S, () => t("1 h")], [6 * HOUR_S, () => t("6 h")], [DAY_S, () => t("24 h")], [7 * DAY_S, () => t("7 d")], [30 * DAY_S, () => t("30 d")], [365 * DAY_S, () => t("1 year")]];
const REFINE_MS = 60; // after the last move
const BESIDE_MS = 500;
const AGAIN_MS = 15_000; // while it follows
const LONG_S = 62 * DAY_S; // from which on the clocks are counted when somebody asks

let [looking, turn, besides, pointing] = [0, 0, 0, 0]; // timers, and which answer is the newest

const who = await ready;
const asset = decodeURIComponent(location.pathname.split("/")[2] ?? "");
const asked = new URLSearchParams(location.search);
const inside = encodeURIComponent(asset);
const now = () => Date.now() / 1000;
const state = { from: now() - DAY_S, to: now(), follows: true, courses: [], channels: [], isStale: false, fits: false };
const chart = new Chart(byId("chart"), { zone: zoneOf(), moved: (from, to) => move(from, to), pointed: (at) => point(at) });

byId("name").textContent = asset;
document.title = document.title.replace(/^[^·]*/, `${asset} `);
try {
  await begin();
} catch (problem) {
  tellProblem(problem);
}

async function begin() {
  const [assets, channels] = await Promise.all([all("/assets"), all(`/channels?asset=${inside}`)]);
  const own = assets.items.find((one) => one.asset === asset);
  if (own) setText(byId("place"), [own.name, own.kind && kindWord(own.kind), siteName(own.site)].filter(Boolean).join(" · "));
  state.kind = own?.kind ?? "";
  state.channels = channels.items;
  if (own) byId("contents-acts").replaceChildren(...contentsButtons(who, own, zoneOf(), lookInside));
  lookInside();
  showNow();
  on("values", hearValues);
  on("link", showNow);
  on("alarm", () => lookBesideSoon());
  on("reset", () => lookSoon());
  if (!state.channels.length) {
    byId("chart").replaceChildren(element("p", { class: "empty" }, t("Nothing measures this asset: place a probe in it, or name it in the configuration.")));
    return;
  }
  fromAddress();
  fillChoices();
  makeButtons();
  chart.draw(state.courses);
  move(state.from, state.to, state.follows);
  setInterval(() => {
    if (state.follows && !document.hidden) follow();
  }, 1000);
  setInterval(() => {
    if (state.follows && !document.hidden) lookSoon();
  }, AGAIN_MS);
}

// The time and the channels stand in the address.

function fromAddress() {
  const names = state.channels.map((one) => one.channel);
  const temperature = state.channels.find((one) => one.quantity === "temperature")?.channel;
  const chosen = asked.getAll("channel").filter((one) => names.includes(one)).slice(0, 2);
  state.courses = (chosen.length ? chosen : [temperature ?? names[0]]).map((one) => courseOf(one));
  const [from, to] = ["from", "to"].map((name) => Date.parse(asked.get(name) ?? "") / 1000);
  const long = Number(asked.get("span"));
  if (from < to) Object.assign(state, { from, to, follows: false });
  else if (long > 0) state.from = state.to - long;
  else state.fits = true;
}

// Where the address says nothing, and there is less than a day to be seen: that alone.
function fit() {
  const first = Math.min(...state.courses.flatMap((one) => one.answers.map((answer) => answer.x[0] ?? Infinity)));
  const long = SPANS.map(([seconds]) => seconds).find((seconds) => now() - first <= seconds) ?? DAY_S;
  if (long < DAY_S) move(now() - long, now(), true);
}

function courseOf(channel) {
  const made = new Course(channel);
  made.unit = state.channels.find((one) => one.channel === channel)?.unit ?? "";
  return made;
}

function toAddress() {
  const query = new URLSearchParams(state.courses.map((one) => ["channel", one.channel]));
  if (state.follows) query.set("span", String(Math.round(state.to - state.from)));
  else {
    query.set("from", moment(state.from));
    query.set("to", moment(state.to));
  }
  history.replaceState(null, "", `?${query}`);
}

// Moving: what is there is shown at once, and refined.

function move(from, to, follows = false) {
  const end = now();
  if (to > end + (to - from) * 0.5) [from, to] = [from - (to - end), end];
  Object.assign(state, { from, to, follows });
  byId("follow").setAttribute("aria-pressed", String(follows));
  for (const button of byId("spans").children) button.setAttribute("aria-pressed", String(Math.abs(Number(button.dataset.span) - (to - from)) < 1));
  chart.span(from, to);
  setText(byId("shown"), `${shownTime(from, zoneOf())} – ${shownTime(to, zoneOf())}`);
  lookSoon();
  lookBesideSoon();
}

function follow() {
  const long = state.to - state.from;
  Object.assign(state, { from: now() - long, to: now() });
  chart.span(state.from, state.to);
  setText(byId("shown"), `${shownTime(state.from, zoneOf())} – ${shownTime(state.to, zoneOf())}`);
}

function lookSoon() {
  clearTimeout(looking);
  looking = setTimeout(look, REFINE_MS);
}

async function look() {
  const mine = ++turn;
  const { from, to, courses } = state;
  const points = Math.max(100, Math.min(4000, Math.round(byId("chart").clientWidth * 2)));
  setText(byId("refining"), state.courses[0].answers.length ? "" : t("Reading …"));
  try {
    await read(courses, from, to, points);
    setText(byId("refining"), holesWords(courses));
  } catch (problem) {
    if (mine === turn) setText(byId("refining"), problem.message);
    return;
  }
  if (courses !== state.courses) return;
  if (state.fits && state.follows && Math.abs(to - from - DAY_S) < 1) fit();
  state.fits = false;
  chart.paintSoon();
  toAddress();
  if (byId("as-table").open) showTable(byId("rows"), courses[0], state.from, state.to, zoneOf());
}

function holesWords(courses) {
  const holes = courses.flatMap((one) => one.pieces(state.from, state.to).flatMap(([answer]) => answer.holes)).filter((one) => one.from < state.to && one.to > state.from);
  return holes.length ? t("Some of this time cannot be shown: {why}", { why: holes[0].why }) : "";
}

// What belongs to the time.

function lookBesideSoon() {
  clearTimeout(besides);
  besides = setTimeout(lookBeside, BESIDE_MS);
}

async function lookBeside() {
  const { from, to } = state;
  const first = state.courses[0].channel;
  const wide = spanOf(from - (to - from) / 2, to + (to - from) / 2);
  download(from, to);
  const asks = [
    [`/channels/${encodeURIComponent(first)}/limits?${wide}`, (found) => chart.show({ limits: found.steps.map(seconds) })],
    [`/excursions?asset=${inside}&limit=500&${spanOf(from, to)}`, async (found) => showSpans(found, await groups())],
    [`/assets/${inside}/events?${spanOf(from, to)}`, showHappened],
  ];
  lookInside();
  await Promise.all(asks.map(([path, show]) => get(path).then(show, (problem) => problem.status === 403 || tellProblem(problem))));
  countClocks(first, from, to);
}

function lookInside() {
  return get(`/contents?asset=${inside}`).then((found) => showInside(byId("inside"), found.assets[0], null, zoneOf()), (problem) => problem.status === 403 || tellProblem(problem));
}

function seconds(step) {
  return { ...step, from: Date.parse(step.from) / 1000, to: Date.parse(step.to) / 1000 };
}

function showSpans(found, calls) {
  const spans = found.items.map((one) => ({ severity: one.severity, from: Date.parse(one.start) / 1000, to: one.end === null ? Infinity : Date.parse(one.end) / 1000 }));
  chart.show({ excursions: spans });
  showExcursions(byId("excursions"), found.items, calls, zoneOf(), (one) => around(Date.parse(one.start) / 1000, one.end === null ? now() : Date.parse(one.end) / 1000));
}

function showHappened(found) {
  const marks = found.items.filter((one) => one.in_effect).map((one) => ({ mark: markOf(one.kind), from: Date.parse(one.from) / 1000, to: one.to === null ? null : Date.parse(one.to) / 1000 }));
  chart.show({ events: marks });
  showEvents(byId("events"), found.items, found.more, zoneOf(), (one) => around(Date.parse(one.from) / 1000, Date.parse(one.to ?? one.from) / 1000));
  showLegend([...new Set(found.items.map((one) => one.kind))]);
}

function around(from, to) {
  const room = Math.max((to - from) * 0.5, 900);
  move(from - room, to + room);
  byId("chart").focus();
}

function countClocks(channel, from, to) {
  const root = byId("clocks");
  const count = async () => {
    root.replaceChildren(element("p", { class: "quiet" }, t("Counting …")));
    try {
      showClocks(root, await get(`/channels/${encodeURIComponent(channel)}/clocks?${spanOf(from, Math.min(to, now()))}`));
    } catch (problem) {
      root.replaceChildren(element("p", { class: "quiet" }, problem.detail || problem.message));
    }
  };
  if (to - from <= LONG_S) return count();
  const button = element("button", { type: "button", class: "button" }, t("Count for this time"));
  button.addEventListener("click", count);
  root.replaceChildren(button);
}

function download(from, to) {
  const asks = `${named(state.courses.map((one) => one.channel))}&${spanOf(from, to)}`;
  for (const format of ["csv", "parquet"]) byId(format).href = `/api/v1/readings/file?${asks}&format=${format}`;
}

// Under the cursor

function point(at) {
  const readout = byId("readout");
  clearTimeout(pointing);
  if (at === null) {
    readout.replaceChildren();
    byId("inside-then").replaceChildren();
    return;
  }
  const told = [[t("Time"), shownTime(at, zoneOf())]];
  for (const course of state.courses) told.push([course.channel, valueWords(course, at)]);
  readout.replaceChildren(...told.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))));
  pointing = setTimeout(async () => {
    try {
      const found = await get(`/contents?asset=${inside}&at=${encodeURIComponent(moment(at))}`);
      if (chart.cursor !== null) showInside(byId("inside-then"), found.assets[0], moment(at), zoneOf());
    } catch (problem) {
      if (problem.status !== 403) setText(byId("refining"), problem.message);
    }
  }, 250);
}

function valueWords(course, at) {
  const found = course.at(at);
  if (found === null) return t("no reading");
  const unit = unitWord(course.unit);
  const quality = found.quality === "good" ? "" : ` (${qualityWord(found.quality)})`;
  if (found.mean === null) return qualityWord(found.quality);
  if (found.low === found.high) return `${measured(found.mean)} ${unit}${quality}`;
  return t("{mean} {unit}, {low} to {high}", { mean: measured(found.mean), unit, low: measured(found.low), high: measured(found.high) }) + quality;
}

// Now

function hearValues({ values: rows }) {
  for (const row of rows) {
    const course = state.courses.find((one) => one.channel === row.channel);
    if (course && row.value !== null && !row.unknown) course.add((row.at - 1000 * (row.age_s ?? 0)) / 1000, row.value, row.quality);
  }
  showNow();
  if (state.follows) chart.paintSoon();
}

function showNow() {
  const rows = state.channels.map((one) => [one, values.get(one.channel)]);
  const states = rows.map(([, row]) => (row && isLive() ? stateOf(row) : "unknown"));
  byId("drawn").replaceChildren(vessel(state.kind, [states.length ? worst(states) : "unknown"]));
  byId("now").replaceChildren(...rows.map(([one, row], i) => element(
    "li", {}, element("span", { class: "quiet" }, one.channel),
    element("span", { class: "value" }, row && row.value !== null ? `${measured(row.value)} ${unitWord(one.unit)}` : "–"), badge(states[i], word(states[i])),
  )));
}

// Choices

function fillChoices() {
  const options = (chosen, empty) => [...(empty ? [element("option", { value: "" }, t("nothing"))] : []), ...state.channels.map((one) => element("option", { value: one.channel, selected: one.channel === chosen }, one.channel))];
  byId("channel").replaceChildren(...options(state.courses[0].channel, false));
  byId("other").replaceChildren(...options(state.courses[1]?.channel, true));
  for (const id of ["channel", "other"]) byId(id).addEventListener("change", choose);
}

function choose() {
  const names = [...new Set([byId("channel").value, byId("other").value])].filter(Boolean);
  state.courses = names.map((name) => state.courses.find((one) => one.channel === name) ?? courseOf(name));
  chart.shown.limits = [];
  chart.draw(state.courses);
  move(state.from, state.to, state.follows);
  showLegend([]);
}

function makeButtons() {
  byId("spans").append(...SPANS.map(([long, words]) => {
    const button = element("button", { type: "button", class: "button", "data-span": long, "aria-pressed": "false" }, words());
    button.addEventListener("click", () => (state.follows ? move(now() - long, now(), true) : move((state.from + state.to - long) / 2, (state.from + state.to + long) / 2)));
    return button;
  }));
  byId("earlier").addEventListener("click", () => chart.move(-0.5));
  byId("later").addEventListener("click", () => chart.move(0.5));
  byId("closer").addEventListener("click", () => chart.zoom(0.5));
  byId("wider").addEventListener("click", () => chart.zoom(2));
  const toNow = () => move(now() - (state.to - state.from), now(), true);
  byId("follow").addEventListener("click", () => (state.follows ? move(state.from, state.to) : toNow()));
  byId("chart").addEventListener("follow", toNow);
  byId("as-table").addEventListener("toggle", () => byId("as-table").open && showTable(byId("rows"), state.courses[0], state.from, state.to, zoneOf()));
  byId("png").addEventListener("click", savePicture);
  showLegend([]);
}

async function savePicture() {
  const heading = `${asset} · ${state.courses.map((one) => one.channel).join(", ")} · ${shownTime(state.from, zoneOf())} – ${shownTime(state.to, zoneOf())} ${zoneOf()}`;
  const address = URL.createObjectURL(await chart.picture(heading));
  element("a", { href: address, download: `${asset}.png` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

function showLegend(kinds) {
  const line = (path, attributes) => svg("svg", { viewBox: "0 0 24 14", "aria-hidden": "true" }, svg("path", { d: path, fill: "none", stroke: "currentColor", "stroke-width": 2, ...attributes }));
  const rows = [
    [line("M0 7h24"), t("mean; around it lowest to highest")],
    [line("M0 7h24", { stroke: "var(--critical)", "stroke-dasharray": "5 3" }), t("limit in force then")],
    [line("M0 7h24", { "stroke-dasharray": "2 3" }), t("uncertain")],
    [line("M8 3l8 8M8 11l8-8", { stroke: "var(--unknown)" }), t("reading without a value")],
    [line("M0 4h24", { stroke: "var(--critical)", "stroke-width": 6 }), t("excursion")],
    [line("M0 7h7M17 7h7"), t("no line: a gap")],
  ];
  const marks = kinds.map((kind) => element("li", {}, element("span", { class: "sign" }, markOf(kind)), kindOf(kind)));
  const others = state.courses.slice(1).map((one) => element("li", {}, line("M0 7h24", { stroke: "var(--link)" }), one.channel));
  byId("legend").replaceChildren(...others, ...rows.map(([picture, words]) => element("li", {}, picture, words)), ...marks);
}

function siteName(site) {
  const found = who.sites.find((one) => one.site === site);
  return found ? found.name || found.site : site;
}

function zoneOf() {
  return zone;
}
