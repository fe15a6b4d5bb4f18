// A one-time link becomes an account with password and authenticator app. The link may stand behind # in the address.

import { post } from "./api.js";
import { byId, setText } from "./elements.js";
import "./settings.js";

const first = byId("link-form");
const second = byId("password-form");
const next = new URLSearchParams(location.search).get("next"); // where to go on, once logged in
let link = "";

first.elements.link.value = decodeURIComponent(location.hash.slice(1));
history.replaceState(null, "", location.pathname + location.search); // not in the history of this browser

submit(first, async ({ link: given }) => {
  link = given.trim();
  const { account, key, uri } = await post("/set-up", { link }, { open: true });
  setText(byId("account"), account);
  setText(byId("key"), key.replace(/(.{4})/g, "$1 ").trim());
  if (uri.startsWith("otpauth:")) byId("uri").href = uri;
  first.hidden = true;
  second.hidden = false;
  second.elements.password.focus();
});

submit(second, async ({ password, code }) => {
  const { recovery_codes: codes } = await post("/set-up/confirm", { link, password, code: code.trim() }, { open: true });
  second.hidden = true;
  byId("codes").hidden = false;
  setText(byId("code-list"), codes.join("\n"));
  if (next) byId("go-on").href = `/login?next=${encodeURIComponent(next)}`;
});

if (next && first.elements.link.value) first.requestSubmit(); // of the first start: a step of several

function submit(form, act) {
  const problem = form.querySelector(".problem");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    try {
      await act(Object.fromEntries(new FormData(form)));
    } catch (error) {
      problem.hidden = false;
      problem.textContent = error.detail || error.message;
    }
  });
}
