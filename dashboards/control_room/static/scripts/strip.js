// What needs somebody now: what is wrong, where, what is inside, what to do; the worst first, an asset once.

import { get, newKey, post } from "./api.js";
import { ask, tellProblem, toast } from "./dialogs.js";
import { badge, byId, element, setText, shape } from "./elements.js";
import { alarms, assets, condition, sites } from "./fleet.js";
import { ruleWords } from "./rules.js";
import { insideWords } from "./tile.js";
import { priorityWord, unitWord, word } from "./states.js";
import { duration, timeElement } from "./time.js";
import { language, measured, t, tn } from "./words.js";

const MOST = 4; // assets; how many more there are stands below
const MOST_UNITS = 3; // codes of an alarm
const guidances = new Map(); // by the alarm: what to do first
let after = () => {};

export function begin(changed) {
  after = changed;
}

export function showStrip() {
  const groups = grouped(alarms);
  const strip = byId("strip");
  const shown = groups.slice(0, MOST).map(row);
  if (groups.length > MOST) shown.push(moreRow(groups.slice(MOST)));
  strip.replaceChildren(...(shown.length ? shown : [calm()]));
}

// The seconds that count, without making anything anew.
export function tick() {
  for (const one of document.querySelectorAll("#strip [data-since]")) {
    setText(one, duration((Date.now() - Number(one.dataset.since)) / 1000));
  }
  for (const one of document.querySelectorAll("#strip [data-asset]")) setText(one, nowWords(one.dataset.asset));
}

// Of one asset, or of the gateway: the most urgent alarm stands for them.
function grouped(rows) {
  const found = new Map();
  for (const alarm of rows) {
    const key = alarm.asset;
    found.set(key, [...(found.get(key) ?? []), alarm]);
  }
  return [...found.values()];
}

function row(group) {
  const [alarm] = group;
  if (!alarm.asset) return element("article", { class: "wrong of-gateway", "data-state": alarm.severity }, what(alarm, group.length), next(alarm, group));
  return element("article", { class: "wrong", "data-state": alarm.severity }, what(alarm, group.length), where(alarm), inside(alarm), next(alarm, group));
}

function what(alarm, count) {
  const since = new Date(alarm.start).getTime();
  const more = count > 1 ? ` · ${tn("{n} more alarm", "{n} more alarms", count - 1)}` : "";
  return element("div", {},
    element("h2", {}, badge(alarm.severity, word(alarm.severity), true), ...(alarm.asset ? [] : [element("span", {}, t("the gateway itself"))]), ...(alarm.drill ? [badge("quiet", t("drill"))] : [])),
    element("p", { class: alarm.asset ? "rule" : "rule long", title: alarm.message }, ruleWords(alarm)),
    element("p", { class: "quiet" }, t("since"), " ", timeElement(alarm.start, sites.get(alarm.site)?.time_zone ?? ""), " · ", element("span", { "data-since": since }, duration((Date.now() - since) / 1000)), more));
}

function where(alarm) {
  const asset = assets.get(alarm.asset);
  const name = asset?.name || alarm.asset;
  const place = [sites.get(alarm.site)?.name || alarm.site, alarm.zone].filter(Boolean).join(" · ");
  const heading = element("a", { href: `/assets/${encodeURIComponent(alarm.asset)}` }, name);
  return element("div", {},
    element("h3", {}, t("Where")), element("h2", {}, heading), element("p", { class: "quiet" }, place),
    ...(asset ? [element("p", { class: "big", "data-asset": alarm.asset }, nowWords(alarm.asset))] : []));
}

function nowWords(name) {
  const asset = assets.get(name);
  const main = asset ? condition(asset).main : null;
  return main === null ? "" : `${measured(main.value)} ${unitWord(main.unit)}`;
}

function inside(alarm) {
  const counted = assets.get(alarm.asset)?.inside ?? null;
  const units = Array.isArray(alarm.units) ? alarm.units : [];
  const named = units.slice(0, MOST_UNITS).map((unit) => element("p", {}, [unit.product, unit.chain_of_identity || unit.code].filter(Boolean).join(" · ")));
  const count = units.length + (alarm.more_units ?? 0);
  const more = count > MOST_UNITS ? [element("p", { class: "quiet" }, tn("and {n} more unit", "and {n} more units", count - MOST_UNITS))] : [];
  const head = counted ? insideWords(counted) : alarm.units === "unknown" ? t("contents unknown") : tn("{n} unit", "{n} units", count);
  return element("div", {}, element("h3", {}, t("Inside")), element("p", { class: "big" }, shape("box"), " ", head), ...named, ...more);
}

function next(alarm, group) {
  const said = element("p", {}, firstStep(alarm));
  const open = element("a", { class: "button", href: `/alarms/${encodeURIComponent(alarm.id)}` }, t("Open"));
  const take = element("button", { type: "button", class: "button primary" }, t("Take it"));
  take.addEventListener("click", () => takeIt(alarm, group, take));
  const taken = alarm.taken !== null;
  return element("div", {},
    element("h3", {}, t("Now · priority {priority}", { priority: priorityWord(alarm.priority) })),
    element("p", { class: "big" }, taken ? t("{name} is on it", { name: alarm.taken.by }) : alarm.assigned ? t("assigned to {name}", { name: alarm.assigned.to }) : t("nobody has taken it")),
    said, element("div", { class: "acts" }, ...(taken ? [] : [take]), open));
}

function firstStep(alarm) {
  const known = guidances.get(alarm.id);
  if (known === undefined) loadGuidance(alarm);
  const steps = known?.steps?.[language === "en" ? "en" : "zh"] ?? Object.values(known?.steps ?? {})[0] ?? [];
  if (steps.length) return t("First: {step}", { step: steps[0] });
  return alarm.kind === "fault" ? "" : t("Take it, then go and look at the vessel.");
}

// Asked for once; it stands with the alarm itself, not in the list.
async function loadGuidance(alarm) {
  guidances.set(alarm.id, null);
  try {
    guidances.set(alarm.id, (await get(`/alarms/${encodeURIComponent(alarm.id)}`)).guidance);
    if (guidances.get(alarm.id)) showStrip();
  } catch (problem) {
    if (problem.status !== 404) guidances.delete(alarm.id);
  }
}

async function takeIt(alarm, group, button) {
  const comment = await ask({ title: t("Take {name}", { name: assets.get(alarm.asset)?.name || alarm.asset || alarm.rule }), text: t("Everybody sees that you are on it, and nobody else is called. You can hand it on."), button: t("Take it"), reason: "optional", label: t("Comment") });
  if (comment === null) return;
  button.disabled = true;
  try {
    for (const one of group) await post(`/alarms/${encodeURIComponent(one.id)}/take`, comment ? { comment } : {}, { key: newKey() });
    toast(t("You are on it."));
    await after();
  } catch (problem) {
    button.disabled = false;
    tellProblem(problem);
  }
}

function moreRow(rest) {
  return element("p", { class: "more" }, element("a", { href: "/alarms" }, tn("alarms of {n} more asset", "alarms of {n} more assets", rest.length)));
}

function calm() {
  return element("p", { class: "calm" }, shape("fine"), t("No alarm needs anybody."));
}
