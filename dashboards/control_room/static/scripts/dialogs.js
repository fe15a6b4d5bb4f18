// What lies above a page: a word in passing (toast), a question with a reason (ask), the log-in.

import { element, shape, byId } from "./elements.js";
import { isLoggedIn, session } from "./api.js";
import { again, isLive, on } from "./live.js";
import { offerProvider, send } from "./log_in.js";
import { t } from "./words.js";

const SHOWN_MS = 8000;

// What was done, or why not. A problem stays until somebody closes it. `more`: { words, act } of a button, or { words, href } of a link.
export function toast(words, state = "fine", more = null) {
  const close = element("button", { type: "button", "aria-label": t("Close") }, "×");
  const made = element("div", { class: "toast", "data-state": state }, shape(state), element("p", {}, words), ...(more ? [further(more, () => made.remove())] : []), close);
  close.addEventListener("click", () => made.remove());
  byId("toasts").append(made);
  if (state === "fine") setTimeout(() => made.remove(), SHOWN_MS);
  return made;
}

function further({ words, act, href }, close) {
  if (href) return element("a", { class: "button", href }, words);
  const button = element("button", { type: "button", class: "button" }, words);
  button.addEventListener("click", () => {
    close();
    act();
  });
  return button;
}

// A Problem of api.js, in words.
export function tellProblem(problem) {
  const said = problem.detail && problem.detail !== problem.message ? ` (${problem.detail})` : "";
  toast(`${problem.message}${said}`, "critical");
}

// Asks before something is done: { title, text, button, reason: "required" | "optional" | "none" }.
// Resolves with the reason ("" where there is none), or null where nobody wants it.
export function ask({ title, text = "", button, reason = "none", label = t("Reason") }) {
  const typed = element("textarea", { name: "reason", required: reason === "required", maxlength: 1000 });
  const cancel = element("button", { type: "button", class: "button" }, t("Cancel"));
  const form = element(
    "form", { class: "form", method: "dialog" },
    element("h2", { id: "asked" }, title), element("p", {}, text),
    ...(reason === "none" ? [] : [element("label", {}, label, typed)]),
    element("div", { class: "row" }, element("button", { class: "button primary" }, button), cancel),
  );
  const dialog = element("dialog", { "aria-labelledby": "asked" }, form);
  document.body.append(dialog);
  return new Promise((resolve) => {
    let answer = null;
    form.addEventListener("submit", () => { answer = typed.value.trim(); });
    cancel.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    dialog.showModal();
  });
}

let opened = null;
let inElsewhere = () => {}; // somebody logged in on another tab
on("link", () => {
  if (isLive()) inElsewhere();
});

// Above the page, which stays as it is; resolves once somebody is logged in.
export function logIn() {
  opened ??= open().finally(() => { opened = null; });
  return opened;
}

function open() {
  const content = byId("log-in-template").content.cloneNode(true);
  const dialog = element("dialog", { "aria-label": t("Log in"), class: "above" });
  dialog.append(content);
  const why = dialog.querySelector(".why");
  why.hidden = false;
  why.textContent = t("Your session has ended. Log in, and go on where you were: what you typed is still there.");
  document.body.append(dialog);
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.showModal();
  return new Promise((resolve) => {
    const look = async () => { // some browsers share nothing between tabs: whoever comes back asks
      if (document.visibilityState === "visible" && (await isLoggedIn()) && dialog.isConnected) {
        again();
        await done();
      }
    };
    const done = async () => {
      inElsewhere = () => {};
      document.removeEventListener("visibilitychange", look);
      dialog.close();
      dialog.remove();
      await session(true);
      resolve();
    };
    inElsewhere = done;
    document.addEventListener("visibilitychange", look);
    const form = dialog.querySelector("form");
    offerProvider(form, "/logged-in", () => { why.textContent = t("Log in on the tab that opened: this page then goes on by itself."); });
    send(form, () => {
      again();
      return done();
    });
  });
}
