// What of Home Assistant's frontend the card uses. Nothing here exists at run time.

export interface EntityState {
  entity_id: string;
  state: string;
  attributes: Record<string, unknown>;
}

/** A line of the entity registry, as pages get it. Disabled entities have none. */
export interface RegistryEntry {
  entity_id: string;
  device_id?: string | null;
  platform?: string;
  translation_key?: string;
}

export interface RegistryDevice {
  id: string;
  name: string | null;
  name_by_user: string | null;
  model_id?: string | null;
  identifiers?: [domain: string, id: string][];
}

export interface FrontendLocale {
  language: string;
  /** "language", "system", "12" or "24". */
  time_format: string;
  /** "local" or "server". */
  time_zone?: string;
}

export interface Hass {
  states: Record<string, EntityState | undefined>;
  entities: Record<string, RegistryEntry>;
  devices: Record<string, RegistryDevice | undefined>;
  locale: FrontendLocale;
  config: { time_zone: string; unit_system: { temperature: string } };
  localize(key: string, values?: Record<string, string>): string;
  formatEntityState(state: EntityState, value?: string): string;
  formatEntityAttributeValue(state: EntityState, attribute: string, value?: string): string;
  /** The words of an integration that pages do not have from the start; resolves with what finds them. */
  loadBackendTranslation(category: string, integration: string): Promise<Hass["localize"]>;
  hassUrl(path?: string): string;
  fetchWithAuth(path: string, init?: RequestInit): Promise<Response>;
  auth: { expired: boolean; accessToken: string; refreshAccessToken(): Promise<void> };
  user?: { is_admin: boolean };
  callService(
    domain: string,
    service: string,
    data: Record<string, unknown>,
    target?: Record<string, unknown>,
    notifyOnError?: boolean,
    returnResponse?: boolean,
  ): Promise<unknown>;
}

/** The state, or undefined where there is none to read: no entity, unavailable or unknown. */
export function known(hass: Hass, entity: string | undefined): EntityState | undefined {
  const state = entity === undefined ? undefined : hass.states[entity];
  return state && state.state !== "unavailable" && state.state !== "unknown" ? state : undefined;
}
