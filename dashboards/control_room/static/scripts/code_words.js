// Codes in words: schemes, what stands in a code, what a code of a scheme has to look like.

import { t } from "./words.js";

const SCHEMES = { gs1: () => "GS1", isbt128: () => "ISBT 128", nmpa: () => t("NMPA drug traceability code"), holder: () => t("own label") };
export const schemeWord = (scheme) => SCHEMES[scheme]?.() ?? scheme;

const WANTED = {
  gs1: () => t("A GS1 code of one piece: (01) GTIN with (21) serial number, or an SSCC, GRAI, GIAI, CPID or GSRN."),
  isbt128: () => t("An ISBT 128 donation number with its product code, for example =G12341765432170=<S12954A0."),
  nmpa: () => t("20 digits that begin with 8."),
  holder: () => t("1 to 64 printable ASCII characters."),
};
export const wantedOf = (scheme) => WANTED[scheme]?.() ?? "";

const PARTS = {
  "00": () => t("shipping container (SSCC)"), "01": () => t("trade item (GTIN)"), "02": () => t("contained trade item (GTIN)"), 10: () => t("batch or lot"), 11: () => t("production date"),
  13: () => t("packaging date"), 15: () => t("best before"), 17: () => t("expiry date"), 21: () => t("serial number"), 37: () => t("count"), 240: () => t("additional product number"),
  drug_id: () => t("drug and packaging level"), serial: () => t("serial number of the pack"), check: () => t("check digits (enciphered; not checked here)"),
};
// { name, words }: what nobody translated stays as the standard says it.
export const partWords = ({ name, words }) => (PARTS[name] ? `${PARTS[name]()}${/^\d+$/.test(name) ? ` (${name})` : ""}` : /^\d+$/.test(name) ? `${words} (${name})` : words);
