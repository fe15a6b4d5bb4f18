// The list as it stands on the page. Alarms of one happening stand together, behind the most urgent of them.

import { alarmRow } from "./alarm_row.js";
import { swingsOf } from "./alarm_words.js";
import { element } from "./elements.js";
import { tn } from "./words.js";

export class ListView {
  #rows = new Map(); // by id: { text, row }
  #items = new Map(); // by id of the first: { rows, item }
  #order = []; // ids as they stand
  #chosen = new Set();
  #current = null;

  // `act`: { open(id), chosen(ids) }
  constructor(list, place, act) {
    Object.assign(this, { list, place, act });
    list.addEventListener("click", (event) => this.#clicked(event));
    list.addEventListener("change", (event) => this.#picked(event));
  }

  show(alarms, current) {
    this.#current ??= current;
    this.alarms = alarms;
    const before = this.#items;
    this.#items = new Map();
    const items = this.#happenings(alarms).map((members) => this.#kept(before, members));
    const ids = new Set(alarms.map((one) => one.id));
    for (const id of this.#rows.keys()) if (!ids.has(id)) this.#rows.delete(id);
    for (const id of this.#chosen) if (!ids.has(id)) this.#chosen.delete(id);
    const focused = document.activeElement?.closest?.(".alarm")?.dataset.id, isPick = document.activeElement?.type === "checkbox";
    if (items.length !== this.list.children.length || items.some((one, i) => this.list.children[i] !== one)) this.list.replaceChildren(...items);
    this.#order = [...this.list.querySelectorAll(".alarm")].map((row) => row.dataset.id);
    if (focused && this.#rows.has(focused)) this.#rows.get(focused).row.querySelector(isPick ? "input" : ".where").focus({ preventScroll: true });
    this.mark(this.#current);
    this.act.chosen([...this.#chosen]);
  }

  first() {
    return this.#order[0];
  }

  mark(id) {
    this.list.querySelector(".alarm.current")?.classList.remove("current");
    this.#current = id;
    this.#rows.get(id)?.row.classList.add("current");
  }

  step(by) {
    if (!this.#order.length) return null;
    const at = this.#order.indexOf(this.#current), to = at < 0 ? 0 : Math.min(this.#order.length - 1, Math.max(0, at + by));
    this.mark(this.#order[to]);
    this.focus(this.#current);
    return this.#current;
  }

  focus(id) {
    const link = this.#rows.get(id)?.row.querySelector(".where");
    link?.focus({ preventScroll: true });
    link?.closest(".alarm").scrollIntoView({ block: "nearest" });
  }

  chosen() {
    return [...this.#chosen].map((id) => this.place.alarm(id)).filter(Boolean);
  }

  choose(id) {
    const box = this.#rows.get(id)?.row.querySelector(".pick input");
    box?.click();
  }

  chooseNone() {
    this.#chosen.clear();
    for (const box of this.list.querySelectorAll(".pick input:checked")) box.checked = false;
    this.act.chosen([]);
  }

  // The most urgent alarm of each happening says where it stands.
  #happenings(alarms) {
    const found = new Map();
    for (const alarm of alarms) {
      const key = this.place.group(alarm)?.id ?? alarm.id;
      if (!found.has(key)) found.set(key, []);
      found.get(key).push(alarm);
    }
    return [...found.values()];
  }

  // What is as it was is not touched: somebody may be about to press it.
  #kept(before, members) {
    const rows = members.map((one) => this.#row(one)), kept = before.get(members[0].id);
    const isSame = kept && kept.rows.length === rows.length && kept.rows.every((row, i) => row === rows[i] && kept.item.contains(row));
    const made = isSame ? kept : { rows, item: this.#item(rows) };
    this.#items.set(members[0].id, made);
    return made.item;
  }

  #item([first, ...rest]) {
    const item = element("li", {}, first);
    if (rest.length) {
      item.append(element("p", { class: "same quiet" }, tn("of the same happening, one more:", "of the same happening, {n} more:", rest.length)));
      item.append(element("ul", { class: "within" }, ...rest.map((one) => element("li", {}, one))));
    }
    return item;
  }

  // Made anew only where something in it is another.
  #row(alarm) {
    const group = this.place.group(alarm);
    const text = JSON.stringify([alarm, group?.next, group?.nobody_since, swingsOf(alarm, group), this.place.timeLeft(alarm.asset), this.place.assets.size]);
    const kept = this.#rows.get(alarm.id);
    if (kept?.text === text) return kept.row;
    const row = alarmRow(alarm, this.place);
    row.querySelector(".pick input").checked = this.#chosen.has(alarm.id);
    this.#rows.set(alarm.id, { text, row });
    return row;
  }

  #clicked(event) {
    if (event.target.closest(".pick") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const row = event.target.closest(".alarm");
    if (!row || String(getSelection()).length) return;
    event.preventDefault();
    this.act.open(row.dataset.id);
  }

  #picked(event) {
    const id = event.target.closest(".alarm")?.dataset.id;
    if (!id) return;
    if (event.target.checked) this.#chosen.add(id);
    else this.#chosen.delete(id);
    this.act.chosen([...this.#chosen]);
  }
}
