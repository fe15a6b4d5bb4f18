// What a review says about itself, in the language of the page: states, what is next, decisions, what changed.

import { badge, element } from "./elements.js";
import { word } from "./states.js";
import { duration, timeElement } from "./time.js";
import { number, t, tn } from "./words.js";

const STATES = {
  "open": ["wait", () => t("nobody has assessed it")],
  "re-opened": ["warning", () => t("opened again: assess it anew")],
  "assessed": ["wait", () => t("units are without a decision")],
  "disposed": ["wait", () => t("a second person has not approved it")],
  "approved": ["fine", () => t("approved")],
};
export const stateBadge = (state) => badge(STATES[state]?.[0] ?? "unknown", STATES[state]?.[1]() ?? state);

const NEXT = {
  "open": () => t("Assess it"), "re-opened": () => t("Assess it anew"), "assessed": () => t("Decide about its units"), "disposed": () => t("A second person approves it"), "approved": () => t("approved"),
};
export const nextWords = (state) => NEXT[state]?.() ?? state;

const DECISIONS = {
  "use": [() => t("use"), () => t("It may be used.")],
  "quarantine": [() => t("quarantine"), () => t("It waits: another decision follows by itself, without a correction.")],
  "reject": [() => t("reject"), () => t("It is not used.")],
  "add-back": [() => t("add back"), () => t("It goes back to the stock that it came from.")],
};
export const DECIDED = Object.keys(DECISIONS);
export const decisionWord = (decision) => DECISIONS[decision]?.[0]() ?? decision;
export const decisionMeans = (decision) => DECISIONS[decision][1]();

const MEANINGS = { approved: () => t("approved"), reviewed: () => t("reviewed"), responsible: () => t("responsible") };
export const meaningWord = (meaning) => MEANINGS[meaning]?.() ?? meaning;

const ENDED = { returned: () => t("returned"), moved: () => t("moved"), superseded: () => t("superseded"), retired: () => t("retired"), withdrawn: () => t("withdrawn: it never was") };
export const endedWord = (how) => ENDED[how]?.() ?? how;

const WHAT = {
  start: () => t("start"), end: () => t("end"), extreme: () => t("extreme"), extreme_at: () => t("time of the extreme"), beyond_s: () => t("time beyond the limit"), degree_seconds: () => t("degree-seconds"),
  readings: () => t("readings"), unproven_s: () => t("not proven"), contains_gap: () => t("contains a gap"), ended_by: () => t("ended by"), severity: () => t("severity"), versions: () => t("versions of the limits"),
  withdrawn: () => t("withdrawn"), assets: () => t("assets"), zone: () => t("zone"), calibration: () => t("calibration"), uncertainty: () => t("uncertainty"), units: () => t("units"),
};
const GRAVE = ["warning", "minor", "major", "critical"]; // as the number of a severity counts them

// A list of what differs between what two revisions rested on.
export function changeList(changes, zone) {
  if (!changes.length) return element("p", {}, t("It was amended, and is now as it was."));
  return element("ul", { class: "plain" }, ...changes.map((one) => element("li", {}, t("{what}: {before} → {after}", { what: WHAT[one.what]?.() ?? one.what, before: shown(one.what, one.before, zone), after: shown(one.what, one.after, zone) }), ...unitChanges(one))));
}

function* unitChanges(one) {
  const groups = [[one.came, (codes) => t("came: {codes}", { codes })], [one.left, (codes) => t("left: {codes}", { codes })], [one.changed, (codes) => t("changed: {codes}", { codes })]];
  for (const [codes, say] of groups) if (codes?.length) yield element("div", { class: "quiet" }, say(codes.join(", ")));
}

function shown(what, value, zone) {
  if (value === null || value === undefined) return t("unknown");
  if (typeof value === "boolean") return value ? t("yes") : t("no");
  if (["start", "end", "extreme_at"].includes(what)) return timeElement(value, zone).textContent;
  if (["beyond_s", "unproven_s"].includes(what)) return duration(value);
  if (what === "severity") return word(GRAVE[value - 1] ?? String(value));
  if (what === "ended_by") return endedWord(value);
  if (Array.isArray(value)) return value.join(", ");
  return typeof value === "number" ? number(value, Number.isInteger(value) ? 0 : 2) : typeof value === "object" ? JSON.stringify(value) : String(value);
}

// When somebody has to see to it; the worst first.
export function dueCell(row, zone) {
  if (row.due === null) return [badge("fine", t("done"))];
  const left = (Date.parse(row.due) - Date.now()) / 1000;
  if (row.overdue ?? left < 0) return [badge("major", t("overdue by {time}", { time: duration(-left) })), element("div", { class: "quiet" }, timeElement(row.due, zone))];
  return [t("in {time}", { time: duration(left) }), element("div", { class: "quiet" }, timeElement(row.due, zone))];
}

export function unitWords(row) {
  if (row.units === null) return [badge("unknown", t("contents unknown"))];
  const parts = [tn("one unit", "{n} units", row.units)];
  if (row.undecided) parts.push(t("{n} without a decision", { n: number(row.undecided) }));
  if (row.in_quarantine) parts.push(t("{n} in quarantine", { n: number(row.in_quarantine) }));
  return [parts.join(" · ")];
}
