// The page of alarms: the list, the alarm that is open beside it, what is chosen, keys.

import { act, ACTS } from "./alarm_acts.js";
import { detail, ask as askAlarm } from "./alarm_detail.js";
import { bindFilters, filtersOf, fits } from "./alarm_filters.js";
import { AlarmList, asks, goesOn } from "./alarm_list.js";
import { Place } from "./alarm_place.js";
import { showRests } from "./alarm_rest.js";
import { ListView } from "./alarm_view.js";
import { ago, valueWords } from "./alarm_row.js";
import { tellProblem } from "./dialogs.js";
import { byId, element, setText } from "./elements.js";
import { isLive, on } from "./live.js";
import { shortcut } from "./keys.js";
import { ready, zone } from "./page.js";
import { showSoundSwitch } from "./sound_switch.js";
import { number, t, tn } from "./words.js";

const who = await ready;
const wide = matchMedia("(min-width: 68rem)");
const page = byId("alarms"), aside = byId("detail");
let told = null; // of the open alarm: { alarm, history, hints }
let openId = idOf(location.pathname);
let loading = true;
let asked = 0;
let wantsFocus = false; // the alarm that comes next was opened by somebody
const timers = new Map();

const list = new AlarmList(changed);
const place = new Place(who, zone, list);
const view = new ListView(byId("list"), place, { open, chosen: showChosen });
showSoundSwitch(byId("sound"));
bindFilters(byId("filters"), place, () => load());
bindKeys();
byId("keys").addEventListener("click", help);
addEventListener("popstate", () => { openId = idOf(location.pathname); showOpen(); load(); });
page.addEventListener("click", follow);
on("link", () => showValues());
on("values", () => soon("values", showValues, 500));
setInterval(showAges, 10_000);
setInterval(async () => { if (document.visibilityState === "visible") { await Promise.all([place.learnTimeLeft(), place.learnCalls()]); soon("list", render, 0); } }, 60_000);
new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) list.more().catch(tellProblem); }, { rootMargin: "600px" }).observe(byId("more"));

showOpen();
await Promise.all([load(), place.learn(() => { render(); if (told) draw(); })]);

function idOf(path) {
  const part = path.split("/")[2];
  return part ? decodeURIComponent(part) : null;
}

async function load() {
  const filters = filtersOf(location.search);
  loading = true;
  byId("list").setAttribute("aria-busy", "true");
  try {
    await list.load(filters);
    while (filters.text && list.next !== null) await list.more(); // whoever searches wants all of them searched
  } catch (problem) {
    tellProblem(problem);
  } finally {
    loading = false;
    byId("list").setAttribute("aria-busy", "false");
    render();
  }
}

function changed(event) {
  soon("list", render, 150);
  if (event === null) return;
  soon("calls", async () => { await Promise.all([place.learnCalls(), place.learnRests()]); render(); }, 1500);
  if (told && (event.alarm.id === told.alarm.id)) soon("detail", reopen, 300);
}

function render() {
  if (loading) return;
  const filters = filtersOf(location.search), shown = list.sorted().filter((alarm) => fits(alarm, filters, place));
  view.show(shown, told?.alarm.id ?? openId);
  const more = list.next !== null;
  byId("more").hidden = !more;
  byId("no-filters").hidden = !Object.values(filters).some(Boolean);
  showSummary(shown, more, filters);
  showRests(byId("waiting"), place, () => render());
  if (openId === null && wide.matches && asked === 0 && shown.length) show(view.first());
}

function showSummary(shown, more, filters) {
  const isFiltered = Object.values(filters).some(Boolean), none = byId("nothing");
  none.hidden = shown.length > 0;
  const untouched = shown.filter((one) => asks(one) && goesOn(one) && !one.taken).length;
  const count = more ? t("{n} alarms and more", { n: number(shown.length) }) : tn("one alarm", "{n} alarms", shown.length);
  const rest = tn("one goes on and nobody has it", "{n} go on and nobody has them", untouched);
  setText(byId("summary"), shown.length ? t("{count}; {rest}", { count, rest }) : "");
  if (shown.length) return;
  const words = isFiltered ? [t("No alarm is like that"), t("There may be others: show all.")] : [t("No alarms"), isLive() ? place.calm() : t("None that is known; but this is not of now.")];
  none.replaceChildren(element("div", { class: "empty card" }, element("h2", {}, words[0]), element("p", {}, words[1])));
}

// Opens one for the eye; `push`: also in the address.
async function open(id, push = true) {
  if (push && wide.matches === false) scrollTo(0, 0);
  openId = id;
  if (push) history.pushState(null, "", `/alarms/${encodeURIComponent(id)}${location.search}`);
  wantsFocus = push;
  await show(id);
}

function showOpen() {
  page.toggleAttribute("data-open", openId !== null);
  if (openId !== null) show(openId);
  else if (!wide.matches) told = null;
}

