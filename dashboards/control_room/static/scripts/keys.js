// Keys that are for the page and not for a field: shortcuts, and scanners, which type very fast and end with Enter.
// A shortcut waits a moment, because its letter may be the first sign of a scanned code.

const FAST_MS = 50; // between two keys of a scanner; people need at least twice as long
const SHORTEST = 4; // signs of a code
const GROUP_SEPARATOR = "\u001d"; // within GS1 codes; scanners send it as Ctrl+] or as itself
const shortcuts = new Map();
const takers = []; // what is open and takes codes itself, the newest last
let scanned = () => {};
let typed = "";
let at = 0;
let waiting = 0;

// `keys` as KeyboardEvent.key says; `act` gets the event.
export function shortcut(keys, act) {
  for (const key of keys) shortcuts.set(key, act);
}

export function onScan(act) {
  scanned = act;
}

// While something is open that wants the codes itself; what it answers ends that.
export function takeScans(act) {
  takers.push(act);
  return () => takers.splice(takers.indexOf(act), 1);
}

// From a scanner or a camera.
export function scanCame(text) {
  (takers.at(-1) ?? scanned)(text);
}

// A scanner may type into a field, too: browsers would drop its separators.
export function keepSeparators(field) {
  field.addEventListener("keydown", (event) => {
    if (!event.ctrlKey || event.code !== "BracketRight") return;
    event.preventDefault();
    field.setRangeText(GROUP_SEPARATOR, field.selectionStart, field.selectionEnd, "end");
  });
}

export function isField(target) {
  if (target.isContentEditable || target.closest?.("textarea, select")) return true;
  return target.closest?.("input:not([type=checkbox], [type=radio], [type=button], [type=submit])") != null;
}

const signOf = (event) => {
  if (event.ctrlKey && (event.key === "]" || event.code === "BracketRight")) return GROUP_SEPARATOR;
  return event.ctrlKey || event.altKey || event.metaKey || [...event.key].length !== 1 ? "" : event.key;
};

document.addEventListener("keydown", (event) => {
  if (isField(event.target) || event.isComposing) return;
  const now = performance.now(), isFast = now - at < FAST_MS;
  at = event.key === "Shift" || event.key === "Control" ? at : now;
  if (event.key === "Enter" && isFast && typed.length >= SHORTEST) return end(event);
  const sign = signOf(event);
  if (sign) {
    typed = isFast ? typed + sign : sign;
    if (typed.length > 1 || sign === GROUP_SEPARATOR) event.preventDefault(); // a scanner's space must press no button
  } else if (event.key !== "Shift" && event.key !== "Control") typed = "";
  clearTimeout(waiting);
  if (typed.length > 1 || event.ctrlKey || event.altKey || event.metaKey) return;
  const act = shortcuts.get(event.key);
  if (!act || document.querySelector("dialog[open]")) return;
  if (!sign) act(event);
  else {
    if (event.key === "/" || event.key === "?") event.preventDefault();
    waiting = setTimeout(() => act(event), FAST_MS + 10);
  }
}, true);

function end(event) {
  event.preventDefault();
  event.stopPropagation();
  clearTimeout(waiting);
  const text = typed;
  typed = "";
  scanCame(text);
}
