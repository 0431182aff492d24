// A house for the card to be shown in: one device, in any situation, with the words of the integration.

import en from "../../custom_components/flux3dp/translations/en.json";
import type { CardConfig } from "../src/config";
import type { EntityState, Hass, RegistryEntry } from "../src/hass";
import { fill } from "../src/words";

type Values = Record<string, string | [state: string, attributes: Record<string, unknown>]>;
type Strings = Record<string, { name: string; state?: Record<string, string>; state_attributes?: Record<string, { state?: Record<string, string> }> }>;

export const DEVICE = "device";
export const NAME = "Delta in der Werkstatt";
export const CONFIG: CardConfig = { type: "custom:flux3dp-card", device_id: DEVICE };
export const ALL = ["pause", "resume", "cancel", "clear"];

const UNITS: Record<string, string> = {
  progress: "%",
  nozzle_temperature: "°C",
  nozzle_target: "°C",
  time_remaining: "min",
  last_job_duration: "min",
  power: "W",
};
const PICTURE =
  "data:image/svg+xml," +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 30"><rect width="40" height="30" fill="#345"/><path d="M20 5l10 18H10z" fill="#fc6"/></svg>',
  );

/** The house at `NOON`, with the entities of one device: by role, a state or a state and its attributes. */
export function house(values: Values, change: Partial<Hass> = {}, translations: typeof en = en): Hass {
  const entity = translations.entity as Record<string, Strings>;
  const states: Record<string, EntityState> = {};
  const entities: Record<string, RegistryEntry> = {};
  for (const [role, value] of Object.entries(values)) {
    const [domain, key] = role.split(".") as [string, string];
    // Renamed, as people do: nothing may depend on it.
    const id = `${domain}.renamed_${key}`;
    const [state, attributes] = typeof value === "string" ? [value, {}] : value;
    states[id] = { entity_id: id, state, attributes };
    entities[id] = { entity_id: id, device_id: DEVICE, platform: "flux3dp", translation_key: key };
  }
  const key = (state: EntityState) => state.entity_id.replace(".renamed_", ".").split(".") as [string, string];
  return {
    states,
    entities,
    devices: { [DEVICE]: { id: DEVICE, name: "Delta", name_by_user: NAME, model_id: "delta-1", identifiers: [["flux3dp", "uuid"]] } },
    locale: { language: "en", time_format: "24", time_zone: "server" },
    config: { time_zone: "Asia/Taipei", unit_system: { temperature: "°C" } },
    localize: (path) => {
      const [, , , ...keys] = path.split(".");
      const found = keys.reduce<unknown>((tree, step) => (tree as Record<string, unknown> | undefined)?.[step], entity);
      return typeof found === "string" ? found : "";
    },
    loadBackendTranslation: (category) => {
      const messages = translations[category as "exceptions"] as Record<string, { message: string }>;
      return Promise.resolve((path, values = {}) => fill(messages[path.split(".")[3] ?? ""]?.message ?? "", values));
    },
    fetchWithAuth: (path, init) => fetch(path, init),
    auth: { expired: false, accessToken: "token", refreshAccessToken: () => Promise.resolve() },
    user: { is_admin: true },
    formatEntityState: (state, value = state.state) => {
      const [domain, name] = key(state);
      const unit = UNITS[name];
      const word = entity[domain]?.[name]?.state?.[value] ?? value;
      return unit && !Number.isNaN(Number(value)) ? `${Math.round(Number(value))} ${unit}` : word;
    },
    formatEntityAttributeValue: (state, attribute, value = String(state.attributes[attribute])) => {
      const [domain, name] = key(state);
      return entity[domain]?.[name]?.state_attributes?.[attribute]?.state?.[value] ?? value;
    },
    hassUrl: (path = "") => path,
    callService: () => Promise.resolve(),
    ...change,
  };
}

export const NOON = new Date("2026-11-26T04:00:00Z"); // 12:00 in Taipei

