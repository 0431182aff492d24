// What a person chooses, and the form they choose it in.

import { flux, PLATFORM } from "./entities";
import type { Hass } from "./hass";
import { words } from "./words";

export const TAG = "flux3dp-card";
export const TYPE = `custom:${TAG}`;

export const PARTS = ["picture", "job", "progress", "times", "temperature", "toolhead", "buttons", "files", "maintenance"] as const;
export type Part = (typeof PARTS)[number];

export interface CardConfig {
  type: string;
  device_id?: string;
  layout?: "full" | "compact";
  /** Parts that are left out. What is wrong is always shown. */
  hide?: Part[];
  /** A camera to show in place of the device's. */
  camera?: string;
  /** The plug that powers the device, and what it draws. */
  power?: string;
  power_sensor?: string;
}

/** Return a configuration that can be shown; throw an Error whose message says what is wrong with it. */
export function checked(config: CardConfig): CardConfig {
  const wrong = (option: string): never => {
    throw new Error(`${TAG}: ${words().invalid_option.replace("{option}", option)}`);
  };
  if (!config || typeof config !== "object") wrong("config");
  const text = ["device_id", "camera", "power", "power_sensor"] as const;
  for (const option of text) {
    const value = config[option];
    if (value !== undefined && value !== null && typeof value !== "string") wrong(option);
  }
  if (config.layout && !["full", "compact"].includes(config.layout)) wrong("layout");
  if (config.hide && !(Array.isArray(config.hide) && config.hide.every((part) => PARTS.includes(part)))) wrong("hide");
  return config;
}

/** The editor, as a form of Home Assistant's own selectors. */
export function form(): object {
  const say = words();
  const option = (value: string, label: string) => ({ value, label });
  const labels: Record<string, string> = {
    device_id: say.device,
    layout: say.layout,
    hide: say.hide,
    camera: say.camera,
    power: say.power,
    power_sensor: say.power_sensor,
  };
  const helpers: Record<string, string> = { camera: say.camera_help, power: say.power_help };
  return {
    schema: [
      { name: "device_id", required: true, selector: { device: { filter: { integration: PLATFORM } } } },
      {
        name: "layout",
        selector: {
          select: {
            mode: "dropdown",
            options: [option("full", say.layout_full), option("compact", say.layout_compact)],
          },
        },
      },
      { name: "camera", selector: { entity: { filter: { domain: "camera" } } } },
      { name: "power", selector: { entity: { filter: [{ domain: ["switch", "light", "input_boolean"] }] } } },
      { name: "power_sensor", selector: { entity: { filter: { domain: "sensor", device_class: "power" } } } },
      {
        name: "hide",
        selector: {
          select: { multiple: true, mode: "list", options: PARTS.map((part) => option(part, say[`part_${part}`])) },
        },
      },
    ],
    computeLabel: (schema: { name: string }) => labels[schema.name] ?? schema.name,
    computeHelper: (schema: { name: string }) => helpers[schema.name],
    assertConfig: checked,
  };
}

/** What the card picker shows: a device of this house that is on, or any, or none. */
export function stub(hass: Hass): CardConfig {
  const found = Object.values(hass.entities).filter((entry) => entry.platform === PLATFORM && entry.device_id);
  const on = (entry: { entity_id: string; translation_key?: string }) =>
    entry.translation_key === "status" && !["offline", undefined].includes(hass.states[entry.entity_id]?.state);
  const device = (found.find(on) ?? found[0])?.device_id ?? "";
  return { type: TYPE, device_id: device, layout: "full" };
}

/** What is offered when a person adds one of our entities to a dashboard; null for all others. */
export function suggestion(hass: Hass, entity: string): object | null {
  const device = flux(hass, entity)?.device_id;
  if (!device) return null;
  const say = words();
  return [
    { config: { type: TYPE, device_id: device, layout: "full" }, label: say.layout_full },
    { config: { type: TYPE, device_id: device, layout: "compact" }, label: say.layout_compact },
  ];
}
