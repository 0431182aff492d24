// Decides what the card shows: from states to words, buttons and pictures. No element, no clock of its own.

import type { CardConfig, Part } from "./config";
import type { Entities } from "./entities";
import { type EntityState, type Hass, known } from "./hass";
import type { IconName } from "./icons";
import { hasSettings } from "./settings";
import { clock } from "./time";
import { fill, type Words } from "./words";

/** How the card looks at a glance. */
export type Tone = "off" | "idle" | "busy" | "active" | "paused" | "done" | "ended" | "problem";

export const COMMANDS = ["pause", "resume", "cancel", "clear"] as const;
export type Command = (typeof COMMANDS)[number];
const BUTTON: Record<Command, string> = { pause: "pause", resume: "resume", cancel: "abort", clear: "clear" };

const COMMAND_ICONS: Record<Command, IconName> = { pause: "pause", resume: "play", cancel: "stop", clear: "broom" };

const TONE_ICONS: Record<Tone, IconName> = {
  off: "off",
  idle: "printer",
  busy: "printer",
  active: "nozzle",
  paused: "paused",
  done: "check",
  ended: "stop",
  problem: "alert",
};
const LASER_TONES = new Set<Tone>(["off", "idle", "busy", "active"]);

const TONES: Record<string, Tone> = {
  offline: "off",
  idle: "idle",
  initializing: "active",
  starting: "active",
  resuming: "active",
  running: "active",
  heating: "active",
  calibrating: "active",
  reconnecting: "active",
  toolhead_change: "active",
  completing: "active",
  aborting: "active",
  pausing: "paused",
  paused: "paused",
  completed: "done",
  aborted: "ended",
  alarm: "problem",
  fatal: "problem",
  maintenance: "busy",
  scanning: "busy",
  sdk_control: "busy",
  raw_mode: "busy",
  motion_test: "busy",
  cartridge_access: "busy",
};

export interface Problem {
  text: string;
  /** What helps, as a sentence, and its key. */
  advice?: string;
  key?: string;
}

export interface Progress {
  /** 0 to 100. */
  percent: number;
  text: string;
}

export interface Fact {
  icon: IconName;
  text: string;
  /** The whole of it, for a screen reader. */
  label: string;
  entity: string;
}

export interface Button {
  /** "free": disconnect who uses the device. */
  command: Command | "free";
  icon: IconName;
  entity: string;
  text: string;
}

export interface Power {
  entity: string;
  name: string;
  on: boolean;
  available: boolean;
}

/** What Home Assistant itself does with the device. */
export interface Work {
  text: string;
  /** The same without numbers that change each second: for a screen reader. */
  spoken: string;
  /** What a person does meanwhile. */
  hint?: string;
  /** What ends it; a load that is "done" counts as such. */
  end: "done" | "stop";
}

export interface View {
  name: string;
  tone: Tone;
  icon: IconName;
  laser: boolean;
  /** FLUX could not be asked whether it is the device it claims to be. */
  unverified: boolean;
  status: string;
  /** The entity behind the status, for its dialog. */
  statusEntity?: string;
  /** What belongs to the status in the same line. */
  detail?: string;
  active: boolean;
  problem?: Problem;
  job?: string;
  progress?: Progress;
  times: string[];
  /** Status and time left, or what is wrong: beside progress all there is room for in one row. */
  row: string;
  facts: Fact[];
  buttons: Button[];
  work?: Work;
  /** Whether filament can be loaded in the paused job, and that helps. */
  loads: boolean;
  /** Whether there is a button for maintenance, or for the settings alone. */
  offersMaintenance: boolean;
  /** Whether the device can take and start job files now. */
  takesFiles: boolean;
  /** Whether there is a button for that. */
  offersFiles: boolean;
  /** The camera to show live. */
  camera?: string;
  /** The path of the job's picture. */
  picture?: string;
  power?: Power;
}

