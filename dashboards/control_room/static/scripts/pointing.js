// A channel from a refused message: somebody points at a value, says what it is, sees the piece of configuration, writes it.

import { all, get, newKey, post } from "./api.js";
import { ask, tellProblem, toast } from "./dialogs.js";
import { byId, element } from "./elements.js";
import { whenSent } from "./forms.js";
import { zone } from "./page.js";
import { hidePiece, showPiece } from "./piece.js";
import { ASSET_KINDS, kindWord, quantityWord, unitWord } from "./states.js";
import { dayTime, timeElement } from "./time.js";
import { measured, t, tn } from "./words.js";

const LONG_MS = 60_000; // the whole configuration is checked
const NEW = ""; // of the choice of an asset: it is not there yet
const form = byId("channel");
const fields = form.elements;
let message = null; // that is pointed at: source, topic, payload, received
let pointed = null; // one of its values
let units = {};
let assets = [];
let tried = null; // what was shown, and is written

whenSent(form, form.querySelector(".problem"), look);
fields.asset.addEventListener("change", showAsset);
fields.quantity.addEventListener("change", showUnits);
form.addEventListener("input", hidePiece);
byId("never-mind").addEventListener("click", () => { byId("pointing").hidden = true; });
byId("write").addEventListener("click", () => write().catch(tellProblem));

// Opens the part of the page that does it.
export async function point({ source, topic, payload, received }) {
  message = { source, topic, payload, received };
  pointed = null;
  const [found, places, profiles, sites] = await Promise.all([post(`${address()}/options`, said()), all("/assets"), get("/profiles"), all("/sites")]);
  units = found.units;
  assets = places.items;
  byId("pointing").hidden = false;
  hidePiece();
  byId("what").hidden = true;
  byId("of-message").replaceChildren(`${source}, ${topic}, `, timeElement(received, zone));
  byId("message").replaceChildren(...shown(found.values));
  byId("of-value").replaceChildren(found.values.length ? t("No value is chosen yet.") : t("No number stands in this message, or no format of the configuration reads it; docs/payloads.md."));
  options(fields.asset, [...assets.map((one) => [one.asset, one.name ? `${one.asset} (${one.name})` : one.asset]), [NEW, t("another one, which is new")]]);
  options(fields.profile, [["", t("none: only missing data raises an alarm")], ...profiles.items.map((one) => [one.profile, one.profile])]);
  options(fields.site, sites.items.map((one) => [one.site, one.name || one.site]));
  options(fields.kind, ASSET_KINDS.map((one) => [one, kindWord(one)]));
  options(fields.quantity, Object.keys(units).map((one) => [one, quantityWord(one)]));
  fields.asset.value = assets.find((one) => topic.includes(one.asset))?.asset ?? fields.asset.options[0].value;
  showAsset();
  showUnits();
  byId("pointing").scrollIntoView({ block: "start" });
  byId("pointing-title").focus({ preventScroll: true });
}

// Each character is a byte of the message; most messages are UTF-8.
export function readable(payload) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(payload, (one) => one.charCodeAt(0)));
  } catch {
    return payload;
  }
}

// The message with a button for each value; where it is no JSON, the values that its format knows.
function shown(values) {
  const at = new Map(values.map((one) => [one.pointer, one]));
  try {
    const whole = JSON.parse(readable(message.payload));
    const first = Array.isArray(whole) && whole.length ? whole[0] : whole;
    if (!values.some((one) => one.pointer !== null)) throw new SyntaxError("its format knows the places");
    return tree(first, "", "", at);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return values.length ? values.flatMap((one) => [`${one.address || one.pointer || ""}  `, valueButton(one), "\n"]) : [readable(message.payload)];
  }
}

