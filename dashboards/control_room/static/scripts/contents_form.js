// Contents changed by hand: a form that shows what follows before it is stated. What it states stands in contents_acts.js.
// A key is made once for each form: sent again after a lost answer, it is the same statement.

import { newKey, post } from "./api.js";
import { CodeList } from "./code_list.js";
import { toast } from "./dialogs.js";
import { badge, element } from "./elements.js";
import { inWords } from "./forms.js";
import { word } from "./states.js";
import { stated } from "./take_back.js";
import { fieldTime, momentOf } from "./time.js";
import { t, tn } from "./words.js";

const SOON_MS = 300;
const MOST_ALARMS = 8;

// `act`: as contents_acts.js has them; `place`: { asset, name, zones, assets, zone (of time), lead_ms, changed }.
export function openContents(act, place) {
  return new ContentsForm(act, place).open();
}

class ContentsForm {
  constructor(act, place) {
    Object.assign(this, { act, place, intent: newKey(), turn: 0, waiting: 0, foreseen: null });
    this.list = new CodeList({ explain: (unit) => act.explain(unit, this), changed: () => this.look(), most: act.most });
    this.now = element("input", { type: "checkbox", checked: true });
    this.at = element("input", { type: "datetime-local", step: 1, "aria-label": t("When, {zone}", { zone: place.zone || "UTC" }) });
    this.at.value = fieldTime(new Date(this.clock()), place.zone);
    this.follows = element("div", { class: "follows", role: "status" });
    this.problem = element("p", { class: "problem", role: "alert", hidden: true });
    this.button = element("button", { class: "button primary", disabled: true }, act.button());
    const cancel = element("button", { type: "button", class: "button" }, t("Cancel"));
    cancel.addEventListener("click", () => this.dialog.close());
    this.own = act.fields?.(this) ?? [];
    this.form = element("form", { class: "form" }, element("h2", { id: "contents-title" }, act.title(place)), element("p", {}, act.text()), ...this.list.elements, ...(act.when ? [this.#when(act.when())] : []), ...this.own,
      this.follows, this.problem, element("div", { class: "row" }, this.button, cancel));
    this.dialog = element("dialog", { "aria-labelledby": "contents-title", class: "roomy" }, this.form);
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.#submit(); });
    this.form.addEventListener("keydown", (event) => { // a scanner's Enter states nothing
      if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
    });
    this.form.addEventListener("input", (event) => event.target !== this.list.field && this.look());
  }

  open() {
    document.body.append(this.dialog);
    const end = this.list.open();
    return new Promise((resolve) => {
      this.dialog.addEventListener("close", () => {
        end();
        clearTimeout(this.waiting);
        this.dialog.remove();
        resolve();
      });
      this.dialog.showModal();
      this.list.field.focus();
    });
  }

  // By the gateway's clock: the browser's may be wrong.
  clock() {
    return Date.now() + this.place.lead_ms;
  }

  moment() {
    return this.now.checked ? new Date(this.clock()).toISOString() : momentOf(this.at.value, this.place.zone);
  }

  #when(words) {
    this.at.hidden = true;
    this.now.addEventListener("change", () => {
      this.at.hidden = this.now.checked;
      for (const row of this.list.rows) this.act.again?.(row, this);
      this.list.show();
    });
    return element("fieldset", { class: "when" }, element("legend", {}, words), element("label", { class: "choice" }, this.now, element("span", {}, t("now"))), this.at);
  }

  // What would follow is asked for whenever the form is another.
  look() {
    this.foreseen = null;
    this.button.disabled = true;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.#foresee(), SOON_MS);
  }

  async #foresee() {
    const mine = ++this.turn, said = this.act.says(this);
    this.problem.hidden = true;
    if (said === null) return this.follows.replaceChildren();
    try {
      const found = said.withdraws ? { rows: 1, new: 1, units: [], alarms: [], remarks: [] } : await post("/contents/preview", said.body);
      if (mine !== this.turn) return;
      this.foreseen = said;
      this.button.disabled = found.new === 0;
      this.follows.replaceChildren(...this.#follows(found, said));
    } catch (error) {
      if (mine !== this.turn) return;
      this.follows.replaceChildren();
      this.#tell(error);
    }
  }

  #follows(found, said) {
    const lines = said.withdraws ? [t("The statement does not count any more, and stays in the record. Where the unit was follows from the others; alarms name their units anew.")] : unitLines(found, this.place);
    const alarms = found.alarms.slice(0, MOST_ALARMS).map((one) => element("li", {}, badge(one.severity, word(one.severity)), " ", element("a", { href: `/alarms/${encodeURIComponent(one.id)}`, target: "_blank" }, `${this.place.nameOf(one.asset)}: ${one.rule}`), " ", alarmWords(one)));
    const more = found.alarms.length > MOST_ALARMS ? [element("li", {}, tn("and one more alarm", "and {n} more alarms", found.alarms.length - MOST_ALARMS))] : [];
    const remarks = found.remarks.map((one) => element("li", { lang: "en", class: "quiet" }, one));
    return [element("h3", {}, t("What follows")), element("ul", {}, ...lines.map((one) => element("li", {}, one)), ...alarms, ...more, ...remarks), element("p", { class: "quiet" }, t("It can be taken back, and everybody sees that it was."))];
  }

  async #submit() {
    const said = this.foreseen;
    if (said === null) return;
    this.problem.hidden = true;
    this.button.disabled = true;
    try {
      const answer = said.withdraws ? await post(`/statements/${encodeURIComponent(said.withdraws)}/withdraw`, said.body, { key: this.intent }) : await post("/contents", said.body, { key: this.intent });
      this.dialog.close();
      for (const remark of answer.remarks ?? []) toast(remark, "warning");
      const ids = answer.ids ?? [answer.id];
      stated(ids.length ? t("Stated.") : t("It is stated already."), ids, this.place.changed);
      this.place.changed();
    } catch (error) {
      this.button.disabled = false;
      this.#tell(error);
    }
  }

  // Where the gateway takes nothing it says so of a file: what is wrong stands in the lines behind.
  #tell(error) {
    const [first, ...rest] = String(error.detail ?? "").split("\n");
    this.problem.hidden = false;
    this.problem.textContent = first.includes("nothing was taken") ? rest.join("\n") : inWords(error);
  }
}

function unitLines(found, place) {
  if (!found.new) return [t("Nothing: all of it is stated already.")];
  const lines = [tn("One statement is made.", "{n} statements are made.", found.new)], into = new Map(), out = new Map();
  const count = (of, name) => of.set(name, (of.get(name) ?? 0) + 1);
  for (const one of found.units) {
    for (const name of one.into) count(into, name);
    for (const name of one.out_of) count(out, name);
  }
  const told = (of, words) => [...of].map(([name, n]) => words(n, place.nameOf(name)));
  lines.push(...told(out, (n, name) => tn("One unit moves out of {name}.", "{n} units move out of {name}.", n, { name })), ...told(into, (n, name) => tn("One unit is inside {name} then.", "{n} units are inside {name} then.", n, { name })));
  const unheard = found.units.filter((one) => !one.spoken_of).length;
  if (unheard) lines.push(tn("Of one unit nobody has spoken before.", "Of {n} units nobody has spoken before.", unheard));
  return lines;
}

function alarmWords({ joins, leaves }) {
  const words = [];
  if (joins) words.push(tn("will name one of them", "will name {n} of them", joins));
  if (leaves) words.push(tn("will not name one of them any more", "will not name {n} of them any more", leaves));
  return words.join(" · ");
}
