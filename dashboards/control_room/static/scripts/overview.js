// The overview: every asset as a tile, the worst first, and above them what needs somebody now.

import { byId, element, setText } from "./elements.js";
import { tellProblem } from "./dialogs.js";
import * as fleet from "./fleet.js";
import { begin as beginFilters, fits, fitsState, showCounts, wanted } from "./filters.js";
import { on } from "./live.js";
import { ready } from "./page.js";
import { loadRules } from "./rules.js";
import { rankOf } from "./states.js";
import { begin as beginStrip, showStrip, tick } from "./strip.js";
import { Tile } from "./tile.js";
import { clockTime } from "./time.js";
import { begin as beginWall } from "./wall.js";
import { collator, tn } from "./words.js";

const AT_ONCE = 60; // tiles that are made before the browser paints again
const SLOWLY_MS = 30_000; // contents and time left are asked for again
const painted = () => new Promise((go) => (document.hidden ? setTimeout(go) : requestAnimationFrame(() => setTimeout(go))));
const tiles = new Map();
const groups = new Map(); // by site: its section, list and heading
const changed = new Set(); // assets that show something else
let isWaiting = false;
let mustSort = true;

on("values", ({ values }) => values.forEach((row) => soon(fleet.take(row))));
on("link", () => fleet.assets.forEach(soon));
on("gateway", () => fleet.assets.forEach(soon));
on("alarm", () => alarmsSoon());
on("reset", () => start().catch(tellProblem));
begin();

async function begin() {
  try {
    if (wanted.wall) beginWall();
    beginStrip(loadAlarms);
    await start(() => beginFilters(arrange));
  } catch (problem) {
    tellProblem(problem);
  }
  setInterval(everySecond, 1000);
  setInterval(slowly, SLOWLY_MS);
}

async function start(loaded = () => {}) {
  const rules = loadRules().catch(() => {}); // rules are shown by their names then
  await fleet.load(ready);
  loaded();
  byId("no-assets").hidden = fleet.assets.size > 0;
  await showAll();
  rules.then(showStrip);
  slowly().then(() => after(fleet.loadPast));
}

// The worst and whatever else fits a screen first: hundreds of tiles take the browser longer than a glance.
async function showAll() {
  const order = (asset) => [rankOf(fleet.condition(asset).state), fleet.riskRank(asset), { asset, order: asset.name || asset.asset }];
  const rows = [...fleet.assets.values()].map(order).sort(byUrgency);
  for (let i = 0; i < rows.length; i += AT_ONCE) {
    for (const [, , { asset }] of rows.slice(i, i + AT_ONCE)) {
      if (!tiles.has(asset.asset)) tiles.set(asset.asset, new Tile(asset));
      tiles.get(asset.asset).asset = asset;
      tiles.get(asset.asset).show();
    }
    arrange();
    if (i + AT_ONCE < rows.length) await painted();
  }
}

// What needs the gateway longer, and changes seldom: nothing waits for it.
async function slowly() {
  await after(fleet.loadContents);
  await after(fleet.loadTimesLeft);
}

async function after(load) {
  try {
    await load();
  } catch {
    return; // the next time
  }
  for (const asset of fleet.assets.values()) soon(asset);
  mustSort = true;
  showStrip();
}

let asking = 0;
function alarmsSoon() {
  clearTimeout(asking);
  asking = setTimeout(() => loadAlarms().catch(() => {}), 150);
}

async function loadAlarms() {
  await fleet.loadAlarms();
  showStrip();
}

function everySecond() {
  tick();
  for (const tile of tiles.values()) tile.showAge();
  for (const [name, { time }] of groups) setText(time, clockTime(new Date(), fleet.sites.get(name)?.time_zone, false));
}

// At most once a frame, and only tiles with news.
function soon(asset) {
  if (asset === null) return;
  changed.add(asset.asset);
  if (isWaiting) return;
  isWaiting = true;
  requestAnimationFrame(() => {
    isWaiting = false;
    for (const name of changed) if (tiles.get(name)?.show()) mustSort = true;
    changed.clear();
    if (mustSort) arrange();
  });
}

// Which tiles there are, and in which order: the worst first, in the section of its site.
function arrange() {
  mustSort = false;
  const fitting = [...tiles.values()].filter((tile) => fits(tile.asset));
  const counts = new Map();
  for (const { state } of fitting) counts.set(state, (counts.get(state) ?? 0) + 1);
  showCounts(counts);
  const shown = fitting.filter((tile) => fitsState(tile.state)).map(withRanks).sort(byUrgency).map(([, , tile]) => tile);
  const bySite = Map.groupBy ? Map.groupBy(shown, (tile) => tile.asset.site) : grouped(shown);
  for (const name of [...groups.keys()]) if (!bySite.has(name)) close(name);
  const order = [...bySite.keys()].map((name) => groupOf(name));
  place(byId("fleet"), order.map((group) => group.section));
  for (const [name, rows] of bySite) {
    const group = groups.get(name);
    place(group.list, rows.map((tile) => tile.item));
    setText(group.count, tn("{n} asset", "{n} assets", rows.length));
  }
  byId("nothing").hidden = shown.length > 0 || tiles.size === 0;
}

const withRanks = (tile) => [rankOf(tile.state), fleet.riskRank(tile.asset), tile];

function byUrgency([state, risk, one], [otherState, otherRisk, other]) {
  return state - otherState || risk - otherRisk || collator.compare(one.order, other.order);
}

function grouped(rows) {
  const found = new Map();
  for (const tile of rows) found.set(tile.asset.site, [...(found.get(tile.asset.site) ?? []), tile]);
  return found;
}

function groupOf(name) {
  if (!groups.has(name)) {
    const [count, time, list] = [element("span", { class: "quiet" }), element("span", { class: "quiet" }), element("ul", { class: "tiles" })];
    const heading = element("h2", {}, fleet.sites.get(name)?.name || name, count, time);
    groups.set(name, { section: element("section", { class: "of-site" }, heading, list), list, count, time });
  }
  return groups.get(name);
}

function close(name) {
  groups.get(name).section.remove();
  groups.delete(name);
}

// Moves only what stands elsewhere: whoever has the focus keeps it.
function place(parent, children) {
  children.forEach((child, i) => {
    if (parent.children[i] !== child) parent.insertBefore(child, parent.children[i] ?? null);
  });
  while (parent.children.length > children.length) parent.lastElementChild.remove();
}
