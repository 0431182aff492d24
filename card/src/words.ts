// The card's own words, by language. What entities are called and say comes from Home Assistant.

import de from "./words/de.json";
import en from "./words/en.json";
import es from "./words/es.json";
import fr from "./words/fr.json";
import it from "./words/it.json";
import ja from "./words/ja.json";
import ko from "./words/ko.json";
import nl from "./words/nl.json";
import pl from "./words/pl.json";
import ptBR from "./words/pt-BR.json";
import zhHans from "./words/zh-Hans.json";
import zhHant from "./words/zh-Hant.json";

export type Words = typeof en;

/** A language of Home Assistant, and what is said in it; each is whole, or this does not compile. */
export const LANGUAGES: Record<string, Words> = {
  de,
  en,
  es,
  fr,
  it,
  ja,
  ko,
  nl,
  pl,
  "pt-BR": ptBR,
  "zh-Hans": zhHans,
  "zh-Hant": zhHant,
};
const RELATED: Record<string, Words> = { pt: ptBR, zh: zhHans, "zh-TW": zhHant, "zh-HK": zhHant };

/** The words of a language, or of its nearest relative. Without one: of the page, before there is a card on it. */
export function words(language = globalThis.document?.documentElement.lang ?? "en"): Words {
  for (let tag = language; tag; tag = tag.slice(0, Math.max(0, tag.lastIndexOf("-")))) {
    const found = LANGUAGES[tag] ?? RELATED[tag];
    if (found) return found;
  }
  return en;
}

/** A sentence with its `{placeholders}` filled in. */
export function fill(sentence: string, values: Record<string, string>): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
