// The form of the log-in: account, password and code together, or a passkey.

import { post } from "./api.js";
import { t } from "./words.js";

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
