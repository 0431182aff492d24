// What decides: which buttons, which words, which picture.

import assert from "node:assert/strict";
import { test } from "node:test";
import en from "../../custom_components/flux3dp/translations/en.json";
import { type CardConfig, checked, suggestion, stub } from "../src/config";
import { dashboard } from "../src/dashboard";
import { entitiesOf } from "../src/entities";
import { sentence } from "../src/errors";
import type { Hass } from "../src/hass";
import { settingsOf } from "../src/settings";
import { clock, duration } from "../src/time";
import { differs, view, type View } from "../src/view";
import { LANGUAGES, words } from "../src/words";
import { ALL, CONFIG, DEVICE, house, NAME, NOON, SITUATIONS } from "./house";

function shown(situation: string, change: Partial<CardConfig> = {}, hass = house(SITUATIONS[situation]!)): View {
  return view(hass, { ...CONFIG, ...change }, entitiesOf(hass, DEVICE), LANGUAGES["en"]!, NOON);
}
const commands = (seen: View) => seen.buttons.map((button) => button.command);

test("the name is the one a person gave", () => {
  assert.equal(shown("idle").name, NAME);
});

test("without a device it says what to do", () => {
  const hass = house({});
  assert.equal(view(hass, { type: "" }, {}, LANGUAGES["en"]!, NOON).name, "Choose a device");
  assert.equal(view(hass, { type: "", device_id: "gone" }, {}, LANGUAGES["en"]!, NOON).name, "This device no longer exists");
});

test("only what says that it is not verified is marked so", () => {
  assert.deepEqual(Object.keys(SITUATIONS).filter((name) => shown(name).unverified), ["unverified"]);
  const unknown = house({ "sensor.status": ["unknown", { verified: false }] });
  assert.ok(shown("", {}, unknown).unverified);
});

test("status in words, in one line", () => {
  const rows = Object.fromEntries(Object.keys(SITUATIONS).map((name) => [name, shown(name).row]));
  assert.deepEqual(rows, {
    off: "Offline",
    idle: "Idle",
    heating: "Heating",
    running: "Running · 42 min left",
    fault: "Paused · Filament ran out",
    completed: "Completed · Took 67 min",
    canceled: "Aborted",
    failed: "Failed · Toolhead not detected",
    occupied: "Maintenance · In use by FLUX Studio",
    alarm: "Fatal error · Unknown error: HARDWARE_ERROR X9",
    "no-camera": "Running · 42 min left",
    laser: "Running · 42 min left",
    "laser-idle": "Idle",
    "heating-filament": "Heating 142\u00a0°C · Home Assistant",
    "waiting-filament": "Waiting for filament · Home Assistant",
    calibrating: "Calibrating, point 2 · Home Assistant",
    "loading-in-job": "Loading · Home Assistant",
    unverified: "Running · 42 min left",
    disabled: "Unknown",
  });
});

test("the tone of each situation", () => {
  const tones = Object.fromEntries(Object.keys(SITUATIONS).map((name) => [name, shown(name).tone]));
  assert.deepEqual(tones, {
    off: "off",
    idle: "idle",
    heating: "active",
    running: "active",
    fault: "problem",
    completed: "done",
    canceled: "ended",
    failed: "problem",
    occupied: "busy",
    alarm: "problem",
    "no-camera": "active",
    laser: "active",
    "laser-idle": "idle",
    "heating-filament": "busy",
    "waiting-filament": "busy",
    calibrating: "busy",
    "loading-in-job": "problem",
    unverified: "active",
    disabled: "idle",
  });
});

test("a machine that is no Delta is a laser", () => {
  const laser = (model_id: string | null) =>
    shown("idle", {}, house(SITUATIONS["idle"]!, { devices: { [DEVICE]: { id: DEVICE, name: "", name_by_user: null, model_id } } })).laser;
  assert.deepEqual(["delta-1", "delta-1p", "fbm1", null].map(laser), [false, false, true, false]);
});

test("the buttons are those the device would accept now", () => {
  const offered = Object.fromEntries(Object.keys(SITUATIONS).map((name) => [name, commands(shown(name)).join(" ")]));
  assert.deepEqual(offered, {
    off: "",
    idle: "",
    heating: "pause cancel",
    running: "pause cancel",
    fault: "resume cancel",
    completed: "clear",
    canceled: "clear",
    failed: "clear",
    occupied: "free",
    alarm: "",
    "no-camera": "pause cancel",
    laser: "pause cancel",
    "laser-idle": "",
    "heating-filament": "",
    "waiting-filament": "",
    calibrating: "",
    "loading-in-job": "cancel",
    unverified: "pause cancel",
    disabled: "",
  });
});

test("only an administrator is offered to free a device", () => {
  assert.deepEqual(commands(shown("occupied", {}, house(SITUATIONS["occupied"]!, { user: { is_admin: false } }))), []);
  assert.deepEqual(commands(shown("occupied", { hide: ["buttons"] })), []);
});

