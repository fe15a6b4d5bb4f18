// Days of a place: when they begin there.

// "2026-01-05" there, `more` days later.
export function startOfDay(day, zone, more = 0) {
  const [year, month, date] = day.split("-").map(Number);
  const wall = Date.UTC(year, month - 1, date + more);
  let at = wall;
  for (let k = 0; k < 2; k += 1) at = wall - offset(at, zone); // twice: the offset may be another there
  return new Date(at);
}

// "2026-01-05" `more` days later.
export function dayAfter(day, more) {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1, date + more)).toISOString().slice(0, 10);
}

export function today(zone) {
  const { year, month, day } = parts(Date.now(), zone);
  return `${year}-${month}-${day}`;
}

function offset(at, zone) {
  const { year, month, day, hour, minute, second } = parts(at, zone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

function parts(at, zone) {
  const format = new Intl.DateTimeFormat("en-CA", { timeZone: zone || undefined, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" });
  return Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
}
