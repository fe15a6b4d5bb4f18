// The alarms that a person looks at: a snapshot of the API, and every change behind it. Nothing is missed between the two:
// changes are heard before the snapshot is asked for, and those that it has already are dropped.

import { get } from "./api.js";
import { on } from "./live.js";

const SEVERITIES = ["warning", "minor", "major", "critical"];
const PRIORITIES = ["", "low", "medium", "high", "urgent"];
const GOING_ON = ["unacknowledged", "acknowledged"];
const FIRST = 100;
const THEN = 500;
const ANEW_MS = 60_000; // an extreme that grows is no change of the alarm

export const goesOn = (alarm) => GOING_ON.includes(alarm.state) && !alarm.withdrawn;
export const asks = (alarm) => alarm.state.endsWith("unacknowledged");
export const numberInside = (alarm) => (Array.isArray(alarm.units) ? alarm.units.length + (alarm.more_units ?? 0) : null);

export class AlarmList {
  constructor(changed) {
    this.changed = changed; // called with what happened, once something is another
    this.alarms = new Map();
    this.filters = {};
    this.next = null; // where the rest of the list begins
    this.isAsking = false;
    this.waiting = []; // changes that came before the snapshot
    this.at = null;
    this.turn = 0;
    on("alarm", (event) => this.#hear(event));
    on("reset", () => this.load());
    setInterval(() => { if (document.visibilityState === "visible" && this.at !== null) this.#refresh(); }, ANEW_MS);
  }

  async load(filters = this.filters) {
    const turn = ++this.turn;
    this.filters = filters;
    this.at = null;
    this.waiting = [];
    const page = await get(`/alarms?${this.#query(FIRST)}`);
    if (turn !== this.turn) return;
    this.alarms.clear();
    this.#add(page);
    this.at = page.at;
    for (const event of this.waiting) this.#apply(event);
    this.waiting = [];
    this.changed(null);
  }

  // The next of the list; false where that was all.
  async more() {
    if (this.next === null || this.isAsking) return this.next !== null;
    const turn = this.turn;
    this.isAsking = true;
    try {
      const page = await get(`/alarms?${this.#query(THEN)}&after=${encodeURIComponent(this.next)}`);
      if (turn === this.turn) this.#add(page, true);
    } finally {
      this.isAsking = false;
    }
    this.changed(null);
    return this.next !== null;
  }

  sorted() {
    return [...this.alarms.values()].sort(byUrgency);
  }

  async #refresh() {
    const turn = this.turn;
    try {
      const page = await get(`/alarms?${this.#query(FIRST)}`);
      if (turn !== this.turn || page.at < this.at) return;
      for (const alarm of page.items) this.alarms.set(alarm.id, alarm);
      this.changed(null);
    } catch {
      // the link says so itself
    }
  }

  #query(limit) {
    const { state, severity, site, asset, taken } = this.filters;
    const query = new URLSearchParams({ limit });
    for (const [name, value] of Object.entries({ state, severity, site, asset, taken })) if (value) query.set(name, value);
    if (state === "closed") query.set("closed", "true");
    return query;
  }

  #add(page, onlyNew = false) {
    for (const alarm of page.items) if (!onlyNew || !this.alarms.has(alarm.id)) this.alarms.set(alarm.id, alarm);
    this.next = page.next;
  }

  #hear(event) {
    if (this.at === null) this.waiting.push(event);
    else if (this.#apply(event)) this.changed(event);
  }

  #apply({ seq, alarm }) {
    if (seq <= this.at) return false;
    this.at = seq;
    if (this.#takes(alarm)) this.alarms.set(alarm.id, alarm);
    else this.alarms.delete(alarm.id);
    return true;
  }

  #takes(alarm) {
    const { state, severity, site, asset, taken } = this.filters;
    if (state ? alarm.state !== state : alarm.state === "closed") return false;
    if (severity && SEVERITIES.indexOf(alarm.severity) < SEVERITIES.indexOf(severity)) return false;
    if (site && alarm.site !== site) return false;
    if (asset && !alarm.asset.split(", ").includes(asset)) return false;
    return !taken || (alarm.taken !== null) === (taken === "true");
  }
}

// As gateway/published/urgency.py: what goes on, what nobody has acknowledged, by priority, the most severe, the newest.
function byUrgency(a, b) {
  const [left, right] = [rank(a), rank(b)];
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return left[i] < right[i] ? -1 : 1;
  if (a.start !== b.start) return a.start > b.start ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

const rank = (alarm) => [alarm.withdrawn, alarm.state === "closed", alarm.kind === "drill", !goesOn(alarm), !asks(alarm), -PRIORITIES.indexOf(alarm.priority), -SEVERITIES.indexOf(alarm.severity)];
