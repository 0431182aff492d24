// Finds a device's entities by what they are, never by an id: people rename those.

import type { Hass, RegistryEntry } from "./hass";

export const PLATFORM = "flux3dp";

/** `sensor.status`, `button.pause`, …: the domain and the translation key. */
export type Role = string;
export type Entities = Readonly<Record<Role, string>>;

/** The registry's line of one of our entities; undefined for all others. */
export function flux(hass: Hass, entity: string): RegistryEntry | undefined {
  const entry = hass.entities[entity];
  return entry?.platform === PLATFORM ? entry : undefined;
}

/** The entity ids of a device by role. An entity that is disabled is not among them. */
export function entitiesOf(hass: Hass, device: string | undefined): Entities {
  const found: Record<Role, string> = {};
  if (!device) return found;
  for (const entry of Object.values(hass.entities)) {
    if (entry.device_id !== device || entry.platform !== PLATFORM || !entry.translation_key) continue;
    found[`${entry.entity_id.split(".", 1)[0]}.${entry.translation_key}`] = entry.entity_id;
  }
  return found;
}