/** What is shown of a device. `now` is for "today" only. */
export function view(hass: Hass, config: CardConfig, entities: Entities, say: Words, now: Date): View {
  const shows = (part: Part) => !config.hide?.includes(part);
  const at = (role: string) => known(hass, entities[role]);
  const format = (state: EntityState | undefined) => (state ? hass.formatEntityState(state) : undefined);

  const status = at("sensor.status");
  const tone = toneOf(status?.state);
  const active = tone === "active" || tone === "paused";
  const over = tone === "done" || tone === "ended" || tone === "problem";
  const problem = problemOf(hass, at("sensor.error"), at("sensor.advice"));
  const failed = status?.state === "aborted" && at("sensor.last_job_result")?.state === "failed";

  const progress = active || over ? progressOf(hass, at("sensor.progress"), status?.state === "completed") : undefined;
  const left = active ? format(at("sensor.time_remaining")) : undefined;
  const finish = active ? at("sensor.finish_time") : undefined;
  const duration = over ? at("sensor.last_job_duration") : undefined;
  // What took less than half a minute would be shown as 0 minutes.
  const took = Number(duration?.state) >= 0.5 ? format(duration) : undefined;
  const times = [
    left && fill(say.left, { time: left }),
    finish && fill(say.done_at, { time: clock(new Date(finish.state), now, hass) }),
    took && fill(say.took, { time: took }),
  ].filter((text): text is string => Boolean(text));

  const words = failed ? format(at("sensor.last_job_result")) : format(status);
  const shownStatus = words ?? (hass.devices[config.device_id ?? ""] ? say.no_status : "");
  const laser = isLaser(hass.devices[config.device_id ?? ""]?.model_id);
  const work = workOf(hass, status, active, say);
  const occupant = work ? "Home Assistant" : tone === "busy" ? at("sensor.occupied_by")?.state : undefined;
  const used = occupant ? fill(say.in_use_by, { program: occupant }) : say.in_use;
  const detail = tone === "busy" || work ? used : undefined;
  const name = nameOf(hass, config, say);
  const takesFiles = status?.state === "idle" && Boolean(hass.devices[config.device_id ?? ""]);
  const wrong = problem !== undefined && tone !== "off";
  // Another program has the device: only administrators may end that.
  const free: Button[] =
    status && tone === "busy" && !work && hass.user?.is_admin ? [{ command: "free", icon: "free", entity: status.entity_id, text: say.free }] : [];

  const shownTone = wrong || failed ? "problem" : tone;

  return {
    name,
    tone: shownTone,
    icon: laser && LASER_TONES.has(shownTone) ? "laser" : TONE_ICONS[shownTone],
    unverified: hass.states[entities["sensor.status"] ?? ""]?.attributes["verified"] === false,
    laser,
    status: shownStatus,
    statusEntity: entities["sensor.status"],
    detail,
    active,
    problem: tone === "off" ? undefined : problem,
    job: shows("job") && (active || over) ? at("sensor.job_name")?.state : undefined,
    progress: shows("progress") ? progress : undefined,
    times: shows("times") ? times : [],
    row: (work ? [work.text, occupant] : [shownStatus, wrong ? problem.text : (detail ?? times[0])]).filter(Boolean).join(" · "),
    facts: facts(hass, config, entities, say, shows),
    takesFiles,
    offersFiles: takesFiles && shows("buttons") && shows("files"),
    offersMaintenance: takesFiles && shows("buttons") && shows("maintenance") && (!laser || hasSettings(entities)),
    work,
    loads: !laser && !work && status?.state === "paused" && problem?.key === "load_filament" && shows("buttons"),
    // While filament is loaded, a pause can only be given up.
    buttons: shows("buttons") ? [...buttons(hass, entities, status).filter(({ command }) => !work || (active && command === "cancel")), ...free] : [],
    ...pictures(hass, config, entities, shows("picture"), active || over),
    power: powerOf(hass, config),
  };
}

function toneOf(status: string | undefined): Tone {
  // Home Assistant's "unknown": a status that has no name yet, on a device that is there.
  return status === undefined ? "idle" : (TONES[status] ?? "active");
}

/** All machines that are no printer of the Delta family burn. */
function isLaser(model: string | null | undefined): boolean {
  return Boolean(model) && !model?.startsWith("delta");
}

/** The name of the device, or what is to be done without one. */
export function nameOf(hass: Hass, config: CardConfig, say: Words): string {
  if (!config.device_id) return say.choose_device;
  const device = hass.devices[config.device_id];
  return device ? device.name_by_user || device.name || say.card_name : say.device_gone;
}

function problemOf(hass: Hass, error?: EntityState, advice?: EntityState): Problem | undefined {
  if (!error || error.state === "none") return undefined;
  let text = hass.formatEntityState(error);
  const label = error.attributes["label"];
  // The device's own words say more than that ours are missing.
  if (error.state === "other" && typeof label === "string" && label) text = `${text}: ${label}`;
  if (advice) return { text, advice: hass.formatEntityState(advice), key: advice.state };
  const key = error.attributes["advice"];
  if (typeof key !== "string") return { text };
  return { text, advice: hass.formatEntityAttributeValue(error, "advice"), key };
}

function workOf(hass: Hass, status: EntityState | undefined, inJob: boolean, say: Words): Work | undefined {
  const { task, step, temperature, point } = status?.attributes ?? {};
  if (!status || typeof task !== "string") return undefined;
  const word = (attribute: string, value?: string) => hass.formatEntityAttributeValue(status, attribute, value);
  if (task === "calibrate") {
    const spoken = hass.formatEntityState(status, "calibrating");
    return { text: point ? fill(say.calibrating_point, { point: String(point) }) : spoken, spoken, end: "stop" };
  }
  // A paused job says nothing more of it.
  const now = inJob ? "loading" : typeof step === "string" ? step : undefined;
  const isFed = task === "load_filament" && (now === "waiting" || now === "loading");
  const spoken = now ? word("step", now) : task === "home" ? word("task") : say.starting;
  const text = now === "heating" && temperature ? `${spoken} ${degrees(hass, temperature)}` : spoken;
  return { text, spoken, hint: isFed ? say.load_hint : undefined, end: isFed ? "done" : "stop" };
}

