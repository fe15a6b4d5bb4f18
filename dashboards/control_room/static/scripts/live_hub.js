// One stream of events for all tabs: a browser has only six connections to a gateway, whatever number of tabs is open.
// It runs in a SharedWorker, or in the page where there is none. It finds out within 3 s that a link is lost,
// also where nothing says so: while nothing comes it asks whether somebody is there.

const API = "/api/v1";
const LOST_MS = 3000; // without any sign of life
const LOOK_MS = 500;
const ASK_AFTER_MS = 1000;
const ANSWER_WITHIN_MS = 1800;
const AGAIN_MS = [500, 1000, 2000, 4000]; // between two tries to connect
const KEPT = 120; // values of each channel that are kept for its trend

export class Hub {
  #ports = new Set();
  #source = null;
  #after = null;
  #tries = 0;
  #seen = 0; // when the last sign of life came
  #isAsking = false;
  #link = "unknown"; // live, lost, closed (nobody is logged in)
  #gateway = { running: true };
  #values = new Map();
  #past = new Map();

  constructor() {
    setInterval(() => this.#look(), LOOK_MS);
  }

  attach(port) {
    this.#ports.add(port);
    port.onmessage = ({ data }) => this.#hear(port, data);
    port.start?.();
    if (this.#source === null) this.#start(); // the first page, or one of somebody who logged in elsewhere
    this.#send(port, { kind: "link", state: this.#link, seen: this.#seen });
    this.#send(port, { kind: "gateway", data: this.#gateway });
    if (this.#values.size) this.#send(port, { kind: "values", values: [...this.#values.values()], past: [...this.#past] });
  }

  #start() {
    if (this.#link === "closed") this.#link = "unknown";
    this.#open();
  }

  #hear(port, { kind }) {
    if (kind === "bye") this.#ports.delete(port);
    if (kind === "again") this.#begin(); // somebody logged in, maybe somebody else
  }

  #begin() {
    this.#close();
    this.#values.clear();
    this.#past.clear();
    this.#after = null;
    this.#tries = 0;
    this.#tell({ kind: "reset" });
    this.#open();
  }

  #open() {
    const source = new EventSource(this.#after === null ? `${API}/live` : `${API}/live?after=${this.#after}`);
    this.#source = source;
    source.onopen = () => {
      this.#tries = 0;
      this.#sign();
    };
    source.onerror = () => {
      if (source === this.#source) this.#failed();
    };
    for (const kind of ["alarm", "values", "gateway", "reset"]) {
      source.addEventListener(kind, (event) => this.#event(kind, event));
    }
  }

  #close() {
    this.#source?.close();
    this.#source = null;
  }

  // A stream that ended after its five minutes is opened at once; an error hides its reason, so that is asked for.
  async #failed() {
    this.#close();
    const wait = AGAIN_MS[Math.min(this.#tries++, AGAIN_MS.length - 1)];
    if (this.#tries > 1 && (await this.#status("/session")) === 401) {
      this.#values.clear(); // whoever comes next may see others
      this.#past.clear();
      this.#state("closed");
      return;
    }
    setTimeout(() => {
      if (this.#source === null) this.#open();
    }, wait);
  }

  #event(kind, event) {
    this.#sign();
    const data = JSON.parse(event.data);
    if (event.lastEventId) this.#after = Number(event.lastEventId);
    if (kind === "alarm") this.#tell({ kind, seq: Number(event.lastEventId), ...data });
    if (kind === "gateway") this.#tell({ kind, data: (this.#gateway = data) });
    if (kind === "values") this.#keep(data.values);
    if (kind === "reset") {
      this.#after = data.at;
      this.#tell({ kind });
    }
  }

  #keep(values) {
    const at = Date.now();
    for (const row of values) {
      const kept = { ...row, at };
      this.#values.set(row.channel, kept);
      if (row.value === null || row.unknown) continue;
      const past = this.#past.get(row.channel) ?? [];
      const time = at - 1000 * (row.age_s ?? 0);
      if (!past.length || time - past.at(-1)[0] >= 5000) past.push([time, row.value]);
      if (past.length > KEPT) past.shift();
      this.#past.set(row.channel, past);
    }
    this.#tell({ kind: "values", values: values.map((row) => ({ ...row, at })) });
  }

  #sign() {
    this.#seen = Date.now();
    this.#state("live");
  }

  async #look() {
    if (!this.#ports.size || this.#link === "closed") return;
    const silent = Date.now() - this.#seen;
    if (silent >= LOST_MS && this.#link !== "lost") this.#state("lost");
    else if (silent < LOST_MS) this.#tell({ kind: "sign", seen: this.#seen });
    if (silent >= ASK_AFTER_MS && !this.#isAsking) await this.#ask();
  }

  async #ask() {
    this.#isAsking = true;
    const status = await this.#status("/alive");
    this.#isAsking = false;
    if (status !== 200) return;
    this.#seen = Date.now();
    if (this.#source?.readyState === EventSource.OPEN) this.#state("live");
    else if (this.#source === null || this.#link === "lost") this.#reopen();
  }

  #reopen() {
    if (this.#source?.readyState === EventSource.CONNECTING) return;
    this.#close();
    this.#open();
  }

  async #status(path) {
    try {
      return (await fetch(API + path, { cache: "no-store", signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })).status;
    } catch {
      return 0;
    }
  }

  #state(state) {
    if (state === this.#link) return;
    this.#link = state;
    this.#tell({ kind: "link", state, seen: this.#seen });
  }

  #tell(message) {
    for (const port of this.#ports) this.#send(port, message);
  }

  #send(port, message) {
    port.postMessage(message);
  }
}
