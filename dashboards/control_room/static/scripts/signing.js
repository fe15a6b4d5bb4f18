// A record is signed with password and code of the own account, given at this moment.

import { post } from "./api.js";
import { toast } from "./dialogs.js";
import { field, openForm } from "./forms.js";
import { t } from "./words.js";

// Resolves with whether it was signed. `record`: its words; `seen`: digest of what was looked at, where there is one.
export async function signRecord({ title, name, record, meaning, seen = "", about = [] }) {
  const done = await openForm({
    title,
    text: t("You sign as {name}. A signature cannot be taken back.", { name }),
    fields: [
      ...about,
      field(t("Password"), "password", { kind: "password", autocomplete: "current-password", required: true }),
      field(t("Code of the app, or a recovery code"), "code", { autocomplete: "one-time-code", required: true }),
    ],
    button: t("Sign"),
    act: ({ password, code }) => post("/signatures", { record, meaning, password, code: code.trim(), ...(seen ? { seen } : {}) }),
  });
  if (done === null) return false;
  toast(t("Signed."));
  return true;
}
