// The audit trail: searched, filtered, page by page, and as CSV. The filters stand in the address, so that a link shows the same.

import { all, get } from "./api.js";
import { byId, element } from "./elements.js";
import { cell, fill, ifAllowed, inWords } from "./forms.js";
import { KINDS, kindWord } from "./kinds.js";
import { ready, zone } from "./page.js";
import { startOfDay } from "./days.js";
import { dayTime, utc } from "./time.js";
import { t } from "./words.js";

const PAGE = 100;
await ready;
const form = byId("filters");
let rows = [];
let next = null;

form.elements.kind.append(...KINDS.map((one) => element("option", { value: one }, kindWord(one))));
fromAddress();
form.addEventListener("submit", (event) => {
  event.preventDefault();
  history.replaceState(null, "", `?${new URLSearchParams(chosen())}`);
  search();
});
byId("more").addEventListener("click", () => read(next));
byId("print").addEventListener("click", () => print());
names().catch(() => {});
search();

function fromAddress() {
  const given = new URLSearchParams(location.search);
  for (const [name, value] of given) if (form.elements[name] && name !== "people") form.elements[name].value = value;
  if (given.size) form.elements.people.checked = given.get("people") === "true";
}

function chosen() {
  return Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
}

// What the API takes: days become moments of the site.
function asked() {
  const { since, until, ...rest } = chosen();
  if (since) rest.since = startOfDay(since, zone).toISOString();
  if (until) rest.until = startOfDay(until, zone, 1).toISOString();
  return new URLSearchParams(rest);
}

function search() {
  rows = [];
  byId("file").href = `/api/v1/audit/file?${asked()}`;
  return read(null);
}

async function read(after) {
  const problem = byId("problem");
  problem.hidden = true;
  try {
    const query = asked();
    query.set("limit", PAGE);
    if (after !== null) query.set("after", after);
    const found = await get(`/audit?${query}`);
    next = found.next;
    rows.push(...found.items.map(entry));
  } catch (error) {
    problem.hidden = false;
    problem.textContent = inWords(error);
  }
  fill(byId("entries"), rows, t("Nothing is found. Take out a filter, or look at an earlier day."));
  byId("more").hidden = next === null;
}

function entry(one) {
  const when = element("time", { datetime: one.stated, title: utc(one.stated) }, dayTime(one.stated, zone));
  const what = [element("b", {}, kindWord(one.kind)), element("div", { lang: "en" }, one.words)];
  return element("tr", {}, cell([when, one.clock_trusted ? "" : element("div", { class: "quiet" }, t("clock not trusted"))]), cell([one.by, one.user ? element("div", { class: "quiet" }, one.user) : ""]),
    cell(what, { class: "what" }), cell(one.changes.map(change)), cell(one.reason), cell(one.origin, { class: "quiet origin" }));
}

function change({ field, old, new: now }) {
  return element("p", { class: "change" }, `${field}: `, element("del", { class: "old" }, shown(old)), " → ", element("ins", { class: "new" }, shown(now)));
}

function shown(value) {
  return value === null || value === "" || value === undefined ? t("nothing") : typeof value === "object" ? JSON.stringify(value) : String(value);
}

async function names() {
  const people = await ifAllowed(all("/people?left=true"));
  byId("names").append(...(people?.items ?? []).map((one) => element("option", { value: one.name_en || one.name_zh || one.id })));
}