async function show(id) {
  page.toggleAttribute("data-open", openId !== null);
  view.mark(id);
  aside.hidden = false;
  const turn = ++asked;
  try {
    await askAlarm(id, (found) => {
      if (turn !== asked) return; // somebody opened another meanwhile
      const isSame = told?.alarm.id === found.alarm.id;
      told = { alarm: found.alarm, history: found.history ?? (isSame ? told.history : undefined), hints: found.hints ?? (isSame ? told.hints : undefined) };
      draw();
    });
  } catch (problem) {
    if (turn !== asked) return;
    if (problem.status !== 404) return tellProblem(problem);
    aside.replaceChildren(element("p", {}, element("a", { class: "button", href: `/alarms${location.search}`, "data-back": true }, t("All alarms"))), element("h2", {}, t("There is no alarm {id}", { id })), element("p", {}, problem.message));
  }
}

function reopen() {
  if (told) show(told.alarm.id);
}

function draw() {
  const at = aside.scrollTop, focused = aside.contains(document.activeElement) ? document.activeElement : null;
  aside.replaceChildren(...detail(told, place, buttons(() => [told.alarm], ["take", "acknowledge", "comment", "assign", "shelve", "unshelve", "rest", "close"], (of) => of.fits(told.alarm))));
  aside.scrollTop = wantsFocus ? 0 : at;
  if (wantsFocus) aside.querySelector("h2").focus({ preventScroll: wide.matches });
  else if (focused) aside.querySelector(focused.dataset.act ? `[data-act="${focused.dataset.act}"]` : "h2")?.focus({ preventScroll: true });
  wantsFocus = false;
}

function buttons(of, names, fitting = () => true) {
  return names.filter((name) => place.may(ACTS[name].right) && fitting(ACTS[name])).map((name, i) => {
    const button = element("button", { type: "button", class: i === 0 ? "button primary" : "button", "data-act": name }, ACTS[name].name());
    button.addEventListener("click", () => act(name, of(), place));
    return button;
  });
}

function showChosen(ids) {
  byId("chosen").hidden = ids.length === 0;
  setText(byId("chosen-count"), tn("one chosen", "{n} chosen", ids.length));
  if (!ids.length || byId("chosen-acts").childElementCount) return;
  const none = element("button", { type: "button", class: "button" }, t("Choose none"));
  none.addEventListener("click", () => view.chooseNone());
  byId("chosen-acts").append(...buttons(() => view.chosen(), ["take", "acknowledge", "comment", "assign", "shelve", "close"]), none);
}

// What keys act on: what is chosen, else the one that is open.
function meant() {
  return view.chosen().length ? view.chosen() : told?.alarm.state ? [told.alarm] : [];
}

function bindKeys() {
  shortcut(["j", "ArrowDown"], (event) => step(event, 1));
  shortcut(["k", "ArrowUp"], (event) => step(event, -1));
  for (const [name, { key, right }] of Object.entries(ACTS)) if (key) shortcut([key], () => { if (place.may(right)) act(name, meant(), place); });
  shortcut(["x"], () => view.choose(told?.alarm.id));
  shortcut(["?"], help);
  shortcut(["Escape"], () => { if (openId !== null) back(); });
}

function step(event, by) {
  if (event.key.startsWith("Arrow") && event.target.closest?.("details, .detail")) return; // there it scrolls
  event.preventDefault();
  const id = view.step(by);
  if (id === null) return;
  if (wide.matches) soon("step", () => show(id), 120);
}

function follow(event) {
  const link = event.target.closest("a[data-back], a[data-open]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.dataset.open) open(link.dataset.open);
  else back();
}

function back() {
  const id = openId;
  openId = null;
  history.pushState(null, "", `/alarms${location.search}`);
  page.removeAttribute("data-open");
  view.focus(id);
}

function showValues() {
  const shown = new Map([...list.alarms.values(), ...(told ? [told.alarm] : [])].map((alarm) => [alarm.id, alarm]));
  for (const place of document.querySelectorAll("#alarms .value[data-channel]")) {
    const alarm = shown.get(place.closest("[data-id]")?.dataset.id ?? told?.alarm.id);
    if (alarm) setText(place, valueWords(alarm));
  }
}

function showAges() {
  for (const one of document.querySelectorAll(".ago[data-since]")) setText(one, `(${ago({ start: one.dataset.since, over: one.dataset.until || null })})`);
}

function soon(name, run, after) {
  if (timers.has(name)) return;
  timers.set(name, setTimeout(() => { timers.delete(name); run(); }, after));
}

function help() {
  const rows = [["j k ↓ ↑", t("next, previous alarm")], ["Enter", t("open it")], ["x", t("choose it, for several at once")], ["t", t("take")], ["a", t("acknowledge")], ["c", t("comment")], ["/", t("find or scan a code")], ["Esc", t("back to the list")]];
  const close = element("button", { class: "button primary" }, t("Close"));
  const keys = element("dl", { class: "facts" }, ...rows.flatMap(([key, words]) => [element("dt", {}, ...key.split(" ").flatMap((one) => [element("kbd", {}, one), " "])), element("dd", {}, words)]));
  const dialog = element("dialog", { "aria-labelledby": "keys-title" }, element("form", { class: "form", method: "dialog" }, element("h2", { id: "keys-title" }, t("Keyboard")), keys, element("p", { class: "quiet" }, t("A scanner works on every page, whatever is focused but a field of text.")), close));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
