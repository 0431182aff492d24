// Puts the card where Home Assistant finds it: among the elements of the page, and in the card picker.

import { FluxCard } from "./card";
import { suggestion, TAG } from "./config";
import type { Hass } from "./hass";
import { words } from "./words";

/**
 * Define the card in the registry that the page asks now. Home Assistant 2026.8 and later replace `window.customElements`
 * while the page boots: what was defined before is not found after. A file that is loaded twice defines nothing twice.
 */
function define(): void {
  const registry = window.customElements;
  if (!registry.get(TAG)) registry.define(TAG, FluxCard);
}

define();
void window.customElements.whenDefined("home-assistant").then(define);
for (const delay of [0, 1_000, 5_000]) setTimeout(define, delay);

interface CustomCard {
  type: string;
  readonly name: string;
  readonly description: string;
  preview: boolean;
  documentationURL: string;
  getEntitySuggestion(hass: Hass, entity: string): object | null;
}
const page = window as typeof window & { customCards?: CustomCard[] };
page.customCards ??= [];
if (!page.customCards.some((card) => card.type === TAG)) {
  page.customCards.push({
    type: TAG,
    // Asked for when the picker opens: by then the page has its language.
    get name() {
      return words().card_name;
    },
    get description() {
      return words().card_description;
    },
    preview: true,
    documentationURL: "https://github.com/flux3dp-contributors/flux3dp#dashboards",
    getEntitySuggestion: suggestion,
  });
}
