// The plan of a site with its assets as they are now. Whoever may, uploads the picture and places assets: by dragging, or by keys.

import { get, newKey, post, remove } from "./api.js";
import { ask, tellProblem, toast } from "./dialogs.js";
import { badge, byId, element, setText } from "./elements.js";
import * as fleet from "./fleet.js";
import { action } from "./forms.js";
import { on } from "./live.js";
import { Pin } from "./map_pin.js";
import { ready, zone } from "./page.js";
import { STATES, rankOf, word } from "./states.js";
import { timeElement } from "./time.js";
import { collator, t } from "./words.js";

const LARGEST = 8 << 20; // bytes, as the API takes
const LONG_MS = 120_000; // an upload over a slow link
const who = await ready;
const frame = byId("frame");
const pins = new Map(); // by asset, of the chosen site
let site = "";
let plan = null;
let places = new Map(); // as they stand on the page: by asset [x, y]
let isArranging = false;
let isWaiting = false;
const own = () => [...fleet.assets.values()].filter((one) => one.site === site).sort((a, b) => collator.compare(a.name || a.asset, b.name || b.asset));
const may = (right) => who.actions.includes(right);

on("values", ({ values }) => values.forEach((row) => soon(fleet.take(row))));
on("link", soon);
on("gateway", soon);
on("reset", () => { if (!isArranging) begin().catch(tellProblem); });
byId("where").addEventListener("change", () => {
  history.replaceState(null, "", `?${new URLSearchParams({ site: byId("where").value })}`);
  open(byId("where").value).catch(tellProblem);
});
byId("file").addEventListener("change", () => upload().catch(tellProblem));
byId("save").addEventListener("click", () => save().catch(tellProblem));
byId("cancel").addEventListener("click", () => arrange(false));
byId("picture").addEventListener("error", () => { if (plan?.picture) tellMistake(t("The picture cannot be shown. Upload it again.")); });
await begin().catch(tellProblem);

async function begin() {
  await fleet.load(Promise.resolve(who));
  const choice = byId("where");
  if (!choice.options.length) choice.append(...who.sites.map((one) => element("option", { value: one.site }, one.name || one.site)));
  byId("site-choice").hidden = who.sites.length < 2;
  const wanted = new URLSearchParams(location.search).get("site");
  if (!who.sites.length) return;
  choice.value = who.sites.some((one) => one.site === wanted) ? wanted : site || who.sites[0].site;
  await open(choice.value);
}

async function open(name) {
  if (name !== site) leave();
  site = name;
  setText(byId("of"), fleet.sites.get(site)?.name || site);
  take(await get(`/plans/${encodeURIComponent(site)}`));
}

// Nothing of the site before stands below the name of the next, or is saved for it.
function leave() {
  plan = null;
  isArranging = false;
  delete frame.dataset.arranging;
  byId("picture").removeAttribute("src");
  for (const id of ["problem", "none", "frame", "arranging", "beside"]) byId(id).hidden = true;
  for (const id of ["acts", "drawn", "counts"]) byId(id).replaceChildren();
  clear();
}

function clear() {
  for (const pin of pins.values()) pin.item.remove();
  pins.clear();
}

// Whether it was taken: an answer that came late, of a site that is no longer chosen, is dropped.
function take(found) {
  if (found.site !== site) return false;
  plan = found;
  byId("problem").hidden = true;
  byId("none").hidden = plan.picture !== null;
  frame.hidden = plan.picture === null;
  if (plan.picture) {
    const picture = byId("picture");
    picture.alt = t("Plan of {site}", { site: fleet.sites.get(site)?.name || site });
    Object.assign(picture, { width: plan.picture.width, height: plan.picture.height });
    const address = `/api/v1/plans/${encodeURIComponent(site)}/picture?of=${plan.picture.sha256}`;
    if (picture.getAttribute("src") !== address) picture.src = address;
  }
  const said = [];
  if (plan.drawn) said.push(t("Picture by {name}", { name: plan.drawn.by }), ", ", timeElement(plan.drawn.at, zone));
  if (plan.placed) said.push(" · ", t("places by {name}", { name: plan.placed.by }), ", ", timeElement(plan.placed.at, zone));
  byId("drawn").replaceChildren(...said);
  arrange(false);
  return true;
}

