// What a person does with the files of a device, on the page of `page.ts`.
import assert from "node:assert/strict";
import { device } from "./device.mjs";

const BOAT = { name: "boat.fc", mimeType: "application/octet-stream", buffer: Buffer.alloc(300_000) };
const CUBE = { ...BOAT, name: "cube.fc" };
const entry = (dialog, name) => dialog.locator(".entry", { hasText: name });

/** Open the dialog of a card in a situation. */
async function open(page, url, situation = "idle", query = "") {
  await page.goto(`${url}?empty${query}`);
  await page.evaluate((name) => void window.make(name), situation);
  const card = page.locator("flux3dp-card");
  await card.locator(".command.files").click();
  const dialog = card.locator("dialog.files[open]");
  await dialog.waitFor();
  return { card, dialog, choose: (files) => dialog.locator("input[type=file]").setInputFiles(files), calls: () => page.evaluate(() => window.calls) };
}

/** Drop files on an element. */
async function drop(page, locator, ...names) {
  const data = await page.evaluateHandle((all) => {
    const transfer = new DataTransfer();
    for (const name of all) transfer.items.add(new File([new Uint8Array(5000)], name));
    return transfer;
  }, names);
  await locator.dispatchEvent("dragover", { dataTransfer: data });
  await locator.dispatchEvent("drop", { dataTransfer: data });
}

/** Each look of the dialog, and how a person gets there. */
export const LOOKS = {
  async recent(page, url, query) {
    const { dialog } = await open(page, url, "idle", query);
    await entry(dialog, "Vase").locator("img").waitFor();
  },
  async card(page, url, query) {
    const { dialog } = await open(page, url, "idle", query);
    await dialog.locator(".places button").nth(1).click();
    await entry(dialog, "Coaster").locator("img").waitFor();
  },
  async empty(page, url, query) {
    const { dialog } = await open(page, url, "idle", query);
    await dialog.locator(".places button").nth(2).click();
    await dialog.locator(".empty svg").waitFor();
  },
  async loading(page, url, query) {
    device.held = "folder";
    const { dialog } = await open(page, url, "idle", query);
    await dialog.locator(".empty").waitFor();
  },
  async slow(page, url, query) {
    device.held = "details";
    const { dialog } = await open(page, url, "idle", query);
    await dialog.locator(".pending").waitFor();
  },
  async off(page, url, query) {
    device.error = "offline";
    const { dialog } = await open(page, url, "idle", query);
    await dialog.getByRole("alert").waitFor();
  },
  async preview(page, url, query) {
    const { dialog } = await open(page, url, "idle", query);
    await entry(dialog, "Löffel").click();
    await dialog.locator(".large img").waitFor();
  },
  async laser(page, url, query) {
    const { dialog } = await open(page, url, "laser-idle", query);
    await entry(dialog, "Vase").click();
    await dialog.locator(".main:enabled").click();
    await dialog.locator(".yes").waitFor();
  },
  async upload(page, url, query) {
    device.held = "upload";
    const { dialog, choose } = await open(page, url, "idle", query);
    await choose(BOAT);
    await dialog.locator(".percent", { hasText: "66" }).waitFor();
  },
  async replace(page, url, query) {
    const { dialog, choose } = await open(page, url, "idle", query);
    await choose(CUBE);
    await dialog.locator(".yes").waitFor();
  },
  async refused(page, url, query) {
    const { dialog, choose } = await open(page, url, "idle", query);
    await choose({ ...BOAT, name: "boat.gcode" });
    await dialog.getByRole("alert").waitFor();
  },
  async drop(page, url, query) {
    await page.goto(`${url}?empty${query}`);
    await page.evaluate(() => void window.make("idle"));
    const card = page.locator("flux3dp-card ha-card");
    const data = await page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([], "boat.fc"));
      return transfer;
    });
    await card.dispatchEvent("dragover", { dataTransfer: data });
    await card.locator(".drop").waitFor();
  },
};

