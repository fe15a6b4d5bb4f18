// What was stated, in passing, with a button that takes it back: all of it, with one reason.

import { newKey, post } from "./api.js";
import { ask, tellProblem, toast } from "./dialogs.js";
import { t } from "./words.js";

// `ids` of statements; `then`: after it was taken back.
export function stated(words, ids, then = () => {}) {
  const known = ids.filter(Boolean);
  toast(words, "fine", known.length ? { words: t("Take it back"), act: () => takeBack(known, then) } : null);
}

async function takeBack(ids, then) {
  const reason = await ask({ title: t("Take it back"), text: t("What you stated does not count any more. It stays in the record, with your reason."), button: t("Take it back"), reason: "required" });
  if (reason === null) return;
  const intent = newKey();
  try {
    for (const id of ids) await post(`/statements/${encodeURIComponent(id)}/withdraw`, { reason }, { key: `${intent}/${id}` });
    toast(t("Taken back."));
  } catch (problem) {
    tellProblem(problem);
  }
  then();
}
