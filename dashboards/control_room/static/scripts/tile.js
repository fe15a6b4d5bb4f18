// The tile of one asset. It is made once; later only what changed is written.

import { element, setData, setShape, setText, shape } from "./elements.js";
import { condition, soonest, zoneStates } from "./fleet.js";
import { ageOf, isLive, past } from "./live.js";
import { kindWord, riskWord, unitWord, word } from "./states.js";
import { duration } from "./time.js";
import { showZones, vessel } from "./vessel.js";
import { measured, t, tn } from "./words.js";

const TREND_MS = 15 * 60_000; // it is taken over
const TREND_LEAST_MS = 20_000;
const STEADY = 0.15; // degC or the like in that time: less is no trend
const NOW_S = 3;
const OTHERS = 2; // channels that are shown beside the main one

export class Tile {
  constructor(asset) {
    this.asset = asset;
    const parts = {
      vessel: vessel(asset.kind, zoneStates(asset)),
      name: element("span", { class: "name" }, asset.name || asset.asset),
      badge: element("span", { class: "badge" }, shape("wait"), element("span")),
      kind: element("span", { class: "kind" }),
      number: element("span"), unit: element("span", { class: "unit" }), trend: shape("level"),
      others: element("span", { class: "others" }),
      left: element("span", { class: "left" }, shape("time"), element("span")),
      inside: element("span", { class: "inside" }, shape("box"), element("span")),
      age: element("span", { class: "age" }),
    };
    this.parts = parts;
    parts.vessel.removeAttribute("role"); // the kind stands beside it
    parts.vessel.removeAttribute("aria-label");
    parts.vessel.setAttribute("aria-hidden", "true");
    const value = element("div", { class: "value" }, parts.number, " ", parts.unit, parts.trend);
    const link = element(
      "a", { class: "tile", href: `/assets/${encodeURIComponent(asset.asset)}` }, parts.vessel,
      element("div", {}, element("div", { class: "top" }, parts.name, parts.badge), parts.kind),
      element("div", {}, value, parts.others),
      element("div", { class: "facts" }, parts.inside, parts.left, parts.age),
    );
    this.link = link;
    this.item = element("li", {}, link);
    this.state = "";
    this.main = null;
    this.order = asset.name || asset.asset;
  }

  // Whether its place among the others may be another now.
  show() {
    const { parts, asset } = this;
    const { main, others, state } = condition(asset);
    const before = this.state;
    this.state = state;
    this.main = main;
    setData(this.link, "state", state);
    setData(parts.badge, "state", state);
    setShape(parts.badge.firstElementChild, state);
    setText(parts.badge.lastElementChild, word(state));
    showZones(parts.vessel, zoneStates(asset));
    setText(parts.kind, [asset.name && asset.name !== asset.asset ? asset.asset : "", kindWord(asset.kind), main?.zone ?? ""].filter(Boolean).join(" · "));
    setText(parts.number, main === null ? "–" : measured(main.value));
    setText(parts.unit, main === null || main.value === null ? "" : unitWord(main.unit));
    this.#showTrend(main);
    setText(parts.others, others.slice(0, OTHERS).map((row) => `${row.zone || row.channel} ${measured(row.value)} ${unitWord(row.unit)}`).join(" · "));
    this.#showFacts();
    this.showAge();
    return before !== state;
  }

  showAge() {
    const age = this.main === null ? null : ageOf(this.main);
    setText(this.parts.age, age === null ? t("no data yet") : age < NOW_S ? t("now") : t("{age} ago", { age: duration(age) }));
  }

  #showTrend(main) {
    const trend = main === null || !isLive() ? null : trendOf(past.get(main.channel) ?? []);
    this.parts.trend.style.visibility = trend === null ? "hidden" : "visible";
    if (trend !== null) setShape(this.parts.trend, trend);
  }

  #showFacts() {
    const { parts, asset } = this;
    setText(parts.inside.lastElementChild, insideWords(asset.inside));
    const left = soonest(asset);
    parts.left.hidden = left === null || !isLive();
    if (left !== null) setText(parts.left.lastElementChild, t("at least {time}", { time: duration(left.lowest_s) }));
    if (left !== null) parts.left.title = left.until === "empty" ? t("until it is empty") : t("until {rule}", { rule: left.until });
  }
}

// "2 units, irreplaceable"; unknown is not empty.
export function insideWords(inside) {
  if (inside === null) return "…";
  if (!inside.known) return t("contents unknown");
  if (inside.units === 0) return t("empty");
  return t("{units}, {risk}", { units: tn("{n} unit", "{n} units", inside.units), risk: riskWord(inside.risk) });
}

// Where it goes: "up", "down" or "level"; null where too little is known.
export function trendOf(rows) {
  const last = rows.at(-1);
  if (last === undefined) return null;
  const first = rows.find(([time]) => last[0] - time <= TREND_MS);
  if (last[0] - first[0] < TREND_LEAST_MS) return null;
  const change = last[1] - first[1];
  return Math.abs(change) < STEADY ? "level" : change > 0 ? "up" : "down";
}
