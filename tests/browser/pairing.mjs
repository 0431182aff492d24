// From a Home Assistant just onboarded to a dashboard with the card, as a person clicks it together.

import { addDashboard, WORDS } from "./demo.mjs";

const STEP = WORDS.config.step;

/** Add the device with a password, by its card. */
export async function addVerified(person, password) {
  const { page } = person;
  const card = page.locator("ha-config-flow-card", { hasText: "FLUX Delta" });
  await card.waitFor();
  await page.locator("ha-config-flow-card", { hasText: "beamo" }).waitFor();
  await person.shot("discovered");
  await person.click(card.getByText("Add", { exact: true }));
  await person.text(STEP.discovery_confirm.title).waitFor();
  await person.shot("found");
  await person.click(person.button("Submit"));
  const field = page.locator("input[type=password]").last();
  await person.click(field); // It does not have the focus.
  await field.fill(password);
  await field.press("Enter");
  await person.text("Name and assign").waitFor();
  await person.click(person.button("Skip and finish"));
  // Home Assistant shows the new device then.
  await person.text("Device info").waitFor();
  await person.shot("device");
}

/** Add the device without a password and without the vendor's signature. */
export async function addUnverified(person) {
  const { page } = person;
  await page.locator("ha-config-flow-card", { hasText: "beamo" }).getByText("Add", { exact: true }).click();
  await person.text(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/).waitFor();
  await person.shot("identity");
  await page.getByText(STEP.confirm_identity.data.accept).last().click({ position: { x: 10, y: 12 } }); // Its box, not the help below.
  await person.button("Submit").click();
  await person.text("Name and assign").waitFor();
  await person.button("Skip and finish").click();
  await person.text("Device info").waitFor();
}

/** Make the dashboard of all FLUX devices; resolves with its path. */
export async function makeDashboard(person) {
  const { page } = person;
  await person.click(page.getByText("Settings", { exact: true }).first());
  await person.click(page.getByText("Dashboards", { exact: true }).first());
  await person.click(page.getByText("Add dashboard", { exact: true }).last());
  const offered = page.getByText("FLUX devices", { exact: true });
  await offered.waitFor();
  await person.shot("dashboards");
  await person.click(offered);
  await person.click(person.button("Create"));
  await person.click(page.locator("ha-sidebar").getByText("FLUX", { exact: true }));
  await page.locator("flux3dp-card .name").waitFor();
  return new URL(page.url()).pathname;
}

/** Put the card on a dashboard of one's own, as the picker offers it for one of our entities. */
export async function pickCard(person, url) {
  const { page } = person;
  await person.goto(url + (await addDashboard(page, "flux-own", [[]])));
  await page.getByRole("button", { name: /^Edit/ }).first().click();
  await page.getByRole("button", { name: "Add card", exact: true }).first().click();
  await page.getByPlaceholder("Search entities").fill("Delta problem");
  await person.text("Problem").click();
  const suggestion = page.locator(".card", { hasText: "FLUX device - Everything" });
  await suggestion.locator("flux3dp-card .name").waitFor();
  await person.shot("suggestions");
  await suggestion.locator(".overlay").last().click();
  await person.button("Done").click();
  await page.locator("flux3dp-card .name").waitFor();
}
