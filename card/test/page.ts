// A page with the card in every situation, to look at and to measure: `script/card --look` and `script/card --bench`.
// `?dark`, `?dir=rtl`, `?columns=3`, `?only=fault`, `?lang=de`.

import type { CardConfig } from "../src/config";
import type { Hass } from "../src/hass";
import { CONFIG, DEVICE, house, SITUATIONS } from "./house";
import de from "../../custom_components/flux3dp/translations/de.json";
import en from "../../custom_components/flux3dp/translations/en.json";
import ja from "../../custom_components/flux3dp/translations/ja.json";

interface Card extends HTMLElement {
  hass: Hass;
  setConfig(config: CardConfig): void;
  updateComplete: Promise<boolean>;
}
const query = new URLSearchParams(location.search);
const language = query.get("lang") ?? "en";
const translations = ({ de, en, ja } as Record<string, unknown>)[language] as typeof en;

const ROOM = "camera.room";
const STILL = document.createElement("canvas");
STILL.width = 64;
STILL.height = 48;
const pen = STILL.getContext("2d")!;
pen.fillStyle = "#264";
pen.fillRect(0, 0, 64, 48);
pen.fillStyle = "#eee";
pen.fillRect(20, 20, 24, 18);

/** What the card called, and how the next call ends: at once, or, for one that is held, with `answer`, the oldest first. */
const calls: unknown[] = [];
let failure: unknown;
let isHeld = false;
const held: ((value: unknown) => void)[] = [];
const answer = (value?: unknown) => held.shift()?.(value);
const hold = () => {
  isHeld = true;
};
const service = async (call: unknown[]) => {
  // As it would be sent.
  calls.push(JSON.parse(JSON.stringify(call.slice(0, 3))));
  if (isHeld) {
    isHeld = false;
    const value = await new Promise((resolve) => held.push(resolve));
    if (!failure) return value;
  }
  if (failure) throw failure;
};
const fail = (next: unknown) => {
  failure = next;
};

export function make(situation: string, change: Partial<CardConfig> = {}, box = document.createElement("div")): Card {
  const card = document.createElement("flux3dp-card") as Card;
  card.setConfig({ ...CONFIG, ...change });
  card.hass = houseOf(situation);
  box.className = change.layout ?? "full";
  box.append(card);
  document.querySelector("main")!.append(box);
  return card;
}

export function houseOf(situation: string): Hass {
  const hass = house(
    SITUATIONS[situation]!,
    {
      locale: { language, time_format: "24", time_zone: "server" },
      callService: (...call) => service(call),
      // In place of a camera: a picture.
      hassUrl: (path = "") => (path.includes("camera_proxy_stream") ? STILL.toDataURL() : path),
    },
    translations,
  );
  if (situation.startsWith("laser")) hass.devices = { [DEVICE]: { ...hass.devices[DEVICE]!, model_id: "fbm1" } };
  hass.states["switch.plug"] = { entity_id: "switch.plug", state: situation === "off" ? "off" : "on", attributes: { friendly_name: "Plug" } };
  hass.states["sensor.renamed_power"] = { entity_id: "sensor.renamed_power", state: "118", attributes: {} };
  hass.states[ROOM] = { entity_id: ROOM, state: "idle", attributes: { access_token: "" } };
  return hass;
}

/** Microseconds that a state change costs one card, the mean of many: one of another device, and one of its own with all that is drawn anew. */
export async function bench(): Promise<{ other: number; own: number }> {
  const card = make("running");
  await card.updateComplete;
  let hass = houseOf("running");
  // A house of some size: what is not ours must cost nothing.
  for (let number = 0; number < 3000; number++) {
    const id = `sensor.other_${number}`;
    hass.states[id] = { entity_id: id, state: "1", attributes: {} };
    hass.entities[id] = { entity_id: id, device_id: "other", platform: "demo" };
  }
  card.hass = hass;
  await card.updateComplete;
  // Copying the states is the frontend's part: done before the clock starts.
  const next = (entity: string, round: number) => {
    const state = { entity_id: entity, state: String(round % 100), attributes: {} };
    hass = { ...hass, states: { ...hass.states, [entity]: state } };
    return hass;
  };
  const time = async (entity: string) => {
    const houses = Array.from({ length: 200 }, (_, round) => next(entity, round));
    const start = performance.now();
    for (const now of houses) {
      card.hass = now;
      await card.updateComplete;
      card.getBoundingClientRect(); // with its layout
    }
    return ((performance.now() - start) * 1000) / houses.length;
  };
  return { other: await time("sensor.other_7"), own: await time("sensor.renamed_progress") };
}

Object.assign(window, { answer, bench, calls, fail, hold, houseOf, make });
document.documentElement.lang = language;
document.documentElement.classList.toggle("dark", query.has("dark"));
document.documentElement.dir = query.get("dir") ?? "ltr";
const columns = Number(query.get("columns") ?? 1);
document.querySelector("main")!.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
if (!query.has("empty")) {
  const only = query.get("only");
  for (const situation of only ? only.split(",") : Object.keys(SITUATIONS)) {
    const power = { power: "switch.plug", power_sensor: "sensor.renamed_power" };
    make(situation, ["off", "running"].includes(situation) ? power : {});
    make(situation, { layout: "compact" });
  }
  make("idle", { device_id: "" });
  make("off", { camera: ROOM });
}
