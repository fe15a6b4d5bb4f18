// Times and durations as people read them: in the time zone of the site, UTC beside it.

import { language, t, tn } from "./words.js";

const DAY_S = 86_400;
const WRITTEN = language === "en" ? "en-CA" : language; // 2026-11-29: which number is the month is plain

// "10:32:05" there, with the day where it is not today.
export function clockTime(moment, zone, seconds = true) {
  const date = asDate(moment);
  return date === null ? "–" : format(zone, { hour: "2-digit", minute: "2-digit", ...(seconds && { second: "2-digit" }), hourCycle: "h23" }).format(date);
}

export function dayTime(moment, zone) {
  const date = asDate(moment);
  return date === null ? "–" : format(zone, { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(date);
}

// For a title: what stands on the screen, in UTC.
export function utc(moment) {
  const date = asDate(moment);
  return date === null ? "" : `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

// An element that shows a moment in the site's time, and UTC on hover.
export function timeElement(moment, zone) {
  const made = document.createElement("time");
  made.dateTime = moment;
  made.title = utc(moment);
  made.textContent = isToday(moment, zone) ? clockTime(moment, zone) : dayTime(moment, zone);
  return made;
}

export function isToday(moment, zone) {
  const day = format(zone, { year: "numeric", month: "numeric", day: "numeric" });
  const date = asDate(moment);
  return date !== null && day.format(date) === day.format(new Date());
}

// "45 s", "12 min", "3 h 20 min", "9 d": two parts at most.
export function duration(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return t("{n} s", { n: s });
  if (s < 3600) return t("{n} min", { n: Math.floor(s / 60) });
  if (s < DAY_S) {
    const minutes = Math.floor((s % 3600) / 60);
    const hours = t("{n} h", { n: Math.floor(s / 3600) });
    return minutes ? `${hours} ${t("{n} min", { n: minutes })}` : hours;
  }
  return tn("{n} day", "{n} days", Math.floor(s / DAY_S));
}

// What a field of type datetime-local has: clocks of the zone; and what that means as a moment.
export function fieldTime(moment, zone) {
  const shown = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
  return new Intl.DateTimeFormat("sv-SE", { ...shown, timeZone: zone || undefined }).format(asDate(moment)).replace(" ", "T");
}

export function momentOf(text, zone) {
  const wanted = Date.parse(`${text}Z`);
  if (Number.isNaN(wanted)) return null;
  let at = wanted;
  for (let i = 0; i < 2; i += 1) at += wanted - Date.parse(`${fieldTime(new Date(at), zone)}Z`); // twice: summer time may begin between
  return new Date(at).toISOString();
}

export function asDate(moment) {
  if (moment === null || moment === undefined || moment === "") return null;
  const date = moment instanceof Date ? moment : new Date(moment);
  return Number.isNaN(date.getTime()) ? null : date;
}

const kept = new Map();
function format(zone, options) {
  const key = `${zone}${JSON.stringify(options)}`;
  if (!kept.has(key)) kept.set(key, make(zone, options));
  return kept.get(key);
}

function make(zone, options) {
  try {
    return new Intl.DateTimeFormat(WRITTEN, { ...options, timeZone: zone || undefined });
  } catch {
    return new Intl.DateTimeFormat(WRITTEN, { ...options, timeZone: "UTC" }); // a zone that this browser does not know
  }
}