async function starting(page, url) {
  const { dialog, calls } = await open(page, url);
  assert.deepEqual(await dialog.locator(".label").allInnerTexts(), [
    "Calibration cube\nLast job · 3 min · 0.09 m · Extruder",
    "Löffel\n2 hr 5 min · 3.8 m · Extruder",
    "Vase\n10 hr · 18 m · Extruder",
  ]);
  await entry(dialog, "Löffel").click();
  await dialog.getByRole("heading", { name: "Löffel" }).waitFor();
  const picture = dialog.locator(".large");
  await picture.locator("img").waitFor();
  assert.deepEqual(await picture.locator("img").boundingBox(), await picture.boundingBox()); // None of it is cut off.
  await page.keyboard.press("Enter"); // No key starts a job by mistake.
  assert.deepEqual(await calls(), []);
  await dialog.getByRole("button", { name: "Back" }).click();
  await dialog.getByRole("button", { name: "Memory card" }).click();
  await entry(dialog, "Küche").click();
  await entry(dialog, "Spoon").click();
  await dialog.getByRole("button", { name: "Start", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  assert.deepEqual(await calls(), [["flux3dp", "start_job", { device_id: "device", path: "SD/Küche/spoon.fc" }]]);
}

async function repeating(page, url) {
  const { dialog, calls } = await open(page, url, "laser-idle");
  await entry(dialog, "Calibration cube").click();
  await dialog.getByRole("button", { name: "Repeat last job" }).click();
  await dialog.getByText("stay with the machine").waitFor();
  assert.deepEqual(await calls(), []);
  await dialog.getByRole("button", { name: "Do not start" }).click();
  await dialog.getByRole("button", { name: "Repeat last job" }).click();
  await dialog.getByRole("button", { name: "Start", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  assert.deepEqual(await calls(), [["flux3dp", "repeat_last_job", { device_id: "device", confirm: true }]]);
}

/** A printer with a laser toolhead burns too. What goes wrong is said in the words of Home Assistant, for the page. */
async function startRefused(page, url) {
  const { card, dialog } = await open(page, url);
  await dialog.getByRole("button", { name: "Memory card" }).click();
  await entry(dialog, "Coaster").click();
  await dialog.getByRole("button", { name: "Start", exact: true }).click();
  await dialog.getByText("stay with the machine").waitFor();
  const error = { code: "home_assistant_error", message: "no words", translation_domain: "flux3dp", translation_key: "start_failed" };
  await page.evaluate((next) => window.fail(next), { ...error, translation_placeholders: { name: "Delta", job: "Coaster", fault: "Wrong toolhead." } });
  await dialog.getByRole("button", { name: "Start", exact: true }).click();
  await dialog.getByRole("alert").filter({ hasText: "Delta did not start the job Coaster: Wrong toolhead." }).waitFor();
  await page.evaluate(() => window.fail({ code: "unauthorized", message: "Unauthorized" }));
  await dialog.getByRole("button", { name: "Start", exact: true }).click();
  await dialog.getByRole("button", { name: "Start", exact: true }).click();
  await dialog.getByRole("alert").filter({ hasText: "Ask an administrator" }).waitFor();

  // Meanwhile another program takes it.
  await page.evaluate(() => (document.querySelector("flux3dp-card").hass = window.houseOf("occupied")));
  await dialog.getByText("Its status now: Maintenance.").waitFor();
  assert.ok(await dialog.locator(".main").isDisabled());
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.equal(await card.locator(".command.files").count(), 0);
}

async function uploading(page, url) {
  const { dialog, choose } = await open(page, url);
  await dialog.getByRole("button", { name: "Memory card" }).click();
  await entry(dialog, "Küche").click();
  await entry(dialog, "Spoon").waitFor();
  await choose(BOAT);
  await dialog.getByRole("heading", { name: "boat" }).waitFor();
  await dialog.locator(".large img").waitFor();
  assert.ok(await dialog.getByRole("button", { name: "Start", exact: true }).isEnabled());
  assert.deepEqual(device.uploads, [{ path: "SD/Küche/boat.fc", overwrite: false, size: BOAT.buffer.length, aborted: false }]);
}

async function replacing(page, url) {
  const { dialog, choose } = await open(page, url);
  await choose(CUBE);
  await dialog.getByText("already has a file called cube.fc").waitFor();
  await dialog.getByRole("button", { name: "Keep the old file" }).click();
  assert.deepEqual(device.uploads, []);
  await choose(CUBE);
  await dialog.getByRole("button", { name: "Replace", exact: true }).click();
  await dialog.getByRole("heading", { name: "cube" }).waitFor();
  assert.deepEqual(device.uploads.map(({ path, overwrite }) => [path, overwrite]), [["SD/cube.fc", true]]);
}

async function uploadCanceled(page, url) {
  device.held = "upload";
  const { dialog, choose } = await open(page, url);
  await choose(BOAT);
  await dialog.locator(".percent", { hasText: "66" }).waitFor();
  await page.keyboard.press("Escape"); // It would be a pity.
  await dialog.getByRole("button", { name: "Cancel upload" }).click();
  await dialog.locator(".places").waitFor();
  assert.equal(await dialog.getByRole("alert").count(), 0);
  while (!device.uploads[0].aborted) await page.waitForTimeout(20);
}

async function uploadRefused(page, url) {
  const { dialog, choose } = await open(page, url);
  const alert = (text) => dialog.getByRole("alert").filter({ hasText: text }).waitFor();
  await drop(page, dialog, "one.fc", "two.fc");
  await alert("Choose one file at a time.");
  await choose({ ...BOAT, name: "boat.gcode" });
  await alert("must end in .fc");
  assert.deepEqual(device.uploads, []);
  await dialog.getByRole("button", { name: "Memory card" }).click();
  await entry(dialog, "plain").waitFor();
  device.error = "invalid_script_damaged";
  await choose(BOAT);
  await alert("The commands in the job file are damaged.");
  device.error = undefined;
  await page.route("**/upload/**", (route) => route.abort());
  await choose(BOAT);
  await alert("The connection to Home Assistant was interrupted.");
  await page.unroute("**/upload/**");
  await page.route("**/upload/**", (route) => route.fulfill({ status: 401 }));
  await choose(BOAT);
  await alert("Ask an administrator");
  await page.unroute("**/upload/**");

  await page.evaluate(() => {
    const hass = window.houseOf("idle");
    hass.user.is_admin = false;
    document.querySelector("flux3dp-card").hass = hass;
  });
  await choose(CUBE);
  await alert("Ask an administrator to replace it");
}

async function dropping(page, url) {
  await page.goto(`${url}?empty`);
  await page.evaluate(() => void window.make("idle"));
  const card = page.locator("flux3dp-card");
  await drop(page, card.locator("ha-card"), "boat.fc");
  await card.getByRole("heading", { name: "boat" }).waitFor();
  assert.deepEqual(device.uploads.map(({ path }) => path), ["SD/boat.fc"]);
  await page.keyboard.press("Escape");
  await card.locator("dialog").waitFor({ state: "detached" });
  for (const situation of ["running", "off", "occupied"]) {
    await page.evaluate((name) => (document.querySelector("flux3dp-card").hass = window.houseOf(name)), situation);
    await drop(page, card.locator("ha-card"), "boat.fc");
    await card.getByRole("alert").filter({ hasText: "possible only while" }).waitFor();
  }
  assert.equal(device.uploads.length, 1);
}

async function deviceOff(page, url) {
  device.error = "offline";
  const { dialog } = await open(page, url);
  await dialog.getByRole("alert").filter({ hasText: "is offline" }).waitFor();
  device.error = undefined;
  await dialog.getByRole("button", { name: "Try again" }).click();
  await entry(dialog, "Vase").waitFor();
  assert.equal(await dialog.getByRole("alert").count(), 0);
}

async function deviceSlow(page, url) {
  await page.clock.install();
  device.held = "folder";
  const { dialog } = await open(page, url);
  await dialog.getByText("Reading the files of").waitFor();
  await page.clock.runFor(4_000);
  await dialog.getByText("is slow to answer").waitFor();
  await page.clock.resume();
}

/** A new device has no recent jobs: its memory card is shown. */
async function newDevice(page, url) {
  delete device.files["SD/Recent"];
  const { dialog } = await open(page, url);
  await entry(dialog, "Coaster").waitFor();
  await dialog.getByRole("button", { name: "Recent" }).click();
  await dialog.getByText("has not run a job yet").waitFor();
}

export const PARTS = [starting, repeating, startRefused, uploading, replacing, uploadCanceled, uploadRefused, dropping, deviceOff, newDevice, deviceSlow];
