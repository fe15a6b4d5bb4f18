// One alarm in the list: what is wrong, where, what is inside, since when, who is on it.

import { asks, goesOn, numberInside } from "./alarm_list.js";
import { becauseWords, overlayWords, reasonOf, reasonWords, stateWords, swingsOf, titleOf, withUnit } from "./alarm_words.js";
import { badge, element, shape } from "./elements.js";
import { isLive, values } from "./live.js";
import { priorityWord, riskWord, word } from "./states.js";
import { clockTime, duration, timeElement } from "./time.js";
import { number, t, tn } from "./words.js";

const SHOWN_CODES = 2;

// `place`: { assetName(id), siteName(id), timeLeft(asset), zone, group(alarm) }
export function alarmRow(alarm, place) {
  const row = element("article", { class: "alarm", id: `row-${alarm.id}`, "data-id": alarm.id, "data-state": shownState(alarm), "data-over": !goesOn(alarm) });
  const pick = element("input", { type: "checkbox", "aria-label": t("Choose {alarm}", { alarm: `${place.assetName(alarm.asset)} ${alarm.rule}` }) });
  row.append(
    element("label", { class: "pick" }, pick),
    element("div", {}, head(alarm, place), what(alarm, place), ...swings(alarm, place)),
    inside(alarm),
    who(alarm, place),
    element("p", { class: "reason quiet" }, priorityLine(alarm, becauseWords)),
  );
  return row;
}

const shownState = (alarm) => (alarm.overlay ? "quiet" : alarm.severity);

function head(alarm, place) {
  const site = place.siteName(alarm.site);
  return element(
    "p", { class: "first" }, badge(alarm.overlay ? "quiet" : alarm.severity, word(alarm.severity), goesOn(alarm) && asks(alarm) && !alarm.overlay),
    element("a", { class: "where", href: `/alarms/${encodeURIComponent(alarm.id)}` }, place.assetName(alarm.asset) || alarm.rule),
    site && place.sites.size > 1 ? element("span", { class: "quiet" }, site) : "",
  );
}

function what(alarm, place) {
  const line = element("p", { class: "what" }, element("strong", {}, titleOf(alarm)));
  if (alarm.kind !== "fault" && alarm.kind !== "drill") line.append(" ", element("span", { class: "value", "data-channel": alarm.channel }, valueWords(alarm)));
  return line;
}

function swings(alarm, place) {
  const words = swingsOf(alarm, place.group(alarm));
  return words === null ? [] : [line("swings", words)];
}

// The value of now where somebody knows it, and the worst one.
export function valueWords(alarm) {
  const row = values.get(alarm.channel);
  const worst = t("worst {value}", { value: withUnit(alarm.extreme, alarm.unit) });
  if (!goesOn(alarm)) return worst;
  const now = isLive() && row && !row.unknown && row.value !== null ? t("now {value}", { value: withUnit(row.value, alarm.unit) }) : t("now unknown");
  return `${now} · ${worst}`;
}

function inside(alarm) {
  const count = numberInside(alarm), { risk } = reasonOf(alarm);
  const part = element("div", { class: "inside" });
  if (count === null || (count === 0 && risk !== "empty" && alarm.kind !== "fault")) part.append(line("box", t("contents unknown")));
  else if (count === 0) part.append(line("box", t("nothing inside"), "quiet"));
  else {
    part.append(line("box", element("strong", {}, tn("one unit inside", "{n} units inside", count)), risk ? `, ${riskWord(risk)}` : ""));
    for (const unit of alarm.units.slice(0, SHOWN_CODES)) part.append(element("p", { class: "code" }, unit.code));
    if (count > SHOWN_CODES) part.append(element("p", { class: "quiet" }, t("and {n} more", { n: number(count - SHOWN_CODES) })));
  }
  return part;
}

function line(name, ...words) {
  const state = words.at(-1) === "quiet" ? words.pop() : "";
  return element("p", { class: state }, shape(name), " ", ...words);
}

function who(alarm, place) {
  const part = element("div", { class: "who" });
  const since = element("p", {}, goesOn(alarm) ? t("since") : t("began"), " ", timeElement(alarm.start, place.zone), " ");
  since.append(element("span", { class: "ago quiet", "data-since": alarm.start, "data-until": alarm.over ?? alarm.end ?? "" }, `(${ago(alarm)})`));
  part.append(since);
  const left = goesOn(alarm) ? place.timeLeft(alarm.asset) : null;
  if (left !== null) part.append(line("time", t("{time} left at least", { time: duration(left) })));
  part.append(element("p", {}, stateWords(alarm)), holder(alarm), ...overlay(alarm, place), ...next(alarm, place));
  return part;
}

export function ago(alarm) {
  const end = alarm.over ?? alarm.end;
  return duration(((end ? new Date(end) : Date.now()) - new Date(alarm.start)) / 1000);
}

export function holder(alarm) {
  if (alarm.taken) return line("person", t("{name} has it", { name: alarm.taken.by }));
  if (alarm.assigned) return line("person", t("assigned to {name}, not taken yet", { name: alarm.assigned.to }));
  if (alarm.state === "closed") return line("person", t("closed by {name}", { name: alarm.closing?.by ?? "" }));
  return element("p", { class: asks(alarm) ? "nobody" : "" }, asks(alarm) ? t("nobody has it") : t("nobody has it now"));
}

function overlay(alarm, place) {
  if (!alarm.overlay) return [];
  const words = { kind: overlayWords(alarm.overlay.kind), time: clockTime(alarm.overlay.until, place.zone, false), reason: alarm.overlay.reason };
  return [line("quiet", t("{kind} until {time}: {reason}", words))];
}

function next(alarm, place) {
  const group = place.group(alarm);
  if (!group || !asks(alarm) || alarm.overlay) return [];
  if (group.nobody_since) return [element("p", { class: "nobody" }, t("nobody could be reached"))];
  if (!group.next) return [];
  return [element("p", { class: "quiet" }, t("next call {time}: {names}", { time: clockTime(group.next.at, place.zone, false), names: group.next.names.join(", ") }))];
}

export function priorityLine(alarm, because = reasonWords) {
  return alarm.priority ? t("priority {priority}: {reason}", { priority: priorityWord(alarm.priority), reason: because(alarm) }) : "";
}
