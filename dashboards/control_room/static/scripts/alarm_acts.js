// What people do about alarms. Each is asked in a dialog that says what follows and whether it can be taken back; several
// alarms get one comment. A key is made once for each intent: sent again after a lost answer, it is the same statement.

import { get, newKey, post } from "./api.js";
import { asks, goesOn } from "./alarm_list.js";
import { titleOf } from "./alarm_words.js";
import { toast } from "./dialogs.js";
import { element } from "./elements.js";
import { on } from "./live.js";
import { stated } from "./take_back.js";
import { clockTime } from "./time.js";
import { number, t, tn } from "./words.js";

const LASTING = { "15min": 900, "30min": 1800, "1h": 3600, "2h": 7200, "4h": 14400, "8h": 28800, "24h": 86400 };
const LONGEST_S = { critical: 3600, major: 14400, minor: 28800, warning: 86400 }; // [shelving] may say something else
const DAYS = ["2h", "8h", "1d", "3d", "7d", "14d", "30d"];
const TAKEN_BACK = () => t("It can be taken back, and everybody sees that it was.");

export const ACTS = {
  take: {
    right: "alarm.take", key: "t", fits: (alarm) => alarm.state !== "closed", comment: "optional", withOthers: true, name: () => t("Take"),
    done: (n) => tn("You have it.", "You have {n} alarms.", n),
    says: () => t("You say that you are on it. Nobody else is called for half an hour, or what the escalation says. It is not acknowledged by that."),
  },
  acknowledge: {
    right: "alarm.acknowledge", key: "a", fits: (alarm) => asks(alarm) && alarm.state !== "closed", comment: "optional", withOthers: true, name: () => t("Acknowledge"),
    done: (n) => tn("Acknowledged.", "{n} alarms acknowledged.", n),
    says: () => t("You say that you have seen it and what you found or did. Calls about it stop; it stays in the list until it is over."),
  },
  comment: {
    right: "alarm.comment", key: "c", fits: () => true, comment: "required", withOthers: true, name: () => t("Comment"),
    done: (n) => tn("Remarked.", "Remarked on {n} alarms.", n), says: () => t("Everybody who looks at it reads this. Nothing else follows."),
  },
  assign: {
    right: "alarm.assign", fits: (alarm) => alarm.state !== "closed", comment: "none", name: () => t("Assign"), more: assignFields,
    done: (n) => tn("Assigned.", "{n} alarms assigned.", n), says: () => t("You say whose it is. Calls go on until that person takes it."),
  },
  shelve: {
    right: "alarm.shelve", fits: (alarm) => alarm.state !== "closed" && alarm.overlay?.kind !== "shelved", comment: "required", label: () => t("Reason"), field: "reason", name: () => t("Shelve"), more: shelveFields,
    done: (n) => tn("Shelved.", "{n} alarms shelved.", n), says: () => t("The rule of this channel calls nobody until the end that you choose; then it speaks again by itself. It stays in every list. If it becomes more severe, it speaks at once."),
  },
  unshelve: {
    right: "alarm.shelve", fits: (alarm) => alarm.overlay?.kind === "shelved", comment: "required", label: () => t("Reason"), field: "reason", name: () => t("End shelving"),
    done: () => t("It speaks again."), says: () => t("It speaks again at once, and people are called."),
  },
  rest: {
    right: "out-of-service.request", fits: (alarm) => Boolean(alarm.asset) && !alarm.asset.includes(", "), comment: "required", label: () => t("Reason"), field: "reason", name: () => t("Out of service"), more: restFields, address: () => "/out-of-service",
    done: () => t("Asked for. A second person has to approve it."), says: () => t("You ask for it. It counts once another person has approved it; until then all alarms speak."),
  },
  close: {
    right: "alarm.close", fits: (alarm) => !goesOn(alarm) && alarm.state !== "closed", comment: "required", name: () => t("Close"),
    done: (n) => tn("Closed.", "{n} alarms closed.", n), says: () => t("Nobody needs to look at it any more. It stays in the record, and among the closed ones."),
  },
};

// `place`: as of alarm_row.js, with people, who, others(alarm).
export async function act(name, alarms, place) {
  const of = ACTS[name], fitting = alarms.filter(of.fits);
  if (!fitting.length) {
    toast(alarms.length ? unfit(name, alarms[0]) : t("Choose an alarm first."), "warning");
    return;
  }
  const dialog = new Dialog(name, fitting, alarms.length - fitting.length, place);
  const done = await dialog.open();
  if (done.length) stated(of.done(done.length), done.map((one) => one.id));
}

