// Elements made by scripts. Texts are texts: whatever a name contains, it is never read as HTML.

const shapes = await load(document.documentElement.dataset.shapes);
const SVG = "http://www.w3.org/2000/svg";

// element("p", { class: "quiet", hidden: true }, "text", other)
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, String(value));
  }
  made.append(...children);
  return made;
}

export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

// One of pictures/shapes.svg, as a copy: hundreds of <use> of another file take a browser seconds.
export function shape(name) {
  const made = svg("svg", { class: "shape", "aria-hidden": "true" });
  setShape(made, name);
  return made;
}

export function setShape(of, name) {
  if (of.dataset.shape === name) return;
  of.dataset.shape = name;
  const symbol = shapes.get(name);
  of.setAttribute("viewBox", symbol?.getAttribute("viewBox") ?? "0 0 16 16");
  of.replaceChildren(...(symbol?.cloneNode(true).children ?? []));
}

async function load(address) {
  try {
    const text = await (await fetch(address)).text();
    const symbols = new DOMParser().parseFromString(text, "image/svg+xml").querySelectorAll("symbol");
    return new Map([...symbols].map((symbol) => [symbol.id, symbol]));
  } catch {
    return new Map(); // the words say the same
  }
}

// State, shape and word: never colour alone.
export function badge(state, words, solid = false) {
  return element("span", { class: solid ? "badge solid" : "badge", "data-state": state }, shape(state), element("span", {}, words));
}

// Touches the page only where something is another.
export function setText(of, text) {
  if (of.textContent !== text) of.textContent = text;
}

export function setData(of, name, value) {
  if (of.dataset[name] !== value) of.dataset[name] = value;
}

export function byId(id) {
  return document.getElementById(id);
}
