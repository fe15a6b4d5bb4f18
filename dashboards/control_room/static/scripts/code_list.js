// Several codes in one form: typed, or scanned while it is open. Each is explained as it comes in.

import { get } from "./api.js";
import { schemeWord } from "./code_words.js";
import { element, shape } from "./elements.js";
import { keepSeparators, takeScans } from "./keys.js";
import { t } from "./words.js";

const SEPARATOR = "\u001d";
const HALF = /^(\]C0)?=[A-Z0-9]{13,16}$/i; // an ISBT 128 donation number: its product code is the next scan

// `explain(unit)` answers { state, words, ...more }, where `unit` is what GET /codes says of it by one scheme;
// `changed()`: the list is another. A row: { scheme, code, state, words, isLeftOut }.
export class CodeList {
  constructor({ explain, changed, most = 500 }) {
    Object.assign(this, { explain, changed, most, rows: [], first: "" });
    this.field = element("input", { autocomplete: "off", spellcheck: "false", autocapitalize: "none", enterkeyhint: "done", "aria-describedby": "codes-hint" });
    this.add = element("button", { type: "button", class: "button" }, t("Add"));
    this.list = element("ul", { class: "found coming-in", "aria-label": t("Codes") });
    this.said = element("p", { id: "codes-hint", class: "quiet", role: "status" }, t("Scan one after the other, or type a code and press Enter."));
    keepSeparators(this.field);
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      this.#take();
    });
    this.add.addEventListener("click", () => this.#take());
    const camera = element("button", { type: "button", class: "button" }, shape("camera"), " ", t("Camera"));
    camera.addEventListener("click", async () => (await import("./camera.js")).openCamera({ several: this.most > 1 }));
    this.elements = [element("label", {}, t("Code of a unit"), element("span", { class: "row" }, this.field, this.add, camera)), this.said, this.list];
  }

  // From now on scans are for this list; the answer ends that.
  open() {
    return takeScans((text) => this.come(text));
  }

  #take() {
    const text = this.field.value;
    this.field.value = "";
    this.field.focus();
    if (text.trim()) this.come(text);
  }

  async come(scanned) {
    const text = this.first + scanned;
    if (!this.first && HALF.test(scanned.trim())) {
      this.first = scanned.trim();
      this.#say(t("This is a donation number. Now scan the product code of the same bag."));
      return;
    }
    this.first = "";
    if (this.rows.length >= this.most) return this.#say(this.most === 1 ? t("One unit at a time: remove the other one first.") : t("No more codes fit: state these first."));
    try {
      await this.#learn(text, await get(`/codes?${new URLSearchParams({ text: text.slice(0, 400) })}`));
    } catch (problem) {
      this.#say(`${text.replaceAll(SEPARATOR, "␝")}: ${problem.message}`);
    }
  }

  async #learn(text, found) {
    const schemes = found.schemes.filter((one) => one.code !== null), best = schemes[0];
    const called = found.names.find((one) => ["asset", "site", "person", "alarm", "channel"].includes(one.kind));
    if (!best) return this.#say(t("{text}: none of the codes that this gateway reads. Scan it again.", { text: text.replaceAll(SEPARATOR, "␝") }));
    if (called && !best.known) return this.#say(t("{text} names no unit: something else is called so.", { text }));
    if (this.rows.some((one) => schemes.some((other) => other.scheme === one.scheme && other.code === one.code))) return this.#say(t("{code} is in the list already.", { code: best.code }));
    const row = { schemes, said: best.known ? [best] : schemes };
    this.rows.push(row);
    await this.#choose(row, best);
    this.#say(t("{code}: {words}", { code: row.code, words: row.words }));
  }

  async #choose(row, unit) {
    Object.assign(row, { scheme: unit.scheme, code: unit.code, state: "unknown", words: "", isLeftOut: false });
    Object.assign(row, unit.why ? { state: "critical", words: `${t("The configuration refuses it: ")}${unit.why}`, isLeftOut: true } : await this.explain(unit));
    if (this.rows.includes(row)) this.show();
  }

  show() {
    this.list.replaceChildren(...this.rows.map((row) => this.#row(row)));
    this.changed();
  }

  #row(row) {
    const gone = element("button", { type: "button", class: "button", "aria-label": t("Remove {code} from the list", { code: row.code }) }, "×");
    gone.addEventListener("click", () => {
      this.rows = this.rows.filter((one) => one !== row);
      this.show();
      this.field.focus();
    });
    const parts = [element("div", {}, element("code", {}, row.code), " ", this.#scheme(row)), element("div", {}, row.words, ...(row.isLeftOut ? [" · ", element("strong", {}, t("left out"))] : []))];
    return element("li", {}, shape(row.state), element("div", { class: "grow" }, ...parts, ...(row.fields ?? [])), gone);
  }

  // Which system a code belongs to is never guessed where several fit: it can be chosen.
  #scheme(row) {
    if (row.said.length < 2) return element("span", { class: "quiet" }, schemeWord(row.scheme));
    const chosen = element("select", { "aria-label": t("Kind of code") }, ...row.said.map((one) => element("option", { value: one.scheme, selected: one.scheme === row.scheme }, schemeWord(one.scheme))));
    chosen.addEventListener("change", () => this.#choose(row, row.said.find((one) => one.scheme === chosen.value)));
    return chosen;
  }

  #say(words) {
    this.said.textContent = words;
  }

  chosen() {
    return this.rows.filter((one) => !one.isLeftOut);
  }
}
