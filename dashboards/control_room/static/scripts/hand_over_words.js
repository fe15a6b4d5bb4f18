// Open alarms and what happened, as lines of a hand-over.

import { badge, element } from "./elements.js";
import { nameOf, personCalled } from "./people_names.js";
import { alarmState, ruleKind, unitWord, word } from "./states.js";
import { asDate, timeElement } from "./time.js";
import { measured, t, tn } from "./words.js";

const CHANGES = {
  "raised": () => t("raised"), "acknowledged": () => t("acknowledged"), "amended": () => t("amended"), "returned": () => t("returned"),
  "withdrawn": () => t("withdrawn"), "closed": () => t("closed"), "ended": () => t("ended"), "asks again": () => t("asks again"),
  "taken": () => t("taken by somebody"), "taken back": () => t("taken back"), "assigned": () => t("assigned"), "commented": () => t("commented"),
  "shelved": () => t("shelved"), "suppressed": () => t("suppressed"), "out of service": () => t("out of service"), "speaks again": () => t("speaks again"),
};
const changeWord = (change) => CHANGES[change]?.() ?? change;

export function countsOf(counts) {
  return Object.entries(counts).map(([change, n]) => {
    const [plain, drill] = change.endsWith(" in drills") ? [change.slice(0, -" in drills".length), true] : [change, false];
    const words = drill ? t("{what} in drills", { what: changeWord(plain) }) : changeWord(plain);
    return element("span", { class: "counts-one" }, `${words} × ${n}`);
  });
}

export function openAlarm(alarm, people, zone) {
  const where = [alarm.asset, alarm.zone].filter(Boolean).join(" / ") || alarm.channel || t("the gateway");
  const what = alarm.message || [ruleKind(alarm.kind), alarm.rule].filter(Boolean).join(" ");
  const lines = [
    element("p", { class: "what" }, element("a", { href: `/alarms/${encodeURIComponent(alarm.id)}` }, `${where}: ${what}`)),
    element("p", {}, [worstOf(alarm), alarmState(alarm.state), inside(alarm)].filter(Boolean).join(" · ")),
    element("p", { class: "quiet" }, t("since"), " ", timeElement(alarm.start ?? alarm.raised, zone), ` · ${whoHasIt(alarm, people)}`),
  ];
  return element("li", { class: "open-alarm" }, element("p", {}, badge(alarm.severity, word(alarm.severity))), element("div", {}, ...lines));
}

const worstOf = (alarm) => (Number.isFinite(alarm.extreme) ? t("worst {value}", { value: `${measured(alarm.extreme)} ${unitWord(alarm.unit)}` }) : "");

function inside({ units }) {
  if (!units) return t("contents unknown");
  return units.length ? tn("one unit inside", "{n} units inside", units.length) : t("nothing inside, as stated");
}

function whoHasIt({ taken, assigned }, people) {
  const named = (called) => { const found = personCalled(people, called); return found ? nameOf(found) : called; };
  if (taken) return t("{name} is on it", { name: named(taken.by) });
  return assigned ? t("assigned to {name}", { name: named(assigned.to) }) : t("nobody is on it");
}

// Changes of alarms and what people stated, in one order.
export function storyOf(changes, said, zone) {
  const told = said.filter((one) => one.kind !== "handover").map((one) => ({ at: one.stated, made: line(one.stated, [`${one.by}: `, element("span", { lang: "en" }, one.words), one.reason ? ` (${one.reason})` : ""], zone) }));
  const alarms = changes.map((one) => ({ at: one.at, made: line(one.at, [`${one.asset || one.channel || t("the gateway")}: ${one.rule} `, element("b", {}, changeWord(one.change))], zone) }));
  return [...told, ...alarms].sort((a, b) => asDate(a.at) - asDate(b.at));
}

const line = (at, words, zone) => element("li", {}, timeElement(at, zone), element("span", {}, ...words.filter(Boolean)));
