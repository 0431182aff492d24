// A job on the card: followed, paused, resumed, out of filament, completed and cleared, with axe looking.

import { createRequire } from "node:module";
import { happen } from "./demo.mjs";

const AXE = createRequire(import.meta.url).resolve("axe-core");
const SERIOUS = ["serious", "critical"];

/** Throw if axe finds something serious on the card. */
export async function checkAccess(page, card, name) {
  if (!(await page.evaluate(() => "axe" in window))) await page.addScriptTag({ path: AXE });
  const violations = await card.evaluate((element) => window.axe.run(element).then((found) => found.violations));
  const texts = violations
    .filter(({ impact }) => SERIOUS.includes(impact))
    .flatMap(({ id, nodes }) => nodes.map(({ failureSummary }) => `${id}: ${failureSummary}`));
  if (texts.length) throw new Error(`axe, card ${name}: ${texts.join("\n")}`);
}

/** The same, dark and light. */
export async function checkInBothThemes(page, dialog, name) {
  for (const colorScheme of ["dark", "light"]) {
    await page.emulateMedia({ colorScheme });
    await page.waitForFunction((dark) => document.querySelector("home-assistant").hass.themes.darkMode === dark, colorScheme === "dark");
    await checkAccess(page, dialog, `with ${name}, ${colorScheme}`);
  }
}

/** Wait until the card's words for the status begin so. */
export function status(card, words) {
  return card.locator(".state", { hasText: new RegExp(`^${words}`) }).waitFor();
}

/** See the job of a device through on its card. */
export async function followJob(person, device) {
  const { page } = person;
  const card = page.locator("flux3dp-card", { hasText: "FLUX Delta" });
  const press = (command) => card.locator(`.command.${command}`).click();

  await status(card, "Running");
  await card.locator("[role=progressbar]").waitFor();
  await card.locator(".facts", { hasText: "200 °C" }).waitFor();
  await card.locator(".picture img.shown").waitFor();
  await person.shot("card");
  await checkAccess(page, card, "running");

  await press("pause");
  await status(card, "Paused");
  await card.locator(".command.resume").waitFor();
  await person.shot("card-paused");
  await press("resume");
  await status(card, "Running");

  await happen(page, device, "runout");
  await status(card, "Paused");
  await card.locator(".problem", { hasText: /filament/i }).waitFor();
  await person.shot("card-fault");
  await checkAccess(page, card, "with a fault");
  // Two taps.
  await press("load");
  await card.locator(".work", { hasText: "Loading" }).waitFor();
  await person.shot("card-loading");
  await checkAccess(page, card, "loading in a job");
  await happen(page, device, "button");
  await card.getByRole("alert").filter({ hasText: "resume the job" }).waitFor();
  await person.shot("card-loaded");
  await press("resume");
  await status(card, "Running");
  await card.locator(".problem").waitFor({ state: "detached" });

  await press("cancel");
  await card.locator("dialog[open]").waitFor();
  await checkAccess(page, card, "asking");
  await card.locator("dialog .no").click();
  await card.locator("dialog").waitFor({ state: "detached" });

  await happen(page, device, "finish");
  await status(card, "Completed");
  await card.locator(".percent", { hasText: "100" }).waitFor();
  await person.shot("card-completed");
  await press("clear");
  await status(card, "Idle");
}

/** The page of the device in the middle of a job, and its camera: pictures for the README. */
export async function lookAtDevice(person, device) {
  const { page } = person;
  const url = new URL(page.url()).origin;
  const small = page.viewportSize();
  await page.setViewportSize({ width: 1280, height: 1640 });
  await person.goto(`${url}/config/devices/device/${device}`);
  await person.text("Device info").waitFor();
  await page.locator("hui-sensor-entity-row", { hasText: "Status" }).filter({ hasText: "Running" }).waitFor();
  await person.shot("job");
  await page.setViewportSize(small);
  await page.getByText("Camera", { exact: true }).first().click();
  await page.locator("ha-camera-stream img").first().waitFor();
  await person.shot("camera");
  await page.locator("ha-more-info-dialog").getByRole("button", { name: "Close", exact: true }).click();
  await page.locator("ha-camera-stream").first().waitFor({ state: "hidden" });
}
