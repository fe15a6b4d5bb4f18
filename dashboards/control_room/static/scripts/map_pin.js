// One asset on the plan: shape, word, colour and value; a link, or a button that is dragged and moved by keys.

import { badge, element, setData, setShape, setText } from "./elements.js";
import { condition } from "./fleet.js";
import { isLive } from "./live.js";
import { unitWord, word } from "./states.js";
import { measured, t } from "./words.js";

const STEP = 0.02; // of the width and the height, for a key
const SMALL = 0.002;
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const MIDDLE = [0.5, 0.5];
const within = (where) => where.map((one) => Math.min(1, Math.max(0, one)));

export class Pin {
  // `moved([x, y] | null)`: parts of the picture; null: it is taken off.
  constructor(asset, { frame, moves, moved }) {
    Object.assign(this, { asset, name: asset.asset, frame, moved, where: null, state: "" });
    this.badge = badge("wait", "");
    const label = element("span", { class: "name" }, asset.name || asset.asset);
    this.pin = moves ? element("button", { type: "button", class: "pin", "aria-roledescription": t("movable") }, label, this.badge) : element("a", { class: "pin", href: `/assets/${encodeURIComponent(asset.asset)}` }, label, this.badge);
    this.item = element("li", {}, this.pin);
    if (!moves) return;
    this.pin.addEventListener("keydown", (event) => this.#key(event));
    this.pin.addEventListener("click", () => { if (this.where === null) moved(MIDDLE); });
    this.pin.addEventListener("pointerdown", (event) => this.#drag(event));
  }

  show() {
    const { main, state } = condition(this.asset);
    this.state = state;
    setData(this.pin, "state", state);
    setData(this.badge, "state", state);
    setShape(this.badge.firstElementChild, state);
    const value = main === null || main.value === null || !isLive() ? "" : ` ${measured(main.value)} ${unitWord(main.unit)}`;
    setText(this.badge.lastElementChild, `${word(state)}${value}`);
  }

  stand(where) {
    this.where = where;
    this.item.style.left = where ? `${where[0] * 100}%` : "";
    this.item.style.top = where ? `${where[1] * 100}%` : "";
  }

  focus() {
    this.pin.focus();
  }

  #key(event) {
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.moved(null);
    } else if (KEYS[event.key] && this.where) {
      event.preventDefault();
      const step = event.shiftKey ? SMALL : STEP, [dx, dy] = KEYS[event.key];
      this.moved(within([this.where[0] + dx * step, this.where[1] + dy * step]));
    }
  }

  // Also from the tray onto the plan; what is let go outside stays where it was.
  #drag(down) {
    if (down.button !== 0) return;
    this.pin.setPointerCapture(down.pointerId);
    let where = null;
    const move = (event) => {
      const { left, top, width, height } = this.frame.getBoundingClientRect();
      const x = (event.clientX - left) / width, y = (event.clientY - top) / height;
      where = x >= 0 && x <= 1 && y >= 0 && y <= 1 ? [x, y] : where;
      if (where && this.where) this.stand(where);
    };
    const end = () => {
      this.pin.removeEventListener("pointermove", move);
      if (where) this.moved(where);
    };
    this.pin.addEventListener("pointermove", move);
    this.pin.addEventListener("pointerup", end, { once: true });
    this.pin.addEventListener("pointercancel", end, { once: true });
  }
}
