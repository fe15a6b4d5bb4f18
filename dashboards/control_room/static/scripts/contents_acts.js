// What people state about contents: units came, units left, a statement was wrong, nothing is inside.

import { all, get, newKey, post } from "./api.js";
import { openContents } from "./contents_form.js";
import { ask, tellProblem } from "./dialogs.js";
import { element } from "./elements.js";
import { action, field } from "./forms.js";
import { stated } from "./take_back.js";
import { dayTime, fieldTime, momentOf } from "./time.js";
import { t } from "./words.js";

const RIGHT = "contents.write";

// The buttons for an asset; none for who may not. `asset`: as GET /assets says; `changed()`: look again.
export function contentsButtons(who, asset, zone, changed) {
  if (!who.actions.includes(RIGHT)) return [];
  const open = (act) => async () => {
    try {
      const [assets, found] = await Promise.all([all("/assets"), get(`/contents?asset=${encodeURIComponent(asset.asset)}`)]);
      const names = new Map(assets.items.map((one) => [one.asset, one.name || one.asset])), nameOf = (name) => names.get(name) ?? name;
      await act({ ...asset, name: nameOf(asset.asset), assets: assets.items, nameOf, zone, lead_ms: Date.parse(found.at) - Date.now(), changed, found: found.assets[0] });
    } catch (problem) {
      tellProblem(problem);
    }
  };
  const forms = [[t("Put in"), PUT_IN], [t("Take out"), TAKE_OUT], [t("Correct"), CORRECT]].map(([words, act]) => action(words, open((place) => openContents(act, place))));
  return [...forms, action(t("It is empty"), open(sayEmpty))];
}

const zoneField = (form, value = "") => (form.place.zones?.length ? [field(t("Zone"), "zone", { kind: "select", options: [["", t("not named")], ...form.place.zones.map((one) => [one, one])], value })] : []);
const valueOf = (form, name) => form.form?.elements[name]?.value.trim() ?? "";

const PUT_IN = {
  // What is here already is news only by another time, or in a zone.
  again: (row, form) => (row.isHere ? Object.assign(row, { isLeftOut: form.now.checked && !form.place.zones?.length }) : row),
  title: (place) => t("Put units in {name}", { name: place.name }), button: () => t("State it"), when: () => t("They came"),
  text: () => t("You say which units came into this vessel. A unit that is in another vessel moves: it has left that one then."),
  fields: (form) => [...zoneField(form), field(t("Product, where it is not known yet"), "product", { maxlength: 200 })],
  async explain(unit, form) {
    const { asset, nameOf } = form.place, inside = unit.inside;
    if (inside.includes(asset)) return this.again({ state: "off", words: t("already here"), isHere: true }, form);
    if (inside.length) return { state: "level", words: t("moves out of {name}", { name: inside.map(nameOf).join(", ") }) };
    if (unit.known) return { state: "fine", words: t("in no vessel now, as far as anybody stated") };
    const chain = element("input", { maxlength: 200, "aria-label": t("Chain of identity of {code}", { code: unit.code }), placeholder: t("Chain of identity") });
    const unsure = unit.scheme === "holder" ? t("new: nobody has spoken of it. An own label has no check digits: look whether all of it was read") : t("new: nobody has spoken of it");
    return { state: "box", words: unsure, chain, fields: [chain] };
  },
  says(form) {
    const rows = form.list.chosen(), from = form.moment(), zone = valueOf(form, "zone"), product = valueOf(form, "product");
    if (!rows.length || from === null) return null;
    const units = rows.map((row) => ({ scheme: row.scheme, code: row.code, asset: form.place.asset, from, ...(zone && { zone }), ...(row.chain && product && { product }), ...(row.chain?.value.trim() && { chain_of_identity: row.chain.value.trim() }) }));
    return { body: { units } };
  },
};

const TAKE_OUT = {
  title: (place) => t("Take units out of {name}", { name: place.name }), button: () => t("State it"), when: () => t("They left"),
  text: () => t("You say which units have left this vessel. Where they are then nobody knows, until it is stated: if they are in another vessel, put them in there instead."),
  async explain(unit, form) {
    const { asset, nameOf } = form.place;
    const open = unit.known ? (await wordsAbout(unit)).filter((one) => one.asset === asset && one.to === null) : [];
    if (open.length) return { state: "box", words: t("here since {time}", { time: dayTime(open[0].from, form.place.zone) }), open };
    const words = unit.inside.length ? t("not here: the record says that it is in {name}", { name: unit.inside.map(nameOf).join(", ") }) : t("not here: nobody has stated that it is in a vessel now");
    return { state: "warning", words, isLeftOut: true };
  },
  says(form) {
    const rows = form.list.chosen(), to = form.moment();
    if (!rows.length || to === null) return null;
    return { body: { units: rows.flatMap((row) => row.open.map((one) => ({ ...rowOf(one), to }))) } };
  },
};

