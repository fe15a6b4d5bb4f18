// The form of the log-in: account, password and code together, or a passkey.

import { get, post } from "./api.js";
import { language, t } from "./words.js";

// `done` is called once somebody is logged in.
export function send(form, done) {
  const problem = form.querySelector(".problem");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { account, password, code } = Object.fromEntries(new FormData(form));
    attempt(form, problem, () => post("/session", { account, password, code }, { open: true }), done);
  });
  const passkey = form.querySelector(".passkey");
  if (window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
    passkey.hidden = false;
    passkey.addEventListener("click", () => attempt(form, problem, withPasskey, done));
  }
  form.querySelector("input").focus();
}

// The way to the provider of the organization, where there is one: it leads back to `path` of this gateway. `begun` is
// called where it opens a tab of its own, so that a page that is open stays as it is.
export async function offerProvider(form, path, begun = null) {
  const { openid } = await get("/openid", { open: true }).catch(() => ({ openid: null })); // nobody answers: the form says so
  if (openid === null) return;
  const way = form.querySelector(".provider");
  way.href = `${openid.begin}?path=${encodeURIComponent(path)}`;
  way.textContent = language.startsWith("zh") ? openid.label.zh : openid.label.en;
  if (begun) {
    way.target = "_blank";
    way.rel = "noopener";
    way.addEventListener("click", begun);
  }
  way.hidden = false;
}

async function attempt(form, problem, ask, done) {
  problem.hidden = true;
  const buttons = form.querySelectorAll("button");
  buttons.forEach((one) => { one.disabled = true; });
  try {
    await ask();
  } catch (error) {
    problem.hidden = false;
    problem.textContent = inWords(error);
    return;
  } finally {
    buttons.forEach((one) => { one.disabled = false; });
  }
  await done();
}

async function withPasskey() {
  const options = await post("/session/passkey/options", {}, { open: true });
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const answer = await navigator.credentials.get({ publicKey });
  return post("/session/passkey", { answer: answer.toJSON() }, { open: true });
}

function inWords(error) {
  if (error.status === 401) return t("Account, password or code is wrong. A code is good once: wait for the next one.");
  if (error.status === 429) return t("Too many wrong attempts. Wait; nothing is looked at before that.");
  if (error.name === "NotAllowedError") return t("The passkey was not used. Try again, or log in with password and code.");
  return error.message;
}
