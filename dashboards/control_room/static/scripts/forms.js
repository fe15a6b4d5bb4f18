// Forms in a dialog above the page, and the little things that lists share.

import { element } from "./elements.js";
import { t } from "./words.js";

// A labelled field. `kind`: text, password, number, date, textarea, select (with `options`: [[value, words], ...]).
export function field(label, name, { kind = "text", options = [], hint = "", value = "", ...more } = {}) {
  const made = input(kind, name, options, more);
  if (kind !== "select" || value !== "") made.value = value;
  const note = hint ? [element("span", { class: "quiet" }, hint)] : [];
  return element("label", {}, element("span", {}, label), made, ...note);
}

function input(kind, name, options, more) {
  if (kind === "textarea") return element("textarea", { name, ...more });
  if (kind !== "select") return element("input", { name, type: kind, ...more });
  return element("select", { name, ...more }, ...options.map(([value, words]) => element("option", { value }, words)));
}

// Several of a few: checkboxes of one name.
export function choices(legend, name, options, chosen = []) {
  const boxes = options.map(([value, words]) =>
    element("label", { class: "choice" }, element("input", { type: "checkbox", name, value, checked: chosen.includes(value) }), element("span", {}, words)));
  return element("fieldset", { class: "choices" }, element("legend", {}, legend), ...boxes);
}

// Opens a form. `act(values, data)` does it; a problem is shown in the form, which stays as it is. Resolves with what `act`
// gave, or with null where nobody wants it.
export function openForm({ title, text = "", fields, button, act, wide = false }) {
  const problem = element("p", { class: "problem", role: "alert", hidden: true });
  const cancel = element("button", { type: "button", class: "button" }, t("Cancel"));
  const form = element("form", { class: "form" }, element("h2", { id: "form-title" }, title), ...(text ? [element("p", {}, text)] : []), ...fields, problem,
    element("div", { class: "row" }, element("button", { class: "button primary" }, button), cancel));
  const dialog = element("dialog", { "aria-labelledby": "form-title", class: wide ? "roomy" : "" }, form);
  document.body.append(dialog);
  return new Promise((resolve) => {
    let answer = null;
    cancel.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    whenSent(form, problem, async (values, data) => {
      answer = (await act(values, data)) ?? true;
      dialog.close();
    });
    dialog.showModal();
  });
}

// A form that asks the API: busy meanwhile, its problem beside its button.
export function whenSent(form, problem, act) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    const buttons = form.querySelectorAll("button");
    const data = new FormData(form);
    buttons.forEach((one) => { one.disabled = true; });
    try {
      await act(Object.fromEntries(data), data);
    } catch (error) {
      problem.hidden = false;
      problem.textContent = inWords(error);
    } finally {
      buttons.forEach((one) => { one.disabled = false; });
    }
  });
}

// What the gateway says of a request that it cannot use is what to do next.
export function inWords(error) {
  return error.detail && error.detail !== error.message ? `${error.message} (${error.detail})` : error.message;
}

// Something that is shown this once: a link, codes.
export function showOnce({ title, text, secret, copy = t("Copy") }) {
  const copied = element("button", { type: "button", class: "button primary" }, copy);
  copied.addEventListener("click", async () => {
    await navigator.clipboard?.writeText(secret);
    copied.textContent = t("Copied");
  });
  const done = element("button", { type: "button", class: "button" }, t("Done"));
  const dialog = element("dialog", { "aria-labelledby": "once-title" }, element("h2", { id: "once-title" }, title), element("p", {}, text),
    element("pre", { class: "key secret", tabindex: 0 }, secret), element("div", { class: "row" }, ...(navigator.clipboard ? [copied] : []), done));
  done.addEventListener("click", () => dialog.close());
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve();
    });
    dialog.showModal();
  });
}

export function action(words, act, more = {}) {
  const button = element("button", { type: "button", class: "button", ...more }, words);
  button.addEventListener("click", () => act(button));
  return button;
}

// The rows of a table; `nothing` stands in their place where there are none.
export function fill(body, rows, nothing) {
  const columns = body.closest("table").querySelectorAll("thead th").length;
  body.replaceChildren(...(rows.length ? rows : [element("tr", { class: "nothing" }, element("td", { colspan: columns }, nothing))]));
}

export const cell = (words, more = {}) => element("td", more, ...[words].flat());

// "people.read" and the like: what the account may is said by the gateway; a part of a page that it may not see is left out.
export async function ifAllowed(asked) {
  try {
    return await asked;
  } catch (problem) {
    if (problem.status === 403) return null;
    throw problem;
  }
}

// A statement is one line of text.
export function inOneLine(text) {
  return text.split("\n").map((one) => one.trim()).filter(Boolean).join(" / ");
}
