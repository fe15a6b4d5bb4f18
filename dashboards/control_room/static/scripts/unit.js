// A product unit: what it is, where it is and was, the alarms that it was in.

import { all, get } from "./api.js";
import { partWords, schemeWord } from "./code_words.js";
import { badge, byId, element, shape } from "./elements.js";
import { term } from "./explain.js";
import { ready, zone } from "./page.js";
import { alarmState, word } from "./states.js";
import { duration, timeElement } from "./time.js";
import { t, tn } from "./words.js";

const MOST_ASKED = 20; // alarms with more units than a list shows, asked for one by one
await ready;
const query = new URLSearchParams(location.search), scheme = query.get("scheme") ?? "", code = query.get("code") ?? "";
const into = byId("unit");
await show();
into.setAttribute("aria-busy", "false");

async function show() {
  if (!code) return missing(t("No unit is chosen"), t("Scan a code on any page, or press / and type it."));
  const [found, meaning, assets] = await Promise.all([get(`/units/${encodeURIComponent(code)}`).catch((problem) => problem), get(`/codes?${new URLSearchParams({ text: code })}`).catch(() => null), all("/assets").then((one) => one.items, () => [])]);
  const units = (found.units ?? []).filter((one) => !scheme || one.scheme === scheme);
  if (!units.length) return missing(t("Nobody has stated anything about this unit"), found.units || found.status === 404 ? t("If it is one of yours, state in which vessel it is.") : found.message);
  const names = new Map(assets.map((one) => [one.asset, one.name || one.asset]));
  into.replaceChildren(...units.map((one) => card(one, names, meaning)));
  await Promise.all(units.map(async (one, i) => into.children[i].append(...(await alarmPart(one, names)))));
}

function missing(title, next) {
  into.replaceChildren(element("div", { class: "empty card" }, shape("box"), element("h2", {}, title), element("p", { class: "code" }, code), element("p", {}, next)));
}

function card(unit, names, meaning) {
  const parts = meaning?.schemes.find((one) => one.scheme === unit.scheme)?.parts ?? [];
  const facts = [[t("Product"), unit.product || "–"], [term("chain-of-identity", t("Chain of identity")), unit.chain_of_identity || "–"], [term("code", t("Code")), schemeWord(unit.scheme)], ...parts.map((part) => [partWords(part), element("code", {}, part.value)])];
  return element(
    "section", { class: "card" }, element("h2", { class: "code" }, unit.code), now(unit, names),
    element("dl", { class: "parts" }, ...facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)])),
    unit.conflicts.length ? element("p", { class: "why" }, tn("Statements about where it is contradict each other: somebody has to correct one.", "{n} pairs of statements about where it is contradict each other: somebody has to correct them.", unit.conflicts.length)) : "",
    element("h3", {}, t("Where it was")), stays(unit, names),
  );
}

function now(unit, names) {
  if (!unit.inside.length) return element("p", { class: "said" }, t("In no vessel now, as far as anybody stated."));
  return element("p", { class: "said" }, shape("box"), " ", t("Now in"), " ", ...unit.inside.map((id) => asset(id, names)));
}

function asset(id, names) {
  return element("a", { href: `/assets/${encodeURIComponent(id)}` }, names.get(id) ?? id);
}

function stays(unit, names) {
  const rows = [...unit.stays].reverse().map((stay) => element(
    "tr", {}, element("th", { scope: "row" }, asset(stay.asset, names), stay.zone ? ` ${stay.zone}` : ""), element("td", {}, timeElement(stay.from, zone)), element("td", {}, stay.to ? timeElement(stay.to, zone) : t("still there")),
    element("td", {}, stay.certain ? "" : t("contradicted"), stay.stated.map((one) => one.by).join(", ")),
  ));
  const head = [t("Vessel"), t("From"), t("Until"), t("Stated by")].map((words) => element("th", { scope: "col" }, words));
  return element("div", { class: "wide" }, element("table", { class: "table" }, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows)));
}

async function alarmPart(unit, names) {
  const found = await alarmsOf(unit);
  const rows = found.map((alarm) => {
    const own = alarm.units.find((one) => one.code === unit.code && one.scheme === unit.scheme);
    return element("li", {}, badge(alarm.severity, word(alarm.severity)), " ", element("a", { href: `/alarms/${encodeURIComponent(alarm.id)}` }, `${names.get(alarm.asset) ?? alarm.asset}: ${alarm.rule}`), " ", timeElement(alarm.start, zone), " ",
      element("span", { class: "quiet" }, [alarmState(alarm.state), own.beyond_s ? t("{time} beyond the limit while it was inside", { time: duration(own.beyond_s) }) : "", own.unproven_s ? t("{time} not proven while it was inside", { time: duration(own.unproven_s) }) : ""].filter(Boolean).join(" · ")));
  });
  return [element("h3", {}, t("Alarms that it was in")), rows.length ? element("ul", { class: "found" }, ...rows) : element("p", {}, t("None that is known."))];
}

async function alarmsOf(unit) {
  const assets = [...new Set(unit.stays.map((one) => one.asset))];
  const lists = await Promise.all(assets.map((one) => get(`/alarms?${new URLSearchParams({ asset: one, closed: "true", limit: "1000" })}`).then((found) => found.items, () => [])));
  const isIn = (alarm) => Array.isArray(alarm.units) && alarm.units.some((one) => one.code === unit.code && one.scheme === unit.scheme);
  let asked = 0;
  const sure = lists.flat().map((alarm) => (isIn(alarm) ? alarm : alarm.more_units && asked++ < MOST_ASKED ? get(`/alarms/${encodeURIComponent(alarm.id)}`).catch(() => alarm) : null));
  return (await Promise.all(sure)).filter((alarm) => alarm && isIn(alarm));
}
