// A dashboard of all devices, each with its card: Home Assistant asks for it again whenever a device comes or goes.

import { type CardConfig, TYPE } from "./config";
import { PLATFORM } from "./entities";
import type { Hass } from "./hass";

export const STRATEGY_TAG = "ll-strategy-dashboard-flux3dp";

/** The configuration of the dashboard: a section for each device that is not disabled, by name. */
export function dashboard(hass: Hass): object {
  const ids = new Set(Object.values(hass.entities).map((entry) => (entry.platform === PLATFORM && entry.device_id) || ""));
  const name = (id: string) => hass.devices[id]?.name_by_user || hass.devices[id]?.name || "";
  const found = [...ids].filter((id) => hass.devices[id]).sort((one, other) => name(one).localeCompare(name(other), hass.locale.language));
  const card = (device_id: string): CardConfig => ({ type: TYPE, device_id, layout: "full" });
  const sections = found.map((id) => ({ type: "grid", cards: [card(id)] }));
  return { views: [{ title: "FLUX", type: "sections", max_columns: 3, sections }] };
}
