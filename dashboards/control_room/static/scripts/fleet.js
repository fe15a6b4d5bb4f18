// Assets as they are now: places, channels, contents, time left and alarms put together.

import { all, get } from "./api.js";
import { isLive, rememberBefore, values } from "./live.js";
import { stateOf, worst, rankOf } from "./states.js";

const RISKS = ["unknown", "irreplaceable", "high", "ordinary", "empty"];
const PAST_MS = 15 * 60_000;
const MOST_CHANNELS = 40; // in one question

export const assets = new Map(); // by name: { asset, name, site, kind, zones, channels, inside, left }
export const sites = new Map();
const placed = new Map(); // by channel: its asset
export let alarms = []; // that need somebody, the most urgent first
export let at = 0; // the entry of the journal that `alarms` is of

// `who`: a promise of who looks, with the sites.
export async function load(who) {
  placed.clear();
  at = 0;
  const [places, rows, known] = await Promise.all([all("/assets"), all("/values"), who, loadAlarms()]);
  for (const site of known.sites) sites.set(site.site, site);
  for (const place of places.items) assets.set(place.asset, { ...place, channels: new Set(), inside: null, left: [] });
  const now = Date.now();
  for (const row of rows.items) take(values.get(row.channel) ?? hold({ ...row, at: now }));
}

function hold(row) {
  values.set(row.channel, row);
  return row;
}

// A row of values: which asset shows something else now; null for none.
export function take(row) {
  const asset = assets.get(row.asset);
  if (asset === undefined) return null;
  const before = placed.get(row.channel);
  if (before !== asset) {
    before?.channels.delete(row.channel);
    asset.channels.add(row.channel);
    placed.set(row.channel, asset);
  }
  return asset;
}

export async function loadAlarms() {
  const list = await get("/alarms?limit=200");
  if (list.at < at) return; // an answer of later was here before
  alarms = list.items;
  at = list.at;
}

export async function loadContents() {
  const { items } = await get("/contents/counts");
  for (const row of items) if (assets.has(row.asset)) assets.get(row.asset).inside = row;
}

export async function loadTimesLeft() {
  const { items } = await get("/time-left");
  for (const asset of assets.values()) asset.left = [];
  for (const row of items) assets.get(row.asset)?.left.push(row);
}

// What the channels showed in the last quarter of an hour, some at a time.
export async function loadPast() {
  const names = [...values.keys()];
  for (let i = 0; i < names.length; i += MOST_CHANNELS) {
    const asked = names.slice(i, i + MOST_CHANNELS).map((name) => `channel=${encodeURIComponent(name)}`).join("&");
    const { channels } = await get(`/readings?${asked}&from=${new Date(Date.now() - PAST_MS).toISOString()}&points=10`);
    for (const row of channels) rememberBefore(row.channel, pointsOf(row));
  }
}

// Readings themselves, or means of `width_s` each, in the middle of their time; of one that is not over, at its beginning.
function pointsOf({ time, value, start, mean, width_s: width = 0 }) {
  const values = value ?? mean;
  const now = Date.now();
  const middle = (at) => (at + 500 * width < now ? at + 500 * width : at);
  return (time ?? start).map((at, i) => [middle(Date.parse(at)), values[i]]).filter(([, read]) => read !== null);
}

export const rowsOf = (asset) => [...asset.channels].map((name) => values.get(name)).filter(Boolean);

// What the tile of an asset says. Without a live link nothing is known, whatever the last values were.
export function condition(asset) {
  const rows = rowsOf(asset);
  const main = rows.length > 1 ? mainRow(rows) : rows[0] ?? null;
  const known = isLive() ? rows.map(stateOf) : ["unknown"];
  return { main, others: rows.filter((row) => row !== main), state: known.length ? worst(known) : "unknown" };
}

// The worst; of those the one of a temperature, and of those the first.
function mainRow(rows) {
  const order = (row) => [rankOf(stateOf(row)), row.unit === "degC" ? 0 : 1];
  return [...rows].sort((a, b) => {
    const [one, other] = [order(a), order(b)];
    return one[0] - other[0] || one[1] - other[1] || (a.channel < b.channel ? -1 : 1);
  })[0];
}

// States of the zones from the top down; one for an asset without zones.
export function zoneStates(asset) {
  const rows = rowsOf(asset);
  if (!isLive()) return (asset.zones.length ? asset.zones : [""]).map(() => "unknown");
  if (!asset.zones.length) return [rows.length ? worst(rows.map(stateOf)) : "unknown"];
  return asset.zones.map((zone) => {
    const here = rows.filter((row) => row.zone === zone);
    return here.length ? worst(here.map(stateOf)) : "free";
  });
}

// The soonest end that is known.
export function soonest(asset) {
  return asset.left.filter((row) => row.lowest_s !== null).sort((a, b) => a.lowest_s - b.lowest_s)[0] ?? null;
}

// The less, the more would be lost.
export const riskRank = (asset) => Math.max(0, RISKS.indexOf(asset.inside?.risk ?? "unknown"));

