// Puts the card and the dashboard where Home Assistant finds them: among the elements of the page, and where a person chooses.

import { FluxCard } from "./card";
import { suggestion, TAG } from "./config";
import { dashboard, STRATEGY_TAG } from "./dashboard";
import { PLATFORM } from "./entities";
import type { Hass } from "./hass";
import { words } from "./words";

const DOCUMENTATION = "https://github.com/flux3dp-contributors/flux3dp#dashboards";

/** What Home Assistant asks for the dashboard. */
class FluxDashboard extends HTMLElement {
  static generate(_config: object, hass: Hass): object {
    return dashboard(hass);
  }

  static getCreateSuggestions(): object {
    return { title: "FLUX", icon: "mdi:printer-3d" };
  }
}

/**
 * Define the elements in the registry that the page asks now. Home Assistant 2026.8 and later replace `window.customElements`
 * while the page boots: what was defined before is not found after. A file that is loaded twice defines nothing twice.
 */
function define(): void {
  const registry = window.customElements;
  if (!registry.get(TAG)) registry.define(TAG, FluxCard);
  if (!registry.get(STRATEGY_TAG)) registry.define(STRATEGY_TAG, FluxDashboard);
}

define();
void window.customElements.whenDefined("home-assistant").then(define);
for (const delay of [0, 1_000, 5_000]) setTimeout(define, delay);

interface Offer {
  type: string;
  readonly name: string;
  readonly description: string;
  documentationURL: string;
}
const page = window as typeof window & { customCards?: Offer[]; customStrategies?: Offer[] };
page.customCards ??= [];
page.customStrategies ??= [];

/** Add what a person can choose to a list of such, once. */
function offer(list: Offer[], offered: Offer): void {
  if (!list.some(({ type }) => type === offered.type)) list.push(offered);
}

// Names are asked for when the list is shown: by then the page has its language.
const card = {
  type: TAG,
  get name() {
    return words().card_name;
  },
  get description() {
    return words().card_description;
  },
  preview: true,
  documentationURL: DOCUMENTATION,
  getEntitySuggestion: suggestion,
};
offer(page.customCards, card);
const strategy = {
  type: PLATFORM,
  strategyType: "dashboard",
  get name() {
    return words().dashboard_name;
  },
  get description() {
    return words().dashboard_description;
  },
  documentationURL: DOCUMENTATION,
};
offer(page.customStrategies, strategy);
