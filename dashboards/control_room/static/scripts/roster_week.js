// The week of a site: a line for each day, a piece of it for each turn; where nobody is, a hole that says so.

import { element } from "./elements.js";
import { dayAfter, startOfDay } from "./days.js";
import { clockTime } from "./time.js";
import { language, t } from "./words.js";

export const holesOf = (shifts) => shifts.filter((one) => !one.people.length).length;

export function showWeek(into, { week, time_zone: zone, shifts }, { named, me }) {
  const days = [0, 1, 2, 3, 4, 5, 6].map((k) => dayLine(dayAfter(week, k), zone, shifts, named, me));
  const scale = element("div", { class: "scale", "aria-hidden": "true" }, element("span", {}, zone), element("span", {}, ...["00", "06", "12", "18", "24"].map((hour) => element("span", {}, hour))));
  into.replaceChildren(scale, ...days);
}

function dayLine(day, zone, shifts, named, me) {
  const [begin, end] = [startOfDay(day, zone), startOfDay(day, zone, 1)].map(Number);
  const turns = shifts.flatMap((one) => {
    const [from, to] = [Math.max(begin, Date.parse(one.from)), Math.min(end, Date.parse(one.to))];
    return from < to ? [piece(one, from, to, begin, end, zone, named, me)] : [];
  });
  const name = new Intl.DateTimeFormat(language, { weekday: "short", month: "numeric", day: "numeric", timeZone: zone }).format(begin + 12 * 3_600_000);
  return element("div", { class: "day" }, element("span", { id: `day-${day}` }, name), element("ol", { class: "bar", "aria-labelledby": `day-${day}` }, ...turns));
}

function piece({ people }, from, to, begin, end, zone, named, me) {
  const hours = `${clockTime(new Date(from), zone, false)}–${to === end ? "24:00" : clockTime(new Date(to), zone, false)}`;
  const names = people.length ? people.map(named).join(", ") : t("nobody");
  const kind = people.length ? (people.includes(me) ? "turn mine" : "turn") : "turn hole";
  const made = element("li", { class: kind, title: `${hours} ${names}` }, element("b", {}, names), hours);
  made.style.left = `${(100 * (from - begin)) / (end - begin)}%`;
  made.style.width = `${(100 * (to - from)) / (end - begin)}%`;
  return made;
}
