// One alarm: what is wrong, what to do first, what is inside, who is told, what it looks like, what became of it.

import { get } from "./api.js";
import { asks, goesOn, numberInside } from "./alarm_list.js";
import { holder, priorityLine, valueWords } from "./alarm_row.js";
import { quietWords, timeLine } from "./alarm_history.js";
import { limitOf, reasonOf, stateWords, swingsOf, titleOf, withUnit } from "./alarm_words.js";
import { badge, element, shape } from "./elements.js";
import { term } from "./explain.js";
import { riskWord, word } from "./states.js";
import { duration, timeElement } from "./time.js";
import { language, t, tn } from "./words.js";

const MOST_UNITS = 200; // shown before somebody asks for all
const spoken = language.startsWith("zh") ? "zh" : "en";

// Everything about an alarm, told piece by piece: who looks at night must not wait for hints. What this account may not see, or
// what is away for a moment, is null; what is not there yet is undefined.
export async function ask(id, tell) {
  const path = `/alarms/${encodeURIComponent(id)}`;
  const found = { alarm: await get(path), history: undefined, hints: undefined };
  tell(found);
  const part = async (name, address) => {
    found[name] = await get(address).catch(() => null);
    tell(found);
  };
  await Promise.all([part("history", `${path}/history`), part("hints", `${path}/hints?language=${spoken}`)]);
}

// `place`: as of alarm_row.js; `acts`: buttons.
export function detail({ alarm, history, hints }, place, acts) {
  const group = place.group(alarm);
  const parts = [
    element("p", { class: "back" }, element("a", { class: "button", href: `/alarms${place.query()}`, "data-back": true }, "← ", t("All alarms"))),
    heading(alarm, place),
    said(alarm, place),
    element("div", { class: "acts row" }, ...acts, ...review(alarm)),
    element("h3", {}, t("Do first")), guidance(alarm),
    element("h3", {}, term("contents", t("Inside"))), units(alarm),
    element("h3", {}, t("Facts")), facts(alarm, place),
    element("h3", {}, term("escalation", t("Who is told"))), calls(alarm, group, place),
  ];
  const others = (group?.alarms ?? []).filter((one) => one !== alarm.id);
  if (others.length) parts.push(element("h3", {}, term("happening", t("Of the same happening"))), list(others.map((one) => link(place.alarm(one), one, place))));
  if (hints && goesOn(alarm)) parts.push(element("h3", {}, term("hints", t("What it looks like"))), looks(hints));
  parts.push(element("h3", {}, t("What happened")), history ? timeLine(history, place.zone) : element("p", { class: "quiet" }, history === null ? t("The history cannot be read now.") : t("Being read ...")));
  return parts;
}

function heading(alarm, place) {
  const site = place.siteName(alarm.site), name = place.assetName(alarm.asset) || alarm.rule;
  const isAsset = alarm.asset && !alarm.asset.includes(", ");
  const title = isAsset ? element("a", { href: `/assets/${encodeURIComponent(alarm.asset)}` }, name) : name;
  return element("h2", { tabindex: -1 }, badge(alarm.overlay ? "quiet" : alarm.severity, word(alarm.severity), goesOn(alarm) && !alarm.overlay), element("span", {}, title), element("span", { class: "quiet" }, site, " ", element("span", { class: "code" }, alarm.id)));
}

// Every excursion has one.
function review(alarm) {
  return ["fault", "drill"].includes(alarm.kind) ? [] : [element("a", { class: "button", href: `/reviews/${encodeURIComponent(alarm.id)}` }, t("Review"))];
}

function said(alarm, place) {
  const made = element("p", { class: "said" }, element("strong", {}, titleOf(alarm)));
  if (alarm.channel) made.append(" ", element("span", { class: "value", "data-channel": alarm.channel }, valueWords(alarm)));
  return made;
}

function guidance(alarm) {
  const told = alarm.guidance;
  if (!told) return element("p", {}, t("Look at the vessel first. Nobody has written steps for this yet: [guidance] in the configuration."));
  const steps = told.steps[spoken]?.length ? told.steps[spoken] : Object.values(told.steps).find((one) => one.length) ?? [];
  const made = element("div", {}, element("ol", { class: "steps" }, ...steps.map((step) => element("li", {}, step))));
  if (told.contacts?.length) made.append(element("p", {}, t("Contacts: {names}", { names: told.contacts.join("; ") })));
  if (told.plan) made.append(element("p", {}, t("Emergency plan {plan}", { plan: told.plan })));
  return made;
}

