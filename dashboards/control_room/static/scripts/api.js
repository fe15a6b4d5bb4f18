// The API as this browser asks it: with the session's cookie, X-CSRF-Token where something changes, problems in words.
// A session that ended opens the log-in above the page, and then asks again: what was typed is still there.

import { t } from "./words.js";

const API = "/api/v1";
const WITHIN_MS = 15_000;
let known = null; // the promise of GET /session
let logIn = null; // opens the log-in, resolves when somebody is logged in; set by page.js

export class Problem extends Error {
  // `status` 0: nobody answers. `message` is what to do next, `detail` what the gateway said.
  constructor(status, detail, errors = []) {
    super(whatNext(status, detail));
    this.status = status;
    this.detail = detail;
    this.errors = errors;
  }
}

export function logInWith(open) {
  logIn = open;
}

export const get = (path, options = {}) => ask("GET", path, undefined, options);
export const post = (path, body = {}, options = {}) => ask("POST", path, body, options);
export const remove = (path, options = {}) => ask("DELETE", path, undefined, options);

// Every page of a list, one after the other.
export async function all(path) {
  const rows = [];
  let first = null;
  for (let after = ""; after !== null; ) {
    const page = await get(`${path}${path.includes("?") ? "&" : "?"}limit=1000${after ? `&after=${encodeURIComponent(after)}` : ""}`);
    first ??= page;
    rows.push(...page.items);
    after = page.next ?? null; // some lists have one page
  }
  return { ...first, items: rows };
}

// Who is logged in: account, roles, sites, csrf.
export function session(anew = false) {
  if (anew || known === null) known = ask("GET", "/session");
  known.catch(() => { known = null; });
  return known;
}

// Whether this browser has a session now; nobody is asked to log in.
export const isLoggedIn = () => send("/session", WITHIN_MS, { method: "GET" }).then((answer) => answer.ok, () => false);

export function forgetSession() {
  known = null;
}

// A key for a request that may be sent again: the same statement, however often it arrives. What was changed in a form after
// an answer was lost is another request: `ask` adds to the key what is said.
export const newKey = () => `room/${crypto.randomUUID ? crypto.randomUUID() : [...crypto.getRandomValues(new Uint32Array(4))].join("-")}`;

// `open`: no session is needed; `key`: an Idempotency-Key; `form`: FormData instead of JSON; `within`: milliseconds.
async function ask(method, path, body, { open = false, key = null, form = null, within = WITHIN_MS, again = true } = {}) {
  const headers = { Accept: "application/json" };
  const sent = form ?? (body === undefined ? undefined : JSON.stringify(body));
  if (key) headers["Idempotency-Key"] = `${key}/${digest(`${path} ${sent}`)}`;
  if (body !== undefined && form === null) headers["Content-Type"] = "application/json";
  if (method !== "GET" && !open) headers["X-CSRF-Token"] = (await session()).csrf;
  const answer = await send(path, within, { method, headers, body: sent });
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  const problem = await problemOf(answer);
  const ended = !open && problem.status === 401;
  const otherSession = problem.status === 403 && problem.detail.includes("X-CSRF-Token"); // of another tab
  if (again && (ended || otherSession)) {
    forgetSession();
    if (ended) {
      if (logIn === null) throw problem;
      await logIn();
    }
    return ask(method, path, body, { open, key, form, within, again: false });
  }
  throw problem;
}

// FNV-1a, of 32 bits twice: it tells one form from its next version, and guards nothing.
function digest(text) {
  let a = 0x811c9dc5, b = 0x01000193;
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193);
    b = Math.imul(b ^ text.charCodeAt(i), 0x85ebca6b);
  }
  return `${(a >>> 0).toString(36)}${(b >>> 0).toString(36)}`;
}

async function send(path, within, options) {
  try {
    return await fetch(API + path, { ...options, credentials: "same-origin", cache: "no-cache", signal: AbortSignal.timeout(within) });
  } catch {
    throw new Problem(0, "");
  }
}

async function problemOf(answer) {
  let told = {};
  try {
    told = await answer.json();
  } catch {
    // a proxy in between answers with a page
  }
  return new Problem(answer.status, String(told.detail ?? ""), told.errors ?? []);
}

function whatNext(status, detail) {
  switch (status) {
    case 0: return t("The gateway does not answer. Nothing was changed, as far as this page knows. Try again.");
    case 401: return t("Log in to go on.");
    case 403: return t("Your account may not do this. Ask an administrator for a role that may.");
    case 404: return t("This is not there any more, or not for your account.");
    case 409: return t("Somebody stated something else meanwhile. Look again, then decide.");
    case 413: return t("This is too large.");
    case 429: return t("Too often. Wait a moment, then try again.");
    case 503: return t("The gateway does not run, or cannot answer now. Try again in a moment.");
    case 507: return t("The disk of the gateway is full. Nothing more can be stated until there is room.");
    default: return detail || t("This did not work. Try again.");
  }
}