test("a button that is disabled or unavailable is not offered", () => {
  const everything = { ...SITUATIONS["running"]!, "sensor.status": ["running", { commands: ALL }] as [string, object] };
  assert.deepEqual(commands(shown("running", {}, house(everything as never))), ALL);
  const fewer: Record<string, unknown> = { ...everything, "button.clear": "unavailable" };
  delete fewer["button.pause"];
  assert.deepEqual(commands(shown("running", {}, house(fewer as never))), ["resume", "cancel"]);
});

test("what helps comes from the sensor first, then from the error", () => {
  assert.deepEqual(shown("fault").problem, { text: "Filament ran out", advice: "Load filament, then resume.", key: "load_filament" });
  const hass = house({ ...SITUATIONS["fault"]!, "sensor.advice": "check_rods" });
  assert.equal(shown("fault", {}, hass).problem?.advice, hass.formatEntityState(hass.states["sensor.renamed_advice"]!));
});

test("what is left over from a device that is off is no problem", () => {
  const hass = house({ ...SITUATIONS["fault"]!, "sensor.status": "offline" });
  assert.equal(shown("fault", {}, hass).problem, undefined);
});

test("progress is whole at the end and only known where it is a number", () => {
  assert.deepEqual(shown("running").progress, { percent: 63.4, text: "63 %" });
  assert.equal(shown("completed").progress?.percent, 100);
  assert.equal(shown("idle").progress, undefined);
});

test("times: left and done, or what it took", () => {
  assert.deepEqual(shown("running").times, ["42 min left", "Ends 12:42"]);
  assert.deepEqual(shown("fault").times, ["42 min left"]);
  assert.deepEqual(shown("completed").times, ["Took 67 min"]);
  assert.deepEqual(shown("idle").times, []);
});

test("temperatures with their target, and a toolhead, where there are some", () => {
  const texts = (seen: View) => seen.facts.map((fact) => fact.text);
  assert.deepEqual(texts(shown("running")), ["199 °C / 200 °C", "Extruder"]);
  assert.equal(shown("running").facts[0]?.label, "Nozzle temperature / Nozzle target: 199 °C / 200 °C");
  assert.deepEqual(texts(shown("completed")), ["81 °C", "Extruder"]);
  assert.deepEqual(texts(shown("laser")), []);
  assert.deepEqual(texts(shown("off")), []);
});

test("the camera of the device, another one, or the picture of the job", () => {
  const picture = (seen: View) => [seen.camera, seen.picture !== undefined];
  assert.deepEqual(picture(shown("running")), ["camera.renamed_camera", true]);
  assert.deepEqual(picture(shown("idle")), ["camera.renamed_camera", false]);
  assert.deepEqual(picture(shown("off")), [undefined, false]);
  assert.deepEqual(picture(shown("no-camera")), [undefined, false]);
  const hass = house(SITUATIONS["off"]!);
  hass.states["camera.room"] = { entity_id: "camera.room", state: "idle", attributes: {} };
  assert.deepEqual(picture(shown("off", { camera: "camera.room" }, hass)), ["camera.room", false]);
});

test("power is shown and known", () => {
  const hass = house(SITUATIONS["running"]!);
  hass.states["switch.plug"] = { entity_id: "switch.plug", state: "on", attributes: { friendly_name: "Plug" } };
  hass.states["sensor.power"] = { entity_id: "sensor.power", state: "unavailable", attributes: {} };
  const seen = shown("running", { power: "switch.plug", power_sensor: "sensor.power" }, hass);
  assert.deepEqual(seen.power, { entity: "switch.plug", name: "Plug", on: true, available: true });
  assert.equal(seen.facts.length, 2);
  assert.equal(shown("running", { power: "switch.gone" }).power?.available, false);
});

test("parts that are left out are not there; what is wrong always is", () => {
  const bare = shown("fault", { hide: ["picture", "job", "progress", "times", "temperature", "toolhead", "buttons"] });
  assert.deepEqual(
    [bare.camera, bare.picture, bare.job, bare.progress, bare.times, bare.facts, bare.buttons],
    [undefined, undefined, undefined, undefined, [], [], []],
  );
  assert.equal(bare.problem?.text, "Filament ran out");
});

test("a house that says nothing of the device's entities is no error", () => {
  for (const values of [{}, ...Object.keys(SITUATIONS["running"]!).map((role) => {
    const { [role]: _, ...rest } = SITUATIONS["running"]!;
    return rest;
  })]) {
    assert.equal(shown("", {}, house(values)).name, NAME);
  }
  const hass = house(SITUATIONS["running"]!, { states: {} });
  assert.equal(shown("", {}, hass).status, "Unknown");
});

