// What a person does with maintenance and settings on the card, and pictures of it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const WORDS = JSON.parse(readFileSync(new URL("../../custom_components/flux3dp/translations/en.json", import.meta.url), "utf-8"));

async function open(page, url, situation = "idle", query = "", button = "Maintenance") {
  await page.goto(`${url}?empty${query}`);
  await page.evaluate((name) => void window.make(name), situation);
  const card = page.locator("flux3dp-card");
  await card.locator(".command.tools").click();
  const dialog = card.locator("dialog.maintenance[open]");
  await dialog.waitFor();
  if (button) assert.equal(await card.locator(".command.tools").innerText(), button);
  const change = (name, attributes) =>
    page.evaluate(
      ([next, more]) => {
        const hass = window.houseOf(next);
        Object.assign(hass.states["sensor.renamed_status"].attributes, more);
        document.querySelector("flux3dp-card").hass = hass;
      },
      [name, attributes],
    );
  return {
    card,
    dialog,
    change,
    calls: () => page.evaluate(() => window.calls),
    hold: () => page.evaluate(() => window.hold()),
    answer: (...answered) => page.evaluate((all) => window.answer(...all), answered),
    fail: (error) => page.evaluate((next) => window.fail(next), error),
    row: (text) => dialog.locator(".entry", { hasText: text }),
  };
}

/** Every part of the dialog, to be looked at. */
export const LOOKS = {
  async menu(page, url, query) {
    await open(page, url, "idle", query, null);
  },
  async calibrate(page, url, query) {
    const { dialog } = await open(page, url, "idle", query, null);
    await dialog.locator(".entry").nth(1).click();
    await dialog.locator(".main").waitFor();
  },
  async load(page, url, query) {
    const { dialog } = await open(page, url, "idle", query, null);
    await dialog.locator(".entry").nth(2).click();
    await dialog.locator(".main").waitFor();
  },
  async settings(page, url, query) {
    const { dialog } = await open(page, url, "idle", query, null);
    await dialog.locator(".entry").last().click();
    await dialog.locator(".setting").first().waitFor();
  },
  async busy(page, url, query) {
    const { change, dialog } = await open(page, url, "idle", query, null);
    await change("running", {});
    await dialog.locator(".notice").waitFor();
  },
};

async function homing(page, url) {
  const { calls, card, change, hold, answer, row } = await open(page, url);
  await hold();
  await row("Home").click();
  await card.locator("dialog").waitFor({ state: "detached" });
  assert.deepEqual(await calls(), [["flux3dp", "home", { device_id: "device" }]]);
  await card.locator(".work", { hasText: "Starting" }).waitFor();
  assert.ok(await card.locator(".command.tools").isDisabled());
  await change("calibrating", { task: "home", step: null, point: undefined });
  await card.locator(".work", { hasText: "Homing" }).waitFor();
  await answer();
  await change("idle", {});
  await card.locator(".command.tools:enabled").waitFor();
  assert.equal(await card.locator(".work, .notice").count(), 0);
}

/** A slip would cost something: it is asked first. Who stops it is not informed that it was stopped. */
async function calibrating(page, url) {
  const { calls, card, change, dialog, hold, fail, row } = await open(page, url);
  await row("Calibrate").click();
  await dialog.getByRole("heading", { name: "Calibrate" }).waitFor();
  await page.keyboard.press("Enter"); // No key starts it by mistake.
  assert.deepEqual(await calls(), []);
  await hold();
  await dialog.locator(".main").click();
  await change("calibrating", {});
  await card.locator(".work", { hasText: "Calibrating, point 2" }).waitFor();
  assert.equal(await card.locator(".spoken").innerText(), "Maintenance. Calibrating");
  await card.getByRole("button", { name: "Stop" }).click();
  assert.deepEqual(await calls(), [
    ["flux3dp", "calibrate", { device_id: "device" }],
    ["flux3dp", "cancel_job", { device_id: "device" }],
  ]);
  await fail({ message: "It was stopped.", translation_domain: "flux3dp", translation_key: "maintenance_stopped" });
  await page.evaluate(() => window.answer());
  await change("idle", {});
  await card.locator(".command.tools:enabled").waitFor();
  assert.equal(await card.locator(".notice").count(), 0);
}

async function calibrated(page, url) {
  const { card, dialog, row } = await open(page, url);
  await row("Calibrate").click();
  await dialog.locator(".main").click();
  await card.getByRole("alert").filter({ hasText: "Calibrate · Done" }).waitFor();
}

