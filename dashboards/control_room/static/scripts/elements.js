// Elements made by scripts. Texts are texts: whatever a name contains, it is never read as HTML.

const shapes = document.documentElement.dataset.shapes;
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

// One of pictures/shapes.svg.
export function shape(name) {
  return svg("svg", { class: "shape", "aria-hidden": "true" }, svg("use", { href: `${shapes}#${name}` }));
}

export function setShape(of, name) {
  const address = `${shapes}#${name}`;
  const use = of.firstElementChild;
  if (use.getAttribute("href") !== address) use.setAttribute("href", address);
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

export const byId = (id) => document.getElementById(id);
