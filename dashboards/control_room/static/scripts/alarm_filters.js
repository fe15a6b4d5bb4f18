// Which alarms are shown stands in the address: a link shows the same to somebody else, and "back" goes back.

import { element } from "./elements.js";
import { titleOf } from "./alarm_words.js";
import { collator } from "./words.js";

const NAMES = ["text", "state", "severity", "taken", "site", "asset"];
const TYPED_MS = 250;
let form = null;

export function filtersOf(search) {
  const query = new URLSearchParams(search);
  return Object.fromEntries(NAMES.map((name) => [name, query.get(name) ?? ""]));
}

export function bindFilters(of, place, changed) {
  form = of;
  let waiting = 0;
  const keep = () => {
    const query = new URLSearchParams();
    for (const name of NAMES) if (form.elements[name].value) query.set(name, form.elements[name].value);
    history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}`);
    changed();
  };
  form.addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(keep, event.target.name === "text" ? TYPED_MS : 0);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(keep));
  const further = form.querySelector("#further"), room = matchMedia("(min-width: 80rem)");
  const unfold = () => { further.open ||= room.matches; };
  room.addEventListener("change", unfold);
  unfold();
  show();
  further.open ||= NAMES.slice(2).some((name) => form.elements[name].value);
  addEventListener("popstate", show);
}

// Sites and assets by name.
bindFilters.fill = (place) => {
  options(form.elements.site, [...place.sites.values()].map((one) => [one.site, one.name || one.site]));
  options(form.elements.asset, [...place.assets.values()].map((one) => [one.asset, one.name || one.asset]));
  form.elements.site.hidden = place.sites.size < 2;
  show();
};

function options(select, rows) {
  rows.sort((a, b) => collator.compare(a[1], b[1]));
  select.append(...rows.map(([value, words]) => element("option", { value }, words)));
}

function show() {
  for (const [name, value] of Object.entries(filtersOf(location.search))) {
    const field = form.elements[name];
    if (value && field.options && ![...field.options].some((one) => one.value === value)) field.append(element("option", { value }, value));
    field.value = value;
  }
}

// The text is looked for in what stands in the row, and in all codes that it names.
export function fits(alarm, { text }, place) {
  const words = text.trim().toLowerCase();
  if (!words) return true;
  const units = Array.isArray(alarm.units) ? alarm.units.map((unit) => `${unit.code} ${unit.product} ${unit.chain_of_identity}`) : [];
  const all = [alarm.id, alarm.rule, alarm.channel, alarm.asset, place.assetName(alarm.asset), place.siteName(alarm.site), titleOf(alarm), alarm.taken?.by, ...units];
  return all.join("\n").toLowerCase().includes(words);
}