async function loading(page, url) {
  const { calls, card, change, dialog, hold, answer, row } = await open(page, url);
  await row("Load filament").first().click();
  const field = dialog.getByLabel("Nozzle temperature");
  assert.equal(await field.inputValue(), "210");
  await field.fill("100");
  await dialog.locator(".main").click(); // The browser says why not.
  assert.deepEqual(await calls(), []);
  await field.fill("230");
  await hold();
  await dialog.locator(".main").click();
  await change("heating-filament", {});
  await card.locator(".work", { hasText: "Heating 142 °C" }).waitFor();
  await card.getByRole("button", { name: "Stop" }).waitFor();
  await change("waiting-filament", {});
  await card.getByRole("button", { name: "Done" }).click();
  assert.deepEqual(await calls(), [
    ["flux3dp", "load_filament", { device_id: "device", temperature: 230 }],
    ["flux3dp", "stop_loading", { device_id: "device" }],
  ]);
  await answer({ response: { nozzle_is_hot: true, temperature: 228 } });
  const notice = card.getByRole("alert");
  await notice.filter({ hasText: "The nozzle is hot · 228 °C" }).waitFor();
  await change("idle", {}); // As it was, but for the end of the work.
  await card.locator(".work").waitFor({ state: "detached" });
  await notice.getByRole("button").click();
  await notice.waitFor({ state: "detached" });
}

async function loadingFlexible(page, url) {
  const { calls, card, change, dialog, row } = await open(page, url);
  await row("Load filament").first().click();
  const flexible = dialog.getByLabel("Flexible filament");
  const temperature = dialog.getByLabel("Nozzle temperature");
  await flexible.check();
  await temperature.fill("230");
  await change("idle", {}); // Drawn anew.
  await dialog.locator(".main").click();
  await card.locator(".command.tools").click();
  // The next filament is another one, and what is not begun with is forgotten. The nozzle holds what took this temperature.
  for (const entered of ["250", "260"]) {
    await row("Load filament").first().click();
    assert.deepEqual([await flexible.isChecked(), await temperature.inputValue()], [false, "230"]);
    await flexible.check();
    await temperature.fill(entered);
    await dialog.getByRole("button", { name: "Back" }).click();
  }
  // The same roll comes out again; it is asked for only where it is loaded.
  await row("Unload filament").click();
  assert.equal(await dialog.getByLabel("Flexible filament").count(), 0);
  await dialog.locator(".main").click();
  assert.deepEqual(await calls(), [
    ["flux3dp", "load_filament", { device_id: "device", temperature: 230, flexible: true }],
    ["flux3dp", "unload_filament", { device_id: "device", temperature: 230 }],
  ]);
}

/** Two taps: Load filament, then Resume. */
async function runout(page, url) {
  const { calls, card, change, hold, answer } = await open(page, url);
  await page.keyboard.press("Escape");
  await change("fault", {});
  await card.evaluate((element) => (element.style.inlineSize = "464px")); // As wide as in a section.
  const height = async (text) => (await card.locator(".command span", { hasText: text }).boundingBox()).height;
  assert.equal(await height("Load filament"), await height("Resume")); // In one line.
  await hold();
  await card.locator(".command.load.leads").click();
  assert.ok(await card.locator(".command.resume").isDisabled());
  await change("loading-in-job", {});
  await card.locator(".work", { hasText: "Loading" }).waitFor();
  assert.equal(await card.locator(".command.resume").count(), 0);
  await card.getByRole("button", { name: "Done" }).click();
  await answer({ response: { nozzle_is_hot: true, temperature: null } });
  await change("fault", {});
  await card.getByRole("alert").filter({ hasText: "resume the job" }).waitFor();
  await card.locator(".command.resume.leads").click();
  assert.deepEqual(await calls(), [
    ["flux3dp", "load_filament", { device_id: "device" }],
    ["flux3dp", "stop_loading", { device_id: "device" }],
    ["button", "press", { entity_id: "button.renamed_resume" }],
  ]);
  await change("running", {});
  await card.getByRole("alert").waitFor({ state: "detached" });
}

/** It stands while nothing else happens, but not for hours. */
async function newsEnds(shared, url) {
  const page = await shared.context().browser().newPage(); // With a clock of its own.
  await page.clock.install();
  const { card, change, dialog, answer, hold, row } = await open(page, url);
  const hot = card.getByRole("alert").filter({ hasText: "The nozzle is hot" });
  const load = async () => {
    await hold();
    await row("Load filament").first().click();
    await dialog.locator(".main").click();
    await answer({ response: { nozzle_is_hot: true, temperature: 228 } });
    await hot.waitFor();
  };
  await load();
  await change("off", {});
  await change("idle", {});
  await page.clock.fastForward(200_000);
  await hot.waitFor();
  // The card is moved on the page.
  await page.evaluate(() => document.querySelector("main").prepend(document.querySelector("main").lastElementChild));
  await page.clock.fastForward(110_000);
  await hot.waitFor({ state: "detached" });

  await card.locator(".command.tools").click();
  await load();
  await change("calibrating", {}); // From another page.
  await hot.waitFor({ state: "detached" });
  await page.close();
}

