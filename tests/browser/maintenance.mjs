// Work on an idle device, begun on its card and followed to the end; and its settings.

import { state, WORDS } from "./demo.mjs";
import { checkAccess, checkInBothThemes, status } from "./job.mjs";

const { button: BUTTON } = WORDS.entity;

/** The card of the printer, with the dialog of maintenance open. */
async function open({ page }) {
  const card = page.locator("flux3dp-card", { hasText: "FLUX Delta" });
  await status(card, "Idle");
  await card.getByRole("button", { name: "Maintenance" }).click();
  const dialog = card.locator("dialog.maintenance[open]");
  await dialog.waitFor();
  return { card, dialog, choose: (name) => dialog.locator(".entry", { hasText: name }).first().click() };
}

/** Keep what the card says of work from now on; resolves with what gives it. */
async function watchWork(card) {
  await card.evaluate((element) => {
    const said = (window.said = []);
    new MutationObserver(() => {
      const text = element.shadowRoot.querySelector(".work .what")?.textContent.trim();
      if (text && text !== said.at(-1)) said.push(text);
    }).observe(element.shadowRoot, { subtree: true, childList: true, characterData: true });
  });
  return () => card.evaluate(() => window.said);
}

export async function calibrate(person) {
  const { page } = person;
  const { card, dialog, choose } = await open(person);
  await person.shot("maintenance");
  await checkInBothThemes(page, dialog, "maintenance");
  await choose(BUTTON.calibrate.name);
  await dialog.getByText("Remove everything from the plate").waitFor();
  await person.shot("calibrate");
  const said = await watchWork(card);
  await dialog.getByRole("button", { name: BUTTON.calibrate.name }).click();
  await card.locator(".work", { hasText: "Calibrating" }).waitFor();
  await person.shot("card-calibrating");
  await card.locator(".work").waitFor({ state: "detached" });
  await status(card, "Idle");
  const texts = await said();
  const points = texts.map((text) => text.match(/^Calibrating, point (\d)$/)?.[1]).filter(Boolean);
  if (!points.length || String(points) !== String([...points].sort())) throw new Error(`calibration said: ${texts.join("; ")}`);
  const notice = card.getByRole("alert");
  await notice.filter({ hasText: `${BUTTON.calibrate.name} · Done` }).waitFor();
  await notice.getByRole("button", { name: "Close" }).click();
  await notice.waitFor({ state: "detached" });
}

export async function loadFilament(person) {
  const { page } = person;
  const { card, dialog, choose } = await open(person);
  await choose(BUTTON.load_filament.name);
  await person.shot("load");
  await checkInBothThemes(page, dialog, "the temperature");
  const said = await watchWork(card);
  await dialog.getByRole("button", { name: BUTTON.load_filament.name }).click();
  // Until it is done.
  await card.locator(".work", { hasText: "Push filament into the toolhead" }).waitFor();
  await person.shot("card-maintenance");
  await checkAccess(page, card, "in maintenance");
  await card.getByRole("button", { name: "Done" }).click();
  const notice = card.getByRole("alert").filter({ hasText: /^\s*The nozzle is hot · \d+\s°C/ });
  await notice.waitFor();
  await status(card, "Idle");
  await person.shot("card-hot");
  const texts = await said();
  if (!texts.some((text) => /^Heating \d+\s°C$/.test(text))) throw new Error(`loading said: ${texts.join("; ")}`);
  await notice.getByRole("button", { name: "Close" }).click();
  await notice.waitFor({ state: "detached" });
}

export async function changeSetting(person) {
  const { page } = person;
  const { card, dialog, choose } = await open(person);
  await choose("Settings");
  await dialog.getByLabel("Leveling before a job").selectOption({ label: "Height only" });
  await state(page, "select.flux_delta_leveling_before_a_job", ({ state }) => state === "height");
  await dialog.getByLabel("Height offset").fill("0.1");
  await dialog.getByLabel("Height offset").press("Enter");
  await state(page, "number.flux_delta_height_offset", ({ state }) => Number(state) === 0.1);
  await dialog.getByLabel("Test circle before a job").click();
  await state(page, "switch.flux_delta_test_circle_before_a_job", ({ state }) => state === "on");
  await person.shot("settings");
  await checkInBothThemes(page, dialog, "settings");
  // As it was: the next jobs follow.
  await dialog.getByLabel("Leveling before a job").selectOption({ label: "As the job says" });
  await state(page, "select.flux_delta_leveling_before_a_job", ({ state }) => state === "as_job");
  await page.keyboard.press("Escape");
  await card.locator("dialog").waitFor({ state: "detached" });
}