test("only a change of what is shown counts", () => {
  const before = house(SITUATIONS["running"]!);
  const watched = Object.values(entitiesOf(before, DEVICE));
  const after = (change: Partial<Hass>) => ({ ...before, ...change });
  const state = { entity_id: "light.other", state: "on", attributes: {} };
  const same = after({ states: { ...before.states, "light.other": state } });
  assert.equal(differs(before, same, watched, DEVICE), false);
  const ours = "sensor.renamed_progress";
  const other = after({ states: { ...before.states, [ours]: { ...before.states[ours]!, state: "64" } } });
  assert.equal(differs(before, other, watched, DEVICE), true);
  assert.equal(differs(before, after({ localize: () => "" }), watched, DEVICE), true);
  assert.equal(differs(before, after({ devices: {} }), watched, DEVICE), true);
});

test("the time of day, as the person writes it", () => {
  const at = (time_format: string, moment: string, time_zone = "server") =>
    clock(new Date(moment), NOON, { locale: { language: "en-US", time_format, time_zone }, config: { time_zone: "Asia/Taipei", unit_system: { temperature: "°C" } } });
  assert.equal(at("24", "2026-11-26T06:05:00Z"), "14:05");
  assert.equal(at("12", "2026-11-26T06:05:00Z").replace(/\s/g, " "), "2:05 PM");
  assert.equal(at("24", "2026-11-26T16:05:00Z"), "Fri 00:05");
  assert.match(at("24", "2026-12-26T06:05:00Z"), /Sat.*Dec 26.*14:05/);
  assert.equal(at("24", "no time"), "");
});

test("a configuration that is wrong is refused with its option", () => {
  assert.deepEqual(checked(CONFIG), CONFIG);
  for (const [option, value] of [["device_id", 5], ["layout", "tiny"], ["hide", "all"], ["hide", ["all"]], ["camera", {}]]) {
    assert.throws(() => checked({ ...CONFIG, [option as string]: value }), new RegExp(option as string));
  }
});

test("the picker shows a device that is on, and only ours is suggested", () => {
  const hass = house(SITUATIONS["running"]!);
  assert.equal(stub(hass).device_id, DEVICE);
  assert.equal(stub(house({})).device_id, "");
  assert.equal(suggestion(hass, "light.kitchen"), null);
  const offered = suggestion(hass, "sensor.renamed_progress") as { config: CardConfig }[];
  assert.deepEqual(offered.map(({ config }) => [config.device_id, config.layout]), [[DEVICE, "full"], [DEVICE, "compact"]]);
});

test("the dashboard has the card of each device, by name", () => {
  const hass = house(SITUATIONS["running"]!);
  hass.devices = { ...hass.devices, b: { id: "b", name: "beamo", name_by_user: null }, other: { id: "other", name: "A lamp", name_by_user: null } };
  hass.entities["sensor.b"] = { entity_id: "sensor.b", device_id: "b", platform: "flux3dp" };
  hass.entities["light.other"] = { entity_id: "light.other", device_id: "other", platform: "demo" };
  const { views } = dashboard(hass) as { views: { sections: { cards: CardConfig[] }[] }[] };
  const cards = views.flatMap(({ sections }) => sections.flatMap((section) => section.cards));
  assert.deepEqual(cards.map(({ device_id }) => device_id), ["b", DEVICE]);
  assert.doesNotThrow(() => cards.forEach(checked));
});

test("every language says everything, with the same placeholders", () => {
  const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort().join();
  const english = LANGUAGES["en"]!;
  for (const [language, said] of Object.entries(LANGUAGES)) {
    assert.deepEqual(Object.keys(said), Object.keys(english), language);
    for (const [key, text] of Object.entries(said)) {
      assert.equal(placeholders(text), placeholders(english[key as keyof typeof english]), `${language}: ${key}`);
      assert.ok(text.trim(), `${language}: ${key}`);
    }
    if (language !== "en") {
      const same = Object.keys(english).filter((key) => said[key as keyof typeof said] === english[key as keyof typeof english]);
      assert.ok(same.length <= 4, `${language} is English: ${same.join(", ")}`);
    }
  }
});

test("a language that is not there is its nearest relative", () => {
  assert.equal(words("de-CH"), LANGUAGES["de"]);
  assert.equal(words("pt"), LANGUAGES["pt-BR"]);
  assert.equal(words("zh-TW"), LANGUAGES["zh-Hant"]);
  assert.equal(words("zh-CN"), LANGUAGES["zh-Hans"]);
  assert.equal(words("fi"), LANGUAGES["en"]);
});

test("files are taken by a device that is idle, and offered where that is not hidden", () => {
  const taken = Object.keys(SITUATIONS).filter((name) => shown(name).takesFiles);
  assert.deepEqual(taken, ["idle", "laser-idle"]);
  assert.ok(shown("idle").offersFiles);
  for (const part of ["files", "buttons"] as const) {
    const { offersFiles, takesFiles } = shown("idle", { hide: [part] });
    assert.deepEqual([offersFiles, takesFiles], [false, true]);
  }
});

