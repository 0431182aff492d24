// Automations that a person clicks together in the editor, by target, and that run.

import { happen, send, state, WORDS } from "./demo.mjs";

const AREA = "Workshop";
const SMOKE = "input_boolean.smoke_alarm";
/** What the automations are called that are saved here. They listen once they are on. */
const DONE = "automation.when_a_job_is_done";
const SMOKES = "automation.when_there_is_smoke";

/** Put the devices into one area, with the smoke alarm there. */
export async function assignArea(page, devices) {
  const { area_id } = await send(page, { type: "config/area_registry/create", name: AREA });
  for (const device_id of devices) await send(page, { type: "config/device_registry/update", device_id, area_id });
  await send(page, { type: "config/entity_registry/update", entity_id: SMOKE, area_id });
}

async function newAutomation(person, url) {
  await person.goto(`${url}/config/automation/edit/new`);
}

/** In the dialog to add something by target: choose the area, then what happens to what is in it. */
async function byTarget(person, kind, what) {
  const { page } = person;
  await page.getByRole("button", { name: `Add ${kind}`, exact: true }).first().click();
  const dialog = page.locator("add-automation-element-dialog");
  await dialog.getByText("By target", { exact: true }).first().waitFor();
  await dialog.getByText(AREA, { exact: true }).first().click();
  await person.shot(`by-target-${kind}`);
  await dialog.getByText(what).last().click();
  await dialog.getByText("By target", { exact: true }).first().waitFor({ state: "hidden" });
}

async function save(person, name) {
  const { page } = person;
  await person.button("Save").click();
  const field = page.getByRole("textbox", { name: /^Name/ }).last();
  await field.fill(name);
  await person.button("Save").click();
  await page.waitForURL(/automation\/edit\/\d+/);
  await person.shot(name.toLowerCase().replaceAll(" ", "-"));
}

/** "Job completed" in an area: built, saved, and seen to run. */
export async function whenCompleted(person, url, device) {
  const { page } = person;
  await newAutomation(person, url);
  await byTarget(person, "trigger", WORDS.triggers.job_completed.name);
  await save(person, "When a job is done");
  await state(page, DONE, ({ state }) => state === "on");
  await happen(page, device, "start");
  await state(page, "sensor.beamo_status", ({ state }) => state === "running");
  await happen(page, device, "finish");
  await state(page, DONE, ({ attributes }) => attributes.last_triggered);
}

/** The smoke alarm pauses what runs in an area: clicked together, and tried. */
export async function whenSmoke(person, url, device) {
  const { page } = person;
  await newAutomation(person, url);
  await byTarget(person, "trigger", "turned on");
  await byTarget(person, "action", WORDS.services.pause_job.name);
  await save(person, "When there is smoke");
  await state(page, SMOKES, ({ state }) => state === "on");
  await happen(page, device, "start");
  await state(page, "sensor.beamo_status", ({ state }) => state === "running");
  await send(page, { type: "call_service", domain: "input_boolean", service: "turn_on", service_data: { entity_id: SMOKE } });
  await state(page, "sensor.beamo_status", ({ state }) => state === "paused");
}