/** What went wrong with a device that was off is history when it is back. */
async function offline(page, url) {
  const { card, change, fail, row } = await open(page, url);
  await fail({ message: "no words", translation_domain: "flux3dp", translation_key: "offline", translation_placeholders: { name: "Delta" } });
  await row("Home").click();
  const notice = card.getByRole("alert").filter({ hasText: "Delta is offline" });
  await notice.waitFor();
  await change("off", {});
  await notice.waitFor();
  await change("idle", {});
  await notice.waitFor({ state: "detached" });
}

/** What cannot be begun is said on the card, and who may not begin it reads why. */
async function notBegun(page, url) {
  const { card, dialog, fail, row } = await open(page, url);
  const notice = card.getByRole("alert");
  await fail({ message: "no words", translation_domain: "flux3dp", translation_key: "no_toolhead", translation_placeholders: { name: "Delta" } });
  await row("Unload filament").click();
  await dialog.locator(".main").click();
  await notice.filter({ hasText: WORDS.exceptions.no_toolhead.message.replace("{name}", "Delta") }).waitFor();
  await card.locator(".command.tools").click();
  await fail({ code: "home_assistant_error", message: "Unauthorized" });
  await row("Home").click();
  await notice.filter({ hasText: "Ask an administrator" }).waitFor();
  assert.ok(await card.locator(".command.tools").isDisabled());
}

/** A job begins while the menu is open. */
async function notIdle(page, url) {
  const { change, dialog, row } = await open(page, url);
  await change("running", {});
  await dialog.getByText("only while Delta in der Werkstatt is idle").waitFor();
  assert.ok(await row("Home").isDisabled());
}

async function settings(page, url) {
  const { calls, dialog, fail, row } = await open(page, url);
  await row("Settings").click();
  const entities = ["select.renamed_correction", "number.renamed_zoffset", "switch.renamed_replay"];
  await dialog.getByLabel("Leveling before a job").selectOption({ label: "Height only" });
  await dialog.getByLabel("Height offset").fill("5");
  await dialog.getByLabel("Height offset").press("Tab"); // Out of range.
  await dialog.getByLabel("Height offset").fill("0.1");
  await page.evaluate(() => (document.querySelector("flux3dp-card").hass = window.houseOf("idle"))); // While it is typed.
  await dialog.getByLabel("Height offset").press("Tab");
  await dialog.getByLabel("Start the last job").click();
  assert.deepEqual(await calls(), [
    ["homeassistant", "update_entity", { entity_id: entities }],
    ["select", "select_option", { entity_id: entities[0], option: "height" }],
    ["number", "set_value", { entity_id: entities[1], value: 0.1 }],
    ["switch", "turn_off", { entity_id: entities[2] }],
  ]);
  await fail({ message: "no words", translation_domain: "flux3dp", translation_key: "offline", translation_placeholders: { name: "Delta" } });
  const choice = dialog.getByLabel("Leveling before a job");
  await choice.selectOption({ label: "Off" });
  await dialog.getByRole("alert").filter({ hasText: "Delta is offline" }).waitFor();
  assert.equal(await choice.inputValue(), "as_job");
  await dialog.getByRole("button", { name: "Back" }).click();
  await row("Calibrate").waitFor();
  assert.equal(await dialog.getByRole("alert").count(), 0);
}

/** The answer to a change is not one to the next change of the same setting. */
async function twoChanges(page, url) {
  const { answer, dialog, hold, row } = await open(page, url);
  await row("Settings").click();
  const choice = dialog.getByLabel("Leveling before a job");
  for (const label of ["Off", "Height only"]) {
    await hold();
    await choice.selectOption({ label });
  }
  await answer();
  assert.equal(await choice.inputValue(), "height");
  await answer();
  assert.equal(await choice.inputValue(), "as_job"); // As it is.
}

/** A laser has nothing to home or to load. */
async function laserSettings(page, url) {
  const { calls, dialog } = await open(page, url, "laser-idle", "", "Settings");
  await dialog.getByLabel("Height offset").waitFor();
  assert.equal(await dialog.getByRole("button", { name: "Back" }).count(), 0);
  assert.equal((await calls())[0][1], "update_entity");
}

async function stoppingInOneRow(page, url) {
  await page.goto(`${url}?empty`);
  await page.evaluate(() => void window.make("calibrating", { layout: "compact" }));
  const card = page.locator("flux3dp-card");
  await card.getByText("Calibrating, point 2 · Home Assistant").waitFor();
  await card.getByRole("button", { name: "Stop" }).click();
  assert.deepEqual(await page.evaluate(() => window.calls), [["flux3dp", "cancel_job", { device_id: "device" }]]);
}

export const PARTS = [homing, calibrating, calibrated, loading, loadingFlexible, runout, newsEnds, offline, notBegun, notIdle, settings, twoChanges, laserSettings, stoppingInOneRow];
