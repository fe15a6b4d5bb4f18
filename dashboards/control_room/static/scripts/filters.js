// Which assets are shown: search, states, site. All of it stands in the address, so that a link shows the same.

import { badge, byId, element, setText } from "./elements.js";
import { sites } from "./fleet.js";
import { kindWord, STATES, word } from "./states.js";
import { number } from "./words.js";

const form = byId("filters");
const buttons = new Map();

export const wanted = fromAddress();

export function begin(changed) {
  form.elements.q.value = wanted.q;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.elements.q.addEventListener("input", () => set({ q: form.elements.q.value.trim() }, changed));
  if (sites.size > 1) showSites(changed);
  for (const state of STATES) addState(state, changed);
  addEventListener("popstate", () => {
    Object.assign(wanted, fromAddress());
    form.elements.q.value = wanted.q;
    changed();
  });
}

// How many there are of each state, before states are filtered.
export function showCounts(counts) {
  for (const [state, button] of buttons) {
    const count = counts.get(state) ?? 0;
    button.hidden = count === 0 && !wanted.states.has(state);
    button.setAttribute("aria-pressed", String(wanted.states.has(state)));
    setText(button.querySelector("b"), number(count));
  }
}

export function fits(asset) {
  return (!wanted.site || asset.site === wanted.site) && (!wanted.q || text(asset).includes(wanted.q.toLocaleLowerCase()));
}

export const fitsState = (state) => wanted.states.size === 0 || wanted.states.has(state);

function text(asset) {
  return [asset.asset, asset.name, asset.kind, kindWord(asset.kind), asset.site, sites.get(asset.site)?.name, ...(asset.inside?.products ?? [])].join(" ").toLocaleLowerCase();
}

function addState(state, changed) {
  const button = element("button", { type: "button", class: "button", "aria-pressed": "false" }, badge(state, word(state)), element("b"));
  button.addEventListener("click", () => {
    const states = new Set(wanted.states);
    if (!states.delete(state)) states.add(state);
    set({ states }, changed);
  });
  buttons.set(state, button);
  byId("states").append(button);
}

function showSites(changed) {
  const select = form.elements.site;
  select.append(...[...sites.values()].map((site) => element("option", { value: site.site }, site.name || site.site)));
  select.value = wanted.site;
  byId("site-choice").hidden = false;
  select.addEventListener("change", () => set({ site: select.value }, changed));
}

function set(change, changed) {
  Object.assign(wanted, change);
  const query = new URLSearchParams(location.search);
  for (const [name, value] of [["q", wanted.q], ["state", [...wanted.states].join(",")], ["site", wanted.site]]) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}`);
  changed();
}

function fromAddress() {
  const query = new URLSearchParams(location.search);
  const states = (query.get("state") ?? "").split(",").filter((state) => STATES.includes(state));
  return { q: query.get("q") ?? "", states: new Set(states), site: query.get("site") ?? "", wall: query.has("wall") };
}