function tree(value, pointer, margin, at) {
  if (at.has(pointer)) return [valueButton(at.get(pointer))];
  if (value === null || typeof value !== "object") return [JSON.stringify(value)];
  const isList = Array.isArray(value);
  const inner = Object.entries(value).flatMap(([key, one]) => {
    const next = `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    return [`${margin}  ${isList ? "" : `${JSON.stringify(key)}: `}`, ...tree(one, next, `${margin}  `, at), "\n"];
  });
  return [isList ? "[\n" : "{\n", ...inner, `${margin}${isList ? "]" : "}"}`];
}

function valueButton(one) {
  const button = element("button", { type: "button", class: "value", "aria-pressed": "false", "aria-label": `${one.address || one.pointer || t("the whole message")}: ${one.shown}` }, one.shown);
  button.addEventListener("click", () => {
    for (const other of byId("message").querySelectorAll(".value")) other.setAttribute("aria-pressed", String(other === button));
    choose(one);
  });
  return button;
}

function choose(one) {
  pointed = one;
  hidePiece();
  byId("what").hidden = one.channel !== "";
  byId("of-value").textContent = ofToday(one);
  fields.name.value = suggested(one);
}

function ofToday({ channel, address, value, at }) {
  if (channel) return t("This value is channel {channel} already. The message can be read again.", { channel });
  if (!address) return t("The mapping of today takes nothing from there: the topic gets a reading more.");
  const gives = value === null ? t("no value") : measured(value);
  return t("The mapping of today calls it {address} and gives {value} at {time}, but no channel has this address.", { address, value: gives, time: dayTime(at, zone) });
}

function suggested({ address, pointer }) {
  const levels = message.topic.split("/");
  const from = address || `${levels.find((one) => assets.some((asset) => asset.asset === one)) ?? levels.at(-1)}${pointer}`;
  return from.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 100);
}

function showAsset() {
  const asset = assets.find((one) => one.asset === fields.asset.value);
  byId("new-asset").hidden = Boolean(asset);
  fields.new_asset.required = !asset;
  byId("zones").hidden = !asset?.zones.length;
  options(fields.zone, [["", t("the whole asset")], ...(asset?.zones ?? []).map((one) => [one, one])]);
}

function showUnits() {
  options(fields.unit, (units[fields.quantity.value] ?? []).map((one) => [one, unitWord(one)]));
}

function options(select, rows) {
  select.replaceChildren(...rows.map(([value, words]) => element("option", { value }, words)));
}

const address = () => `/refused/${encodeURIComponent(message.source)}/channel`;
const said = () => ({ topic: message.topic, payload: message.payload, received: message.received });

function wanted() {
  const isNew = fields.asset.value === NEW;
  const made = { ...said(), name: fields.name.value.trim(), asset: isNew ? fields.new_asset.value.trim() : fields.asset.value, quantity: fields.quantity.value, unit: fields.unit.value };
  if (pointed.address) made.address = pointed.address;
  else made.pointer = pointed.pointer;
  if (fields.profile.value) made.profile = fields.profile.value;
  if (!isNew && fields.zone.value) made.zone = fields.zone.value;
  return isNew ? { ...made, site: fields.site.value, kind: fields.kind.value } : made;
}

async function look() {
  tried = wanted();
  const found = await post(`${address()}/preview`, tried, { within: LONG_MS });
  showPiece(found);
  byId("gives").replaceChildren(...gives(found));
}

function gives({ series, alarms }) {
  const [mine] = series;
  if (!mine) return [element("p", {}, t("Nothing: no message that is kept has this value."))];
  const unit = unitWord(mine.unit);
  const facts = [
    [t("Readings"), t("{n}, of which {fresh} are new", { n: mine.readings, fresh: mine.new })],
    [t("From"), timeElement(mine.first, zone)], [t("To"), timeElement(mine.last, zone)],
    [t("Lowest"), mine.lowest === null ? t("none") : `${measured(mine.lowest)} ${unit}`], [t("Highest"), mine.highest === null ? t("none") : `${measured(mine.highest)} ${unit}`],
    [t("Alarms"), alarms.length ? tn("It would raise one alarm.", "It would raise {n} alarms.", alarms.length) : t("It would raise no alarm.")],
  ];
  return [element("dl", { class: "facts" }, ...facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]))];
}

async function write() {
  const title = t("Write channel {name} into the configuration?", tried);
  const text = t("It is added to the file; nothing else of the file changes, and the older file is kept beside it. Then the gateway starts anew: for some seconds nothing is measured, and this page waits. This cannot be undone here: a channel is removed by hand, in the file.");
  if ((await ask({ title, text, button: t("Write it into the configuration") })) === null) return;
  const done = await post(address(), tried, { key: newKey(), within: LONG_MS });
  byId("pointing").hidden = true;
  const next = done.starts_anew ? t("The gateway starts anew with it. Then read the refused messages of {source} again.", message) : t("Start the gateway again; then read the refused messages of {source} again.", message);
  toast(`${t("Written into {file}; what stood there before is kept as {kept}.", done)} ${next}`, done.starts_anew ? "fine" : "warning");
}
