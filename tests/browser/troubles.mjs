// What goes wrong with the trust between a device and Home Assistant, and how a person puts it right.

import { happen, WORDS } from "./demo.mjs";

const { error: ERROR, step: STEP } = WORDS.config;

/** The device presents another key, as with a new mainboard, and a person accepts it in a repair. */
export async function repair(person, url, device) {
  const { page } = person;
  await person.goto(`${url}/config/repairs`);
  await happen(page, device, "mainboard");
  const issue = page.getByText(WORDS.issues.master_key_changed.title.replace("{name}", "FLUX Delta")).first();
  await issue.click();
  await person.button("Submit").waitFor();
  await person.shot("repair");
  await person.button("Submit").click();
  await person.text("The issue is repaired!").waitFor();
  await person.button("Finish").click();
  await issue.waitFor({ state: "detached" });
}

/** A device that does not trust Home Assistant's key, such as the one from the repair, gets its password again. */
export async function reauthenticate(person, password) {
  const { page } = person;
  const issue = page.getByText("Authentication expired for FLUX Delta").first();
  await issue.waitFor();
  await person.shot("reauthentication");
  await issue.click();
  const field = page.locator("input[type=password]").last();
  await field.fill("not this one");
  await field.press("Enter");
  await person.text(ERROR.invalid_auth).waitFor();
  await person.shot("wrong-password");
  await field.fill(password);
  await field.press("Enter");
  await person.text(/authentication was successful/).waitFor();
  await person.shot("reauthenticated");
  await person.button("Close").click();
  await issue.waitFor({ state: "detached" });
}

/** What can be changed later: the menu, and the Wi-Fi networks the device sees. */
export async function reconfigure(person, url) {
  const { page } = person;
  await person.goto(`${url}/config/integrations/integration/flux3dp`);
  const menu = page.locator("ha-config-entry-row", { hasText: "FLUX Delta" }).locator("ha-dropdown").first();
  await menu.locator("ha-icon-button").first().click();
  await menu.getByText("Reconfigure").click();
  const wifi = person.text(STEP.reconfigure.menu_options.wifi);
  await wifi.waitFor();
  await person.shot("reconfigure");
  await wifi.click();
  await person.button("Submit").waitFor();
  await person.shot("wifi");
  await person.button("Close").click();
}

/** Add integration, when every device is set up already: an address with nothing behind it. */
export async function enterAddress(person, url) {
  const { page } = person;
  await person.goto(`${url}/_my_redirect/config_flow_start?domain=flux3dp`);
  await person.button("OK").or(person.button("Yes")).first().click();
  await person.text(STEP.user.title).waitFor();
  await person.text(STEP.manual.title).waitFor();
  await person.shot("none-found");
  await page.locator("input[name=host]").or(page.getByLabel(STEP.manual.data.host)).last().fill("127.99.9.9");
  await person.button("Submit").click();
  await person.text(ERROR.no_flux_device).waitFor();
  await person.shot("nothing-there");
}