function unfit(name, alarm) {
  if (alarm.state === "closed") return t("It is closed: only a comment is possible.");
  if (name === "close") return t("It still goes on. It can be closed once it is over.");
  if (name === "acknowledge") return t("It is acknowledged already. What is to be added is a comment.");
  return t("This does not fit its state.");
}

let shown = null; // the dialog that is open
on("alarm", (event) => shown?.hear(event));

class Dialog {
  constructor(name, alarms, leftOut, place) {
    Object.assign(this, { name, of: ACTS[name], alarms, place, intent: newKey(), seen: new Map(alarms.map((one) => [one.id, one.taken?.by ?? ""])), done: new Map() });
    const of = this.of;
    this.typed = element("textarea", { name: "comment", required: of.comment === "required", maxlength: 1000 });
    this.meanwhile = element("p", { class: "meanwhile", role: "alert", hidden: true });
    this.problem = element("p", { class: "problem", role: "alert", hidden: true });
    this.button = element("button", { class: "button primary" }, of.name());
    this.others = of.withOthers ? this.#others() : "";
    this.fields = of.more ? of.more(alarms, place) : { rows: [], values: () => ({}) };
    const cancel = element("button", { type: "button", class: "button" }, t("Cancel"));
    cancel.addEventListener("click", () => this.dialog.close());
    this.form = element(
      "form", { class: "form" }, element("h2", { id: "act-title" }, of.name()), this.#about(leftOut), element("p", {}, of.says(), " ", TAKEN_BACK()), this.meanwhile,
      ...this.fields.rows, ...(of.comment === "none" ? [] : [element("label", {}, of.label?.() ?? (alarms.length > 1 ? t("Comment, for all of them") : t("Comment")), this.typed)]), this.others, this.problem,
      element("div", { class: "row" }, this.button, cancel),
    );
    this.dialog = element("dialog", { "aria-labelledby": "act-title" }, this.form);
  }

  open() {
    document.body.append(this.dialog);
    if (this.name === "take") this.#warn([...this.alarms, ...(this.rest ?? [])].filter((one) => one.taken && one.taken.by !== this.place.me));
    shown = this;
    return new Promise((resolve) => {
      this.form.addEventListener("submit", (event) => { event.preventDefault(); this.#submit(); });
      this.dialog.addEventListener("close", () => { shown = null; this.dialog.remove(); resolve([...this.done.values()]); });
      this.dialog.showModal();
      (this.form.querySelector("textarea, select, input:not([type=checkbox])") ?? this.button).focus();
    });
  }

  #about(leftOut) {
    const names = this.alarms.map((one) => element("li", {}, `${this.place.assetName(one.asset)}: ${titleOf(one)}`));
    const left = leftOut ? element("p", { class: "quiet" }, tn("One of those that you chose is left out: it does not fit.", "{n} of those that you chose are left out: they do not fit.", leftOut)) : "";
    return element("div", {}, element("ul", { class: "about", ...(names.length > 4 && { tabindex: 0 }) }, ...names), left);
  }

  // The rest of the same happening, to be chosen one by one.
  #others() {
    const chosen = new Set(this.alarms.map((one) => one.id));
    const rest = this.alarms.flatMap((one) => this.place.others(one)).filter((one, i, all) => !chosen.has(one.id) && this.of.fits(one) && all.findIndex((other) => other.id === one.id) === i);
    if (!rest.length) return "";
    const rows = rest.map((one) => element("label", { class: "check" }, element("input", { type: "checkbox", name: "other", value: one.id, checked: this.name === "take" }), `${this.place.assetName(one.asset)}: ${titleOf(one)}`));
    this.rest = rest;
    for (const one of rest) this.seen.set(one.id, one.taken?.by ?? "");
    return element("fieldset", { class: "same-happening" }, element("legend", {}, t("Also, of the same happening")), ...rows);
  }