/** A temperature that has no state of its own, in the unit of Home Assistant. */
export function degrees(hass: Hass, temperature: unknown): string {
  return `${String(temperature)}\u00a0${hass.config.unit_system.temperature}`;
}

function progressOf(hass: Hass, state: EntityState | undefined, whole: boolean): Progress | undefined {
  const percent = Number(state?.state);
  if (!state || Number.isNaN(percent)) return undefined;
  const clamped = whole ? 100 : Math.min(100, Math.max(0, percent));
  return { percent: clamped, text: hass.formatEntityState(state, whole ? "100" : undefined) };
}

function facts(
  hass: Hass,
  config: CardConfig,
  entities: Entities,
  say: Words,
  shows: (part: Part) => boolean,
): Fact[] {
  const found: Fact[] = [];
  const label = (role: string) => hass.localize(`component.flux3dp.entity.${role}.name`);
  const nozzle = known(hass, entities["sensor.nozzle_temperature"]);
  if (nozzle && shows("temperature")) {
    const target = known(hass, entities["sensor.nozzle_target"]);
    const heats = target && Number(target.state) > 0 ? hass.formatEntityState(target) : undefined;
    const is = hass.formatEntityState(nozzle);
    const text = heats ? `${is} / ${heats}` : is;
    const names = [label("sensor.nozzle_temperature"), heats && label("sensor.nozzle_target")].filter(Boolean);
    found.push({ icon: "thermometer", text, label: `${names.join(" / ")}: ${text}`, entity: nozzle.entity_id });
  }
  const toolhead = known(hass, entities["sensor.toolhead"]);
  if (toolhead && shows("toolhead")) {
    const text = toolhead.state === "none" ? say.no_toolhead : hass.formatEntityState(toolhead);
    const icon = toolhead.state === "laser" ? "laser" : toolhead.state === "none" ? "nozzleOff" : "nozzle";
    found.push({ icon, text, label: `${label("sensor.toolhead")}: ${text}`, entity: toolhead.entity_id });
  }
  const draws = known(hass, config.power_sensor);
  if (draws) {
    const text = hass.formatEntityState(draws);
    found.push({ icon: "flash", text, label: `${friendly(draws)}: ${text}`, entity: draws.entity_id });
  }
  return found;
}

/** The buttons of what the device would accept now; none for an entity that is disabled. */
function buttons(hass: Hass, entities: Entities, status: EntityState | undefined): Button[] {
  const accepted = status?.attributes["commands"];
  return COMMANDS.flatMap((command) => {
    const key = BUTTON[command];
    const entity = entities[`button.${key}`];
    if (!entity || !status || !Array.isArray(accepted) || !accepted.includes(command)) return [];
    if ((hass.states[entity]?.state ?? "unavailable") === "unavailable") return [];
    return [{ command, icon: COMMAND_ICONS[command], entity, text: hass.localize(`component.flux3dp.entity.button.${key}.name`) }];
  });
}

function pictures(
  hass: Hass,
  config: CardConfig,
  entities: Entities,
  shown: boolean,
  job: boolean,
): Pick<View, "camera" | "picture"> {
  if (!shown) return {};
  const camera = config.camera || entities["camera.camera"];
  const there = camera !== undefined && (hass.states[camera]?.state ?? "unavailable") !== "unavailable";
  const preview = job ? known(hass, entities["image.preview"])?.attributes["entity_picture"] : undefined;
  return { camera: there ? camera : undefined, picture: typeof preview === "string" ? preview : undefined };
}

function friendly(state: EntityState): string {
  return String(state.attributes["friendly_name"] ?? state.entity_id);
}

function powerOf(hass: Hass, config: CardConfig): Power | undefined {
  if (!config.power) return undefined;
  const state = hass.states[config.power];
  return {
    entity: config.power,
    name: state ? friendly(state) : config.power,
    on: state?.state === "on",
    available: state?.state === "on" || state?.state === "off",
  };
}

/** Whether anything of what a card shows differs between two moments of the house. */
export function differs(before: Hass, after: Hass, watched: readonly string[], device: string | undefined): boolean {
  return (
    before.localize !== after.localize ||
    before.formatEntityState !== after.formatEntityState ||
    before.locale !== after.locale ||
    (device !== undefined && before.devices[device] !== after.devices[device]) ||
    watched.some((entity) => before.states[entity] !== after.states[entity])
  );
}