const CORRECT = {
  title: () => t("Correct what was stated of a unit"), button: () => t("Correct it"), most: 1,
  text: () => t("Scan the unit, choose the statement that was wrong, and say what was so. Both stay in the record, with your reason."),
  fields(form) {
    form.more = element("div", { class: "form", hidden: true });
    return [form.more];
  },
  async explain(unit, form) {
    const words = unit.known ? await wordsAbout(unit) : [];
    if (!words.length) return { state: "warning", words: t("nobody has stated anything about it"), isLeftOut: true };
    showCorrection(form, words);
    return { state: "box", words: unit.inside.length ? t("in {name}", { name: unit.inside.map(form.place.nameOf).join(", ") }) : t("in no vessel now, as far as anybody stated"), told: words };
  },
  says(form) {
    const [row] = form.list.chosen(), reason = valueOf(form, "reason");
    form.more.hidden = !row;
    const one = row?.told.find((word) => word.id === valueOf(form, "statement"));
    if (!one || !reason) return null;
    if (valueOf(form, "what") === "never") return { withdraws: one.id, body: { reason } };
    const kept = (name, before) => (valueOf(form, name) === shownIn(form, before) ? before : momentOf(valueOf(form, name), form.place.zone));
    const [from, to, zone] = [kept("from", one.from), kept("to", one.to), valueOf(form, "zone")];
    if (from === null) return null;
    const told = { product: valueOf(form, "product"), chain_of_identity: valueOf(form, "chain") };
    return { body: { units: [{ scheme: row.scheme, code: row.code, asset: valueOf(form, "asset"), from, ...(zone && { zone }), ...(to && { to }), ...told }], corrects: one.id, reason } };
  },
};

const shownIn = (form, moment) => (moment ? fieldTime(moment, form.place.zone) : "");
const rowOf = ({ scheme, code, asset, zone, from }) => ({ scheme, code, asset, from, ...(zone && { zone }) });

function showCorrection(form, words) {
  const { assets, nameOf, zone } = form.place, latest = words.at(-1);
  const line = (one) => [one.id, `${one.by}: ${nameOf(one.asset)}${one.zone ? ` ${one.zone}` : ""}, ${dayTime(one.from, zone)} – ${one.to ? dayTime(one.to, zone) : t("still there")}`];
  const places = assets.map((one) => [one.asset, nameOf(one.asset)]), zones = assets.flatMap((one) => one.zones ?? []);
  const make = (one) => [
    field(t("Vessel"), "asset", { kind: "select", options: places, value: one.asset }),
    ...(zones.length ? [field(t("Zone"), "zone", { kind: "select", options: [["", t("not named")], ...[...new Set(zones)].map((name) => [name, name])], value: one.zone ?? "" })] : []),
    field(t("From, {zone}", { zone: zone || "UTC" }), "from", { kind: "datetime-local", step: 1, value: shownIn(form, one.from) }),
    field(t("Until; empty: still there"), "to", { kind: "datetime-local", step: 1, value: shownIn(form, one.to) }),
    field(t("Product"), "product", { value: one.product, maxlength: 200 }), field(t("Chain of identity"), "chain", { value: one.chain_of_identity, maxlength: 200 }),
  ];
  const told = element("div", { class: "form" }, ...make(latest));
  const which = field(t("Statement that was wrong"), "statement", { kind: "select", options: words.map(line), value: latest.id });
  const what = field(t("What was so"), "what", { kind: "select", options: [["other", t("it was otherwise: as below")], ["never", t("it never was there: withdraw the statement")]] });
  which.querySelector("select").addEventListener("change", (event) => told.replaceChildren(...make(words.find((one) => one.id === event.target.value))));
  what.querySelector("select").addEventListener("change", (event) => { told.hidden = event.target.value === "never"; });
  form.more.replaceChildren(which, what, told, field(t("Reason"), "reason", { kind: "textarea", required: true, maxlength: 1000 }));
  form.more.hidden = false;
}

// Statements about a unit that count: of two about one matter the later one.
async function wordsAbout(unit) {
  const found = await get(`/units/${encodeURIComponent(unit.code)}`);
  const words = found.units.filter((one) => one.scheme === unit.scheme).flatMap((one) => one.statements).filter((one) => one.counts && !one.empty);
  return [...new Map(words.map((one) => [`${one.asset} ${one.zone ?? ""} ${one.from}`, one])).values()];
}

async function sayEmpty(place) {
  const reason = await ask({ title: t("{name} is empty", { name: place.name }), text: t("You say that nothing is inside from now on, until somebody states units in it. Units that are inside, as the record says, have left then. It can be taken back, and everybody sees that it was."), button: t("State it"), reason: "optional" });
  if (reason === null) return;
  const answer = await post(`/assets/${encodeURIComponent(place.asset)}/empty`, { reason }, { key: newKey() });
  stated(t("Stated."), [answer.id], place.changed);
  place.changed();
}