test("work of Home Assistant in words, and what ends it", () => {
  const work = (attributes: object, state = "maintenance") =>
    shown("", {}, house({ ...SITUATIONS["idle"]!, "sensor.status": [state, { commands: ["cancel"], ...attributes }] })).work;
  const { load_hint: hint, starting } = LANGUAGES["en"]!;
  const heating = { task: "load_filament", step: "heating" };
  assert.deepEqual(work({ ...heating, temperature: 142 }), { text: "Heating 142\u00a0°C", spoken: "Heating", hint: undefined, end: "stop" });
  assert.equal(work(heating)?.text, "Heating");
  assert.deepEqual(work({ task: "load_filament", step: "waiting" }), { text: "Waiting for filament", spoken: "Waiting for filament", hint, end: "done" });
  assert.deepEqual(work({ task: "load_filament", step: "loading" }), { text: "Loading", spoken: "Loading", hint, end: "done" });
  assert.equal(work({ task: "load_filament", step: null })?.text, starting);
  assert.deepEqual([work({ task: "unload_filament", step: "unloading" })?.text, work({ task: "unload_filament", step: "unloading" })?.end], ["Unloading", "stop"]);
  assert.equal(work({ task: "home", step: null })?.text, "Homing");
  assert.equal(work({ task: "calibrate", step: null })?.text, "Calibrating");
  assert.deepEqual(work({ task: "calibrate", step: "probing", point: 3 }), { text: "Calibrating, point 3", spoken: "Calibrating", end: "stop" });
  assert.deepEqual(work({ task: "load_filament", step: null }, "paused"), { text: "Loading", spoken: "Loading", hint, end: "done" });
  assert.equal(work({}), undefined);
  assert.equal(shown("calibrating").detail, "In use by Home Assistant");
});

test("filament is loaded in a job that is paused for it", () => {
  const loads = (change: object, config: Partial<CardConfig> = {}) => shown("", config, house({ ...SITUATIONS["fault"]!, ...change } as never)).loads;
  assert.deepEqual(Object.keys(SITUATIONS).filter((name) => shown(name).loads), ["fault"]);
  assert.ok(loads({ "sensor.error": "filament_runout", "sensor.advice": "load_filament" }));
  assert.ok(!loads({ "sensor.error": ["head_offline", { advice: "reseat_cable" }] }));
  assert.ok(!loads({ "sensor.status": ["resuming", { commands: [] }] }));
  assert.ok(!loads({}, { hide: ["buttons"] }));
});

test("maintenance is offered on an idle printer, and settings on an idle laser that has some", () => {
  assert.deepEqual(Object.keys(SITUATIONS).filter((name) => shown(name).offersMaintenance), ["idle", "laser-idle"]);
  const laser = house(SITUATIONS["laser-idle"]!);
  laser.devices = { [DEVICE]: { ...laser.devices[DEVICE]!, model_id: "fbm1" } };
  assert.ok(shown("", {}, laser).offersMaintenance);
  assert.deepEqual(settingsOf(laser, entitiesOf(laser, DEVICE)).map(({ name }) => name), [
    "Leveling before a job",
    "Height offset",
    "Start the last job with the device's button",
  ]);
  laser.entities = Object.fromEntries(Object.entries(laser.entities).filter(([id]) => !/^(select|number|switch)/.test(id)));
  assert.ok(!shown("", {}, laser).offersMaintenance);
  for (const part of ["maintenance", "buttons"] as const) assert.ok(!shown("idle", { hide: [part] }).offersMaintenance);
});

test("errors in words, also that of a connection that broke", async () => {
  const hass = house({});
  const say = LANGUAGES["en"]!;
  const lost = { type: "result", success: false, error: { code: 3, message: "Connection lost" } };
  const known = { message: "no words", translation_domain: "flux3dp", translation_key: "no_toolhead", translation_placeholders: { name: "Delta" } };
  const texts = await Promise.all([lost, new TypeError(), { message: "Unauthorized" }, known].map((error) => sentence(hass, error, say)));
  assert.deepEqual(texts.slice(0, 3), [say.unreachable, say.unreachable, say.not_allowed]);
  assert.equal(texts[3], en.exceptions.no_toolhead.message.replace("{name}", "Delta"));
});

test("durations in the words of a language", () => {
  const texts = [20, 60, 3599, 3600, 7500].map((seconds) => duration(seconds, "en"));
  assert.deepEqual(texts, ["1 min", "1 min", "1 hr", "1 hr", "2 hr 5 min"]);
  assert.equal(duration(7500, "de"), "2 Std. 5 Min.");
});
