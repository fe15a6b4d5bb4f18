// What belongs to the time that a chart shows: clocks, contents, excursions, events, the chart as a table.

import { swingsOf } from "./alarm_words.js";
import { badge, element, shape } from "./elements.js";
import { term } from "./explain.js";
import { alarmState, unitWord } from "./states.js";
import { duration, timeElement } from "./time.js";
import { measured, number, t, tn } from "./words.js";

const MOST_CODES = 12;
const MOST_ROWS = 500;

const KINDS = {
  filling: () => [t("F"), t("filling")], placement: () => [t("M"), t("probe moved")], containment: () => [t("C"), t("contents")], empty: () => [t("C"), t("emptied")],
  import: () => [t("I"), t("import")], reset: () => [t("B"), t("budget reset")], out_of_service: () => [t("O"), t("out of service")], fault: () => [t("!"), t("fault")],
  clock: () => [t("T"), t("clock of the gateway")], outage: () => [t("!"), t("journal could not be written")], recovery: () => [t("!"), t("journal recovered")],
  calibration: () => [t("K"), t("calibration")],
};
export const markOf = (kind) => KINDS[kind]?.()[0] ?? "?";
export const kindOf = (kind) => KINDS[kind]?.()[1] ?? kind;

const words = (text) => element("p", { class: "quiet" }, text);

export function showEvents(root, events, more, zone, go) {
  if (!events.length) return root.replaceChildren(words(t("Nothing was stated about this time.")));
  const rows = [...events].reverse().map((one) => {
    const button = element("button", { type: "button" }, timeElement(one.from, zone));
    button.addEventListener("click", () => go(one));
    const undone = one.in_effect ? [] : [element("p", { class: "quiet" }, t("corrected or withdrawn since"))];
    return element(
      "li", {}, element("span", { class: "sign" }, markOf(one.kind)), " ", button, " ", element("strong", {}, kindOf(one.kind)),
      element("p", { class: one.in_effect ? "" : "undone" }, one.by ? `${one.by}: ${one.words}` : one.words), ...undone,
    );
  });
  const left = more ? [words(t("Only the latest 1000 are shown: choose a shorter time."))] : [];
  root.replaceChildren(...left, element("ol", { tabindex: "0", "aria-label": t("What happened in this time") }, ...rows));
}

// `groups`: by id of an alarm, those about which people are called.
export function showExcursions(root, excursions, groups, zone, go) {
  if (!excursions.length) return root.replaceChildren(words(t("No excursion in this time.")));
  const rows = excursions.map((one) => {
    const button = element("button", { type: "button" }, timeElement(one.start, zone));
    button.addEventListener("click", () => go(one));
    const lasted = one.end === null ? t("goes on") : duration((Date.parse(one.end) - Date.parse(one.start)) / 1000);
    const link = element("a", { href: `/alarms/${encodeURIComponent(one.id)}` }, t("alarm"));
    const swings = swingsOf(one, groups.get(one.id)), more = swings === null ? [] : [element("p", {}, shape("swings"), " ", swings)];
    return element("li", {}, badge(one.severity, one.rule), " ", button, element("p", {}, `${one.channel} · ${lasted} · ${alarmState(one.state)} · `, link), ...more);
  });
  root.replaceChildren(element("ol", { tabindex: "0", "aria-label": t("Excursions in this time") }, ...rows));
}

export function showClocks(root, found) {
  const whole = found.interval_s || 1;
  const parts = [["in", found.in_range_s, t("in range")], ["out", found.out_of_range_s, t("out of range")], ["unproven", found.unproven_s, t("not proven")]];
  const bar = element("div", { class: "parts", "aria-hidden": "true" });
  for (const [name, seconds] of parts) {
    const part = element("span", { class: name });
    part.style.width = `${(100 * seconds) / whole}%`;
    bar.append(part);
  }
  const told = parts.map(([, seconds, word]) => element("div", {}, element("dt", {}, word), element("dd", {}, `${duration(seconds)} (${number((100 * seconds) / whole, 1)} %)`)));
  const mean = found.mean_kinetic_temperature_degC;
  if (mean !== null) told.push(element("div", {}, element("dt", {}, term("mkt", t("mean kinetic temperature"))), element("dd", {}, `${measured(mean)} °C`)));
  root.replaceChildren(bar, element("dl", { class: "readout" }, ...told));
}

// Contents of an asset at a moment; `at` null: now.
export function showInside(root, found, at, zone) {
  const heading = at === null ? t("Now") : "";
  const title = element("p", {}, element("strong", {}, heading || timeElement(at, zone), ": "), insideWords(found));
  const units = Array.isArray(found.units) ? found.units : [];
  const codes = units.slice(0, MOST_CODES).map((one) => element("li", {}, element("code", {}, one.code)));
  const more = units.length > MOST_CODES ? [words(t("and {n} more", { n: number(units.length - MOST_CODES) }))] : [];
  root.replaceChildren(title, ...(codes.length ? [element("ul", { class: "codes" }, ...codes)] : []), ...more);
}

function insideWords(found) {
  if (!found.known) return t("nobody has stated what is inside");
  return found.units.length ? tn("one unit", "{n} units", found.units.length) : t("empty");
}

// For who does not see the chart, or wants the numbers.
export function showTable(root, course, from, to, zone) {
  const rows = [];
  for (const [one, begin, end] of course.pieces(from, to)) {
    one.x.forEach((x, i) => {
      if (x + (one.width ?? 0) > begin && x < end) rows.push([x, one, i]);
    });
  }
  rows.sort((a, b) => a[0] - b[0]);
  const shown = rows.slice(0, MOST_ROWS);
  const unit = unitWord(course.unit);
  const head = [t("From"), t("Lowest"), t("Mean"), t("Highest"), t("Readings"), t("Quality"), t("Longest gap")];
  const body = shown.map(([x, one, i]) => {
    const value = (number_) => (number_ === null ? "–" : `${measured(number_)} ${unit}`);
    const count = one.told.good[i] + one.told.uncertain[i] + one.told.bad[i] + one.told.no_data[i];
    return element(
      "tr", {}, element("th", { scope: "row" }, timeElement(new Date(x * 1000).toISOString(), zone)),
      ...[value(one.low[i]), value(one.mean[i]), value(one.high[i]), number(count)].map((text) => element("td", { class: "number" }, text)),
      element("td", {}, qualityWord(one.quality[i])), element("td", { class: "number" }, one.gap[i] > course.maxGap ? duration(one.gap[i]) : "–"),
    );
  });
  const more = rows.length > MOST_ROWS ? [words(t("Only the first {n} of {all}: choose a shorter time, or download.", { n: number(MOST_ROWS), all: number(rows.length) }))] : [];
  root.replaceChildren(...more, element("table", { class: "table" }, element("thead", {}, element("tr", {}, ...head.map((one) => element("th", { scope: "col" }, one)))), element("tbody", {}, ...body)));
}

const QUALITIES = { good: () => t("good"), uncertain: () => t("uncertain"), bad: () => t("bad"), no_data: () => t("no data") };
export const qualityWord = (quality) => QUALITIES[quality]?.() ?? quality;
