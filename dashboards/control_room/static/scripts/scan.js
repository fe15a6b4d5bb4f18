// On every page: a scanned code, or one that somebody typed into the field of the header, opens what it is.

import { get } from "./api.js";
import { tellProblem } from "./dialogs.js";
import { byId, element, shape } from "./elements.js";
import { keepSeparators, onScan, shortcut } from "./keys.js";
import { partWords, wantedOf, schemeWord } from "./code_words.js";
import { t } from "./words.js";

const SEPARATOR = "\u001d";
const LONGEST = 400; // signs; the API says how long a code can be

onScan((text) => look(text));
shortcut(["/"], () => byId("find")?.focus());
byId("find-form")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const field = byId("find"), text = field.value;
  if (text.trim()) look(text).then(() => { field.value = ""; });
});
byId("camera")?.addEventListener("click", async () => {
  try {
    const { openCamera } = await import("./camera.js");
    await openCamera();
  } catch (problem) {
    tellProblem(problem);
  }
});
if (byId("find")) keepSeparators(byId("find"));

// Goes where it belongs where that is clear; else says what it can be.
export async function look(text) {
  try {
    const found = await get(`/codes?${new URLSearchParams({ text: text.slice(0, LONGEST) })}`);
    const known = found.schemes.filter((one) => one.known), places = [...known.map(unitPlace), ...found.names.map(namePlace)];
    if (places.length === 1 && places[0].href) location.assign(places[0].href);
    else explain(found, places);
  } catch (problem) {
    tellProblem(problem);
  }
}

const unitPlace = (one) => ({ href: `/units?${new URLSearchParams({ scheme: one.scheme, code: one.code })}`, name: one.code, kind: schemeWord(one.scheme), shape: "box", where: one.inside.join(", ") });

function namePlace({ kind, id, name }) {
  const to = {
    asset: { href: `/assets/${encodeURIComponent(id)}`, kind: t("asset"), shape: "box" },
    alarm: { href: `/alarms/${encodeURIComponent(id)}`, kind: t("alarm"), shape: "critical" },
    site: { href: `/alarms?${new URLSearchParams({ site: id })}`, kind: t("site"), shape: "mark" },
    person: { kind: t("person"), shape: "person" },
    channel: { kind: t("channel"), shape: "level" },
  }[kind] ?? { kind, shape: "unknown" };
  return { ...to, name: name && name !== id ? `${name} (${id})` : id, where: "" };
}

function explain(found, places) {
  const close = element("button", { class: "button primary" }, t("Close"));
  const shown = element("code", {}, found.text.replaceAll(SEPARATOR, "␝"));
  const parts = places.length ? several(places) : unknown(found);
  const form = element("form", { class: "form", method: "dialog" }, element("h2", { id: "scan-title" }, places.length ? t("What this can be") : t("Nobody knows this code")), element("p", {}, shown), ...parts, element("div", { class: "row" }, close));
  const dialog = element("dialog", { "aria-labelledby": "scan-title", class: "scan" }, form);
  dialog.addEventListener("close", () => dialog.remove());
  document.querySelector("dialog.scan")?.close();
  document.body.append(dialog);
  dialog.showModal();
  close.focus();
}

function several(places) {
  const rows = places.map((one) => element("li", {}, shape(one.shape), " ", one.href ? element("a", { href: one.href }, one.name) : one.name, " ", element("span", { class: "quiet" }, [one.kind, one.where].filter(Boolean).join(" · "))));
  return [element("ul", { class: "found" }, ...rows)];
}

// By each scheme: what stands in it, or what it would have to look like.
function unknown({ schemes }) {
  const fit = schemes.filter((one) => one.code !== null && one.scheme !== "holder"), not = schemes.filter((one) => one.code === null);
  const made = [element("p", {}, fit.length ? t("It is a proper code, but nobody has stated that such a unit is here. If it is one of yours, state in which vessel it is.") : t("It is none of the codes that this gateway reads, and no asset, alarm or person is called so. Scan it again, or look whether all of it was read."))];
  for (const one of fit) made.push(element("section", {}, element("h3", {}, schemeWord(one.scheme)), one.why ? element("p", { class: "why" }, t("The configuration refuses it: "), one.why) : "", partList(one.parts)));
  if (not.length) made.push(element("details", {}, element("summary", {}, t("Why it is none of the others")), ...not.map(whyNot)));
  return made;
}

const partList = (parts) => element("dl", { class: "parts" }, ...parts.flatMap((part) => [element("dt", {}, partWords(part)), element("dd", {}, element("code", {}, part.value))]));

const whyNot = (one) => element("section", {}, element("h3", {}, schemeWord(one.scheme)), element("p", {}, wantedOf(one.scheme)), element("p", { class: "quiet", lang: "en" }, one.why), one.parts.length ? partList(one.parts) : "");