function units(alarm) {
  const count = numberInside(alarm), { risk } = reasonOf(alarm);
  if (count === null) return element("p", {}, t("What is inside belongs to other sites, or is not known."));
  if (count === 0) return element("p", {}, risk === "empty" ? t("Nothing is inside, as somebody stated.") : t("Nobody has stated what is inside. Look, and scan it."));
  const made = element("div", {}, element("p", {}, element("strong", {}, tn("one unit inside", "{n} units inside", count)), risk ? `, ${riskWord(risk)}` : ""));
  const shown = element("ul", { class: "units" }, ...alarm.units.slice(0, MOST_UNITS).map(unitLine));
  made.append(shown);
  if (alarm.units.length > MOST_UNITS) {
    const rest = element("button", { type: "button", class: "button" }, t("Show all {n}", { n: alarm.units.length }));
    rest.addEventListener("click", () => { shown.replaceChildren(...alarm.units.map(unitLine)); rest.remove(); });
    made.append(rest);
  }
  return made;
}

function unitLine(unit) {
  const address = `/units?${new URLSearchParams({ scheme: unit.scheme, code: unit.code })}`;
  const more = [unit.product, unit.chain_of_identity, unit.certain ? "" : t("maybe inside: statements contradict each other")].filter(Boolean).join(" · ");
  return element("li", {}, element("a", { class: "code", href: address }, unit.code), " ", element("span", { class: "quiet" }, more));
}

function facts(alarm, place) {
  const left = place.timeLeft(alarm.asset), limit = limitOf(alarm), rows = [];
  if (alarm.channel) rows.push([t("Channel"), alarm.channel]);
  if (limit) rows.push([term("limit", t("Limit")), `${withUnit(limit.value, alarm.unit)} (${alarm.rule}, ${alarm.profile_version})`]);
  rows.push([t("Since"), element("span", {}, timeElement(alarm.start, place.zone))]);
  if (alarm.over ?? alarm.end) rows.push([t("Until"), timeElement(alarm.over ?? alarm.end, place.zone)]);
  if (alarm.beyond_s > 0) rows.push([t("Beyond the limit"), duration(alarm.beyond_s)]);
  if (goesOn(alarm) && left !== null) rows.push([term("time-left", t("Time left")), t("{time} left at least", { time: duration(left) })]);
  rows.push([term("priority", t("Priority")), priorityLine(alarm)], [t("State"), stateWords(alarm)], [t("Who has it"), holder(alarm)]);
  const swings = swingsOf(alarm, place.group(alarm));
  if (swings !== null) rows.push([term("chattering", t("Chattering")), element("span", {}, shape("swings"), " ", swings)]);
  if (alarm.overlay) rows.push([t("Quiet"), element("span", {}, shape("quiet"), " ", quietWords(alarm.overlay, place.zone))]);
  return element("dl", { class: "facts" }, ...rows.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}

const OUTCOMES = { delivered: () => t("delivered"), rejected: () => t("refused"), retry: () => t("no answer, tried again") };

function calls(alarm, group, place) {
  if (!group) return element("p", { class: "quiet" }, t("Nobody is called about it any more."));
  const made = element("div", {});
  if (!group.attempts.length) made.append(element("p", {}, t("Nobody was called yet.")));
  made.append(list(group.attempts.slice(-20).map((one) => element("span", {}, timeElement(one.at, place.zone), " ", t("{name} by {way}: {outcome}", { name: one.name, way: one.by, outcome: OUTCOMES[one.outcome]?.() ?? one.outcome })))));
  if (group.nobody_since) made.append(element("p", { class: "meanwhile" }, t("Nobody could be reached. Call somebody yourself.")));
  if (group.next) made.append(element("p", {}, t("Next: "), timeElement(group.next.at, place.zone), ` ${group.next.names.join(", ")}`));
  else if (group.no_policy) made.append(element("p", { class: "meanwhile" }, t("No escalation is for it: nobody is called.")));
  else if (group.calling && asks(alarm)) made.append(element("p", {}, t("No roster says whom to call next: nobody is called by itself.")));
  else if (!group.calling) made.append(element("p", {}, t("Calls have stopped: somebody is on it.")));
  return made;
}

function link(other, id, place) {
  const address = element("a", { href: `/alarms/${encodeURIComponent(id)}${place.query()}`, "data-open": id }, other ? titleOf(other) : id);
  return other ? element("span", {}, badge(other.severity, word(other.severity)), " ", address, " ", element("span", { class: "quiet" }, stateWords(other))) : address;
}

function looks({ hints }) {
  if (!hints.length) return element("p", {}, t("Nothing fits: look at the vessel."));
  const made = list(hints.map((hint) => element("span", {}, element("strong", {}, hint.words), `: ${hint.evidence.map((one) => one.words).join("; ")}`)));
  return element("div", {}, made, element("p", { class: "quiet" }, t("Hints from the readings, no verdict: look first.")));
}

const list = (items) => element("ul", { class: "units" }, ...items.map((one) => element("li", {}, one)));
