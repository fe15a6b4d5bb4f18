// Words of scripts in the language of the page: t("{count} inside", { count }), tn("one unit", "{n} units", n).

const page = document.documentElement;
export const language = page.lang || "en";
export const collator = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
const kept = new Map(); // by digits
const words = await load(page.dataset.words);

export function t(text, fields = {}) {
  const found = words[text] ?? text;
  return fill(Array.isArray(found) ? found[0] : found, fields);
}

// `n` is a field of both forms.
export function tn(one, many, n, fields = {}) {
  const found = words[one] ?? [one, many];
  const forms = Array.isArray(found) ? found : [found];
  return fill(forms[Math.min(n === 1 ? 0 : 1, forms.length - 1)], { n: number(n), ...fields });
}

export function number(value, digits = 0) {
  return formats(digits).format(value);
}

// One decimal, so that numbers below each other line up; none where there are thousands.
export function measured(value) {
  return Number.isFinite(value) ? formats(Math.abs(value) >= 1000 ? 0 : 1).format(value).replace("-", "−") : "–";
}

function fill(text, fields) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in fields ? String(fields[name]) : whole));
}

function formats(digits) {
  if (!kept.has(digits)) {
    kept.set(digits, new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }));
  }
  return kept.get(digits);
}

async function load(address) {
  try {
    return await (await fetch(address)).json();
  } catch {
    return {}; // English is better than nothing
  }
}