function arrange(begins) {
  isArranging = begins;
  places = new Map(plan.places.map((one) => [one.asset, [one.x, one.y]]));
  byId("arranging").hidden = !begins;
  if (begins) frame.dataset.arranging = "";
  else delete frame.dataset.arranging;
  clear();
  showPins();
  const acts = [];
  if (may("plan.write") && !begins) {
    acts.push(action(plan.picture ? t("Another picture") : t("Upload a plan"), () => byId("file").click(), { class: plan.picture ? "button" : "button primary" }));
    if (plan.picture) acts.push(action(t("Arrange"), () => arrange(true)), action(t("Remove the plan"), () => drop().catch(tellProblem)));
  } else if (!may("plan.write") && !plan.picture) acts.push(element("span", { class: "quiet" }, t("Operators, quality and administrators upload it.")));
  byId("acts").replaceChildren(...acts);
}

// Pins in an order in which the worst lies on top and comes first by Tab; all others beside the plan.
function showPins() {
  for (const asset of own()) {
    if (!pins.has(asset.asset)) pins.set(asset.asset, new Pin(asset, { frame, moves: isArranging, moved: (where) => moved(asset.asset, where) }));
    pins.get(asset.asset).show();
  }
  const sorted = [...pins.values()].sort((a, b) => rankOf(a.state) - rankOf(b.state));
  const [on, off] = [sorted.filter((pin) => places.has(pin.name) && plan.picture), sorted.filter((pin) => !places.has(pin.name) || !plan.picture)];
  on.forEach((pin) => pin.stand(places.get(pin.name)));
  off.forEach((pin) => pin.stand(null));
  put(byId("pins"), on);
  put(byId(isArranging ? "tray" : "others"), off);
  byId("beside").hidden = isArranging || off.length === 0;
  setText(byId("beside-title"), plan.picture ? t("Not on the plan") : t("Assets of this site"));
  showCounts();
}

// Whoever has the focus keeps it: only what stands elsewhere is moved.
function put(list, wanted) {
  wanted.forEach((pin, i) => { if (list.children[i] !== pin.item) list.insertBefore(pin.item, list.children[i] ?? null); });
}

function showCounts() {
  const states = [...pins.values()].map((pin) => pin.state);
  const found = STATES.map((state) => [state, states.filter((one) => one === state).length]).filter(([, n]) => n);
  byId("counts").replaceChildren(...found.map(([state, n]) => badge(state, `${n} ${word(state)}`)));
}

function soon() {
  if (isWaiting) return;
  isWaiting = true;
  requestAnimationFrame(() => {
    isWaiting = false;
    const before = [...pins.values()].map((pin) => pin.state).join();
    for (const pin of pins.values()) pin.show();
    if (!isArranging && before !== [...pins.values()].map((pin) => pin.state).join()) showPins();
    else showCounts();
  });
}

function moved(name, where) {
  if (!isArranging) return; // let go after another site was chosen
  const had = places.has(name);
  if (where === null) places.delete(name);
  else places.set(name, where);
  if (had !== places.has(name)) {
    showPins();
    pins.get(name).focus();
  } else if (where) pins.get(name).stand(where);
}

// For the plan that they were arranged on, whatever is chosen before the answer comes.
async function save() {
  const { site: of, revision } = plan;
  const said = [...places].filter(([name]) => fleet.assets.get(name)?.site === of).map(([asset, [x, y]]) => ({ asset, x, y }));
  try {
    take(await post(`/plans/${encodeURIComponent(of)}/places`, { revision, places: said }, { key: newKey() }));
    toast(t("The places are saved."));
  } catch (problem) {
    if (problem.status !== 409 || of !== site) throw problem;
    tellMistake(t("Somebody changed this plan meanwhile. Cancel, and arrange it again."));
  }
}

// What is no picture is told before it is sent; the gateway looks again.
async function upload() {
  const file = byId("file").files[0];
  byId("file").value = "";
  if (!file) return;
  if (file.size > LARGEST) return tellMistake(t("The picture has more than 8 MB: save it smaller."));
  if (!["image/png", "image/jpeg"].includes(file.type)) return tellMistake(t("It is no PNG and no JPEG: save the plan as one of both."));
  const form = new FormData(), of = site;
  form.append("site", of);
  form.append("file", file);
  try {
    if (take(await post("/plans", undefined, { form, key: newKey(), within: LONG_MS })) && !plan.places.length) arrange(true);
  } catch (problem) {
    if (problem.status !== 422 || of !== site) throw problem;
    tellMistake(t("The gateway does not take it: {why}", { why: problem.detail }));
  }
}

async function drop() {
  const of = site;
  const wants = await ask({ title: t("Remove the plan"), text: t("The picture and all places are gone, and cannot be brought back. Readings and alarms stay."), button: t("Remove the plan") });
  if (wants !== null) take(await remove(`/plans/${encodeURIComponent(of)}`));
}

function tellMistake(words) {
  byId("problem").hidden = false;
  setText(byId("problem"), words);
}
