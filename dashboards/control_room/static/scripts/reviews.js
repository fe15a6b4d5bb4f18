// The worklist of reviews: what is overdue and due first at the top. The filters stand in the address, so that a link shows the same.

import { all, get } from "./api.js";
import { badge, byId, element, setText } from "./elements.js";
import { cell, fill, ifAllowed, inWords } from "./forms.js";
import { on } from "./live.js";
import { ready, zone } from "./page.js";
import { dueCell, nextWords, stateBadge, unitWords } from "./review_words.js";
import { word } from "./states.js";
import { timeElement } from "./time.js";
import { t, tn } from "./words.js";

const PAGE = 100; // rows at once
const SOON_MS = 30_000; // the gateway reads the journal for it, and what is due is due in days
const LONG_MS = 60_000; // thousands of excursions are read from the journal
const FITS = {
  "": (row) => row.needs_somebody, all: () => true, overdue: (row) => row.overdue,
  assess: (row) => row.needs_somebody && ["open", "re-opened"].includes(row.state), decide: (row) => row.needs_somebody && row.state === "assessed",
  approve: (row) => row.state === "disposed", quarantine: (row) => row.in_quarantine > 0,
};
const who = await ready;
const form = byId("filters");
const searched = (row) => [row.excursion, row.asset, names.get(row.asset), row.channel, row.rule, row.deviation].join(" ").toLocaleLowerCase();
let rows = [];
let hasAll = false;
let most = PAGE;
let names = new Map();
let reading = 0;

form.elements.site.append(...who.sites.map((one) => element("option", { value: one.site }, one.name || one.site)));
for (const [name, value] of new URLSearchParams(location.search)) if (form.elements[name]) form.elements[name].value = value;
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", choose);
byId("more").addEventListener("click", () => { most += PAGE; show(); });
on("alarm", soon);
on("reset", soon);
ifAllowed(all("/assets")).then((found) => { names = new Map((found?.items ?? []).map((one) => [one.asset, one.name || one.asset])); show(); }, () => {});
await read();

function choose() {
  history.replaceState(null, "", `?${new URLSearchParams([...new FormData(form)].filter(([, value]) => value))}`);
  most = PAGE;
  if (form.elements.state.value === "all" && !hasAll) read();
  else show();
}

function soon() {
  reading ||= setTimeout(() => {
    reading = 0;
    read();
  }, SOON_MS);
}

async function read() {
  const problem = byId("problem");
  const wantsAll = hasAll || form.elements.state.value === "all";
  try {
    rows = (await get(wantsAll ? "/reviews" : "/reviews?open=true", { within: LONG_MS })).items;
    hasAll = wantsAll;
    problem.hidden = true;
  } catch (error) {
    problem.hidden = false;
    problem.textContent = inWords(error);
  }
  byId("work").setAttribute("aria-busy", "false");
  show();
}

function show() {
  const { state, site, text } = Object.fromEntries(new FormData(form));
  const wanted = text.trim().toLocaleLowerCase();
  const fits = (row) => FITS[state]?.(row) && (!site || row.site === site) && (!wanted || searched(row).includes(wanted));
  const found = rows.filter(fits).sort((a, b) => Number(b.overdue) - Number(a.overdue)); // the rest stays as the gateway sorted it
  const overdue = rows.filter((row) => row.overdue).length, open = rows.filter((row) => row.needs_somebody).length;
  byId("summary").replaceChildren(tn("one review needs somebody", "{n} reviews need somebody", open), ...(overdue ? [" · ", badge("major", tn("one is overdue", "{n} are overdue", overdue))] : []));
  fill(byId("rows"), found.slice(0, most).map(tableRow), rows.length && form.elements.state.value !== "all" ? t("None fits these filters.") : t("Nothing is to be reviewed. Every excursion comes here by itself."));
  byId("more").hidden = found.length <= most;
  setText(byId("more"), t("Show more ({n})", { n: found.length - most }));
}

function tableRow(row) {
  const title = element("a", { href: `/reviews/${encodeURIComponent(row.excursion)}` }, `${names.get(row.asset) ?? row.asset}${row.zone ? ` ${row.zone}` : ""}: ${row.rule}`);
  const about = element("div", { class: "quiet" }, timeElement(row.start, zone), row.withdrawn ? ` · ${t("withdrawn: it never was")}` : row.end ? "" : ` · ${t("goes on")}`, " · ", element("span", { class: "code" }, row.excursion));
  const next = row.needs_somebody && row.state === "approved" ? t("Decide about units in quarantine") : nextWords(row.state);
  const what = row.needs_somebody ? [next, row.revision > 1 ? element("div", {}, stateBadge(row.state)) : ""] : [stateBadge(row.state)];
  return element("tr", {}, cell(dueCell(row, zone), { class: "due" }), element("th", { scope: "row" }, badge(row.severity, word(row.severity)), " ", title, about), cell(what), cell(unitWords(row)), cell(row.deviation || "–", { class: row.deviation ? "" : "none", "data-label": t("Deviation") }));
}