const online: Values = {
  "sensor.error": "none",
  "sensor.toolhead": "extruder",
  "sensor.last_job_result": "unknown",
  "sensor.job_name": "unknown",
  "sensor.progress": "unknown",
  "sensor.time_remaining": "unknown",
  "sensor.finish_time": "unknown",
  "sensor.last_job_duration": "unknown",
  "sensor.nozzle_temperature": "unknown",
  "sensor.nozzle_target": "unknown",
  "binary_sensor.connectivity": "on",
  "camera.camera": ["idle", { access_token: "token" }],
  "image.preview": "unknown",
  "button.pause": "unknown",
  "button.resume": "unknown",
  "button.abort": "unknown",
  "button.clear": "unknown",
  "select.correction": ["as_job", { options: ["as_job", "level_and_height", "height", "off"] }],
  "number.zoffset": ["-0.05", { min: -1, max: 1, step: 0.01, unit_of_measurement: "mm" }],
  "switch.replay": "on",
  "switch.autoresume": "unavailable",
};
const inJob: Values = {
  ...online,
  "sensor.job_name": "Calibration cube with a name that is longer than any card is wide",
  "sensor.progress": "63.4",
  "sensor.time_remaining": "42",
  "sensor.finish_time": "2026-11-26T04:42:00+00:00",
  "sensor.nozzle_temperature": "199.4",
  "sensor.nozzle_target": "200",
  "image.preview": ["2026-11-26T03:00:00+00:00", { entity_picture: PICTURE }],
};
const after: Values = {
  ...inJob,
  "sensor.time_remaining": "unknown",
  "sensor.finish_time": "unknown",
  "sensor.last_job_duration": "67",
  "sensor.nozzle_target": "0",
  "sensor.nozzle_temperature": "81",
};
const none = { ...online };
for (const role of Object.keys(none)) {
  if (!role.startsWith("sensor.last_job")) none[role] = "unavailable";
}
const laser: Values = { ...inJob, "sensor.job_name": "Coaster" };
delete laser["sensor.nozzle_temperature"];
delete laser["sensor.nozzle_target"];
delete laser["sensor.toolhead"];
const without = (values: Values, ...roles: string[]): Values =>
  Object.fromEntries(Object.entries(values).filter(([role]) => !roles.includes(role)));

const status = (state: string, ...commands: string[]): Values => ({ "sensor.status": [state, { commands }] });

/** Every situation that the card is looked at in. */
export const SITUATIONS: Record<string, Values> = {
  off: { ...none, ...status("offline") },
  idle: { ...online, ...status("idle") },
  heating: {
    ...inJob,
    ...status("heating", "pause", "cancel"),
    "sensor.progress": "0",
    "sensor.nozzle_temperature": "74",
    "sensor.time_remaining": "unknown",
    "sensor.finish_time": "unknown",
  },
  running: { ...inJob, ...status("running", "pause", "cancel") },
  fault: {
    ...inJob,
    ...status("paused", "resume", "cancel"),
    "sensor.error": ["filament_runout", { label: "FILAMENT RUNOUT", advice: "load_filament" }],
    "sensor.finish_time": "unknown",
  },
  completed: { ...after, ...status("completed", "clear"), "sensor.last_job_result": "completed" },
  canceled: { ...after, ...status("aborted", "clear"), "sensor.last_job_result": "aborted", "sensor.last_job_duration": "0.2" },
  failed: {
    ...after,
    ...status("aborted", "clear"),
    "sensor.last_job_result": "failed",
    "sensor.error": ["head_offline", { label: "HEAD_OFFLINE", advice: "reseat_cable" }],
  },
  occupied: { ...online, ...status("maintenance"), "sensor.occupied_by": "FLUX Studio" },
  alarm: { ...online, ...status("fatal"), "sensor.error": ["other", { label: "HARDWARE_ERROR X9", advice: null }] },
  "no-camera": { ...without(inJob, "camera.camera", "image.preview"), ...status("running", "pause", "cancel") },
  laser: { ...laser, ...status("running", "pause", "cancel") },
  "laser-idle": { ...without(online, "sensor.nozzle_temperature", "sensor.nozzle_target", "sensor.toolhead"), ...status("idle") },
  "heating-filament": { ...online, "sensor.status": ["maintenance", { commands: ["cancel"], task: "load_filament", step: "heating", temperature: 142 }] },
  "waiting-filament": { ...online, "sensor.status": ["maintenance", { commands: ["cancel"], task: "load_filament", step: "waiting" }] },
  calibrating: { ...online, "sensor.status": ["maintenance", { commands: ["cancel"], task: "calibrate", step: "probing", point: 2 }] },
  "loading-in-job": {
    ...inJob,
    "sensor.status": ["paused", { commands: ["resume", "cancel"], task: "load_filament", step: null }],
    "sensor.error": ["filament_runout", { label: "FILAMENT RUNOUT", advice: "load_filament" }],
    "sensor.finish_time": "unknown",
  },
  unverified: { ...inJob, "sensor.status": ["running", { commands: ["pause", "cancel"], verified: false }] },
  disabled: { "sensor.progress": "12" },
};