  #chosen() {
    const ticked = new Set([...this.form.querySelectorAll("input[name=other]:checked")].map((one) => one.value));
    return [...this.alarms, ...(this.rest ?? []).filter((one) => ticked.has(one.id))];
  }

  hear({ alarm }) {
    if (!this.seen.has(alarm.id)) return;
    this.alarms = this.alarms.map((one) => (one.id === alarm.id ? { ...one, ...alarm } : one));
    if (this.done.size === 0) this.#warn([alarm]);
  }

  // Who has them meanwhile; true where that is news.
  #warn(alarms) {
    const taken = alarms.find((one) => one.taken && one.taken.by !== this.place.me);
    for (const one of alarms) this.seen.set(one.id, one.taken?.by ?? "");
    if (!taken) return false;
    this.meanwhile.hidden = false;
    const words = { name: taken.taken.by, time: clockTime(taken.taken.at, this.place.zone) };
    this.meanwhile.textContent = this.name === "take" ? t("{name} has it since {time}. If you go on, you have it, and {name} has it no more.", words) : t("{name} has it since {time}.", words);
    return true;
  }

  // Before a take: somebody else may have been quicker. Then a second press is needed, with that in view.
  async #isTaken(alarms) {
    const now = await Promise.all(alarms.slice(0, 20).map((one) => get(`/alarms/${encodeURIComponent(one.id)}`)));
    const other = now.filter((one) => one.taken && one.taken.by !== this.place.me && one.taken.by !== this.seen.get(one.id));
    return this.#warn(other);
  }

  async #submit() {
    this.problem.hidden = true;
    this.button.disabled = true;
    this.button.setAttribute("aria-busy", "true");
    try {
      const chosen = this.#chosen();
      if (this.name === "take" && (await this.#isTaken(chosen))) return;
      for (const alarm of chosen) {
        if (this.done.has(alarm.id)) continue;
        if (chosen.length > 10) this.button.textContent = t("{n} of {all} stated", { n: number(this.done.size), all: number(chosen.length) });
        await this.#state(alarm);
      }
      this.dialog.close();
    } catch (error) {
      this.problem.hidden = false;
      this.problem.textContent = inWords(error, this.done.size);
    } finally {
      this.button.disabled = false;
      this.button.removeAttribute("aria-busy");
      this.button.textContent = this.of.name();
    }
  }

  async #state(alarm) {
    const text = this.typed.value.trim(), body = this.fields.values(alarm);
    if (this.of.comment !== "none") body[this.of.field ?? "comment"] = text;
    const path = this.of.address?.() ?? `/alarms/${encodeURIComponent(alarm.id)}/${this.name}`;
    const answer = await post(path, body, { key: `${this.intent}/${alarm.id}` });
    this.done.set(alarm.id, answer);
    for (const remark of answer.remarks ?? []) toast(remark, "warning");
  }
}

export function inWords(error, before = 0) {
  const said = error.status !== 422 && error.detail && error.detail !== error.message ? ` (${error.detail})` : "";
  const done = tn("One was stated before that; it stays.", "{n} were stated before that; they stay.", before);
  return `${error.message ?? error}${said}${before ? ` ${done}` : ""}`;
}

function options(values) {
  return Object.entries(values).map(([value, words]) => element("option", { value }, words));
}

function assignFields(_, place) {
  const people = Object.fromEntries(place.people.filter((one) => !one.has_left).map((one) => [one.id, place.personName(one)]));
  const field = place.people.length ? element("select", { name: "to", required: true }, ...options({ "": t("Choose somebody"), ...people })) : element("input", { name: "to", required: true });
  return { rows: [element("label", {}, t("Assign to"), field)], values: () => ({ to: field.value }) };
}

function shelveFields(alarms) {
  const most = Math.min(...alarms.map((one) => LONGEST_S[one.severity] ?? 3600));
  const field = element("select", { name: "lasting" }, ...options(Object.fromEntries(Object.entries(LASTING).filter(([, s]) => s <= most).map(([value]) => [value, spanWords(value)]))));
  return { rows: [element("label", {}, t("For how long"), field)], values: () => ({ lasting: field.value }) };
}

function restFields(alarms) {
  const what = element("select", { name: "what" }, ...options({ asset: t("the whole asset"), ...(alarms.every((one) => one.channel) && { channel: t("this channel alone") }) }));
  const lasting = element("select", { name: "lasting" }, ...options(Object.fromEntries(DAYS.map((value) => [value, spanWords(value)]))));
  return {
    rows: [element("label", {}, t("What"), what), element("label", {}, t("For how long"), lasting)],
    values: (alarm) => ({ ...(what.value === "channel" ? { channel: alarm.channel } : { asset: alarm.asset }), lasting: lasting.value }),
  };
}

function spanWords(span) {
  const n = parseInt(span, 10);
  if (span.endsWith("min")) return t("{n} min", { n });
  return span.endsWith("h") ? t("{n} h", { n }) : tn("{n} day", "{n} days", n);
}
