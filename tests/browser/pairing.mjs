// From a Home Assistant just onboarded to a dashboard with the card, as a person clicks it together.

/** Add the device with a password, by its card. */
export async function addVerified(person, password) {
  const { page } = person;
  const card = page.locator("ha-config-flow-card", { hasText: "FLUX Delta" });
  await card.waitFor();
  await page.locator("ha-config-flow-card", { hasText: "beamo" }).waitFor();
  await person.shot("discovered");
  await person.click(card.getByText("Add", { exact: true }));
  await person.text("FLUX device found").waitFor();
  await person.shot("found");
  await person.click(person.button("Submit"));
  const field = page.locator("input[type=password]").last();
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
  await person.text("Is this your device?").waitFor();
  await page.getByText("Its fingerprint").last().waitFor();
  await person.shot("identity");
  await page.getByText("I trust this device").last().click();
  await person.button("Submit").click();
  await person.text("Name and assign").waitFor();
  await person.button("Skip and finish").click();
  await person.text("Device info").waitFor();
}

/** Make a dashboard of one's own and put the card on it; resolves with its path. */
export async function makeDashboard(person) {
  const { page } = person;
  await person.click(page.getByText("Settings", { exact: true }).first());
  await person.click(page.getByText("Dashboards", { exact: true }).first());
  await person.click(page.getByText("Add dashboard", { exact: true }).last());
  await person.click(page.getByText("New dashboard from scratch"));
  const title = page.getByRole("textbox", { name: /^Title/ });
  await person.click(title);
  await title.fill("Workshop");
  await person.click(person.button("Create"));
  await person.click(page.locator("ha-sidebar").getByText("Workshop", { exact: true }));
  await page.waitForURL(/dashboard-workshop/);
  await person.click(page.getByRole("button", { name: /^Edit/ }).first());
  await person.click(page.getByRole("button", { name: "Add card", exact: true }).first());
  await page.getByPlaceholder("Search entities").fill("Delta problem");
  await person.click(person.text("Problem"));
  const suggestion = page.locator(".card", { hasText: "FLUX device - Everything" });
  await suggestion.locator("flux3dp-card .name").waitFor();
  await person.shot("suggestions");
  await person.click(suggestion.locator(".overlay").last());
  await person.click(person.button("Done"));
  await page.locator("flux3dp-card .name").waitFor();
  return new URL(page.url()).pathname;
}
