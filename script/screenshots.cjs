// The walk of script/screenshots: log in, add the discovered devices, see one work, rename it.
// Waits for what a person would wait for, never for a time; a step that does not come fails the walk.
"use strict";
const { chromium } = require("playwright-core");

const [url, folder] = process.argv.slice(2);
const PATIENCE = 20_000; // ms for any one step

async function main() {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ],
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(PATIENCE);
  let number = 0;
  const shot = async (name) => {
    await page.waitForTimeout(600); // the end of the frontend's animations
    await page.screenshot({ path: `${folder}/${String(++number).padStart(2, "0")}-${name}.png` });
    console.log(name);
  };
  const button = (name) => page.getByRole("button", { name, exact: true }).last();
  const text = (value) => page.getByText(value).last();

  try {
    await page.goto(url);
    await page.fill("input[name=username]", "demo");
    await page.fill("input[name=password]", "flux3dp");
    await shot("login");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/(home|lovelace)/);

    await page.goto(`${url}/config/integrations/dashboard`);
    await text("Discovered").waitFor();
    await shot("discovered");

    const tools = { button, text, shot };
    await addDiscovered(page, tools);
    await seeDevices(page, tools);
    await watchJob(page, tools);
    await reconfigure(page, tools);
    await enterAddress(page, tools);
  } catch (error) {
    await page.screenshot({ path: `${folder}/failed.png` });
    throw error;
  } finally {
    await browser.close();
  }
}

// Adds every device there is a card for; the one with a password is first given a wrong one.
async function addDiscovered(page, { button, text, shot }) {
  const cards = page.locator("ha-config-flow-card");
  for (let left = await cards.count(); left > 0; left--) {
    await cards.nth(left - 1).waitFor();
    const card = cards.first();
    await card.getByText("Add", { exact: true }).click();
    await text("FLUX device found").waitFor();
    await shot(`device-${left}-found`);
    await button("Submit").click();

    await text("Is this your device?").waitFor();
    await shot(`device-${left}-identity`);
    await text("I trust this device").click();
    await button("Submit").click();

    const password = page.locator("input[type=password]").last();
    const done = text("Name and assign");
    await password.or(done).first().waitFor();
    if (await password.isVisible()) {
      await password.fill("not this one");
      await button("Submit").click();
      await text("does not accept this password").waitFor();
      await shot(`device-${left}-wrong-password`);
      await password.fill(process.env.DEVICE_PASSWORD);
      await button("Submit").click();
    }
    await done.waitFor();
    await shot(`device-${left}-added`);
    await button("Finish").or(button("Skip and finish")).first().click();
    // Home Assistant shows the new device then.
    await text("Device info").waitFor();
    await shot(`device-${left}-page`);
    await openIntegrations(page, text);
  }
}

async function openIntegrations(page, text) {
  await page.goto(`${url}/config/integrations/dashboard`);
  await text("Configured").or(text("Add integration")).first().waitFor();
}

// What the integration says of all its devices.
async function seeDevices(page, { text, shot }) {
  await page.goto(`${url}/config/integrations/integration/flux3dp`);
  await text("Delta").waitFor();
  await shot("integration");
}

// The page of a printer in the middle of its job, its camera, and the job paused and resumed.
async function watchJob(page, { text, shot }) {
  const row = (kind, ...words) =>
    words.reduce((found, hasText) => found.filter({ hasText }), page.locator(`hui-${kind}-entity-row`));
  const small = page.viewportSize();
  await page.setViewportSize({ width: 1280, height: 1640 });
  await page.getByText("FLUX Delta", { exact: true }).last().click();
  await text("Device info").waitFor();
  await row("sensor", "Status", "Running").waitFor({ timeout: 120_000 });
  await row("sensor", "Nozzle temperature", "200").waitFor();
  await shot("job");
  await page.setViewportSize(small);

  await page.getByText("Camera", { exact: true }).first().click();
  await page.locator("ha-camera-stream img").first().waitFor();
  await shot("camera");
  await page.keyboard.press("Escape");
  await page.locator("ha-camera-stream").first().waitFor({ state: "hidden" });

  for (const [order, state] of [["Pause", "Paused"], ["Resume", "Running"]]) {
    await row("button", order).getByText("Press").click();
    await row("sensor", "Status", state).waitFor();
    await shot(state.toLowerCase());
  }
}

// What can be changed later: the menu, and the Wi-Fi networks the device sees.
async function reconfigure(page, { button, text, shot }) {
  await page.goto(`${url}/config/integrations/integration/flux3dp`);
  await text("Delta").waitFor();
  const menu = page.locator("ha-config-entry-row", { hasText: "FLUX Delta" }).locator("ha-dropdown").first();
  await menu.locator("ha-icon-button").first().click();
  await menu.getByText("Reconfigure").click();
  const wifi = page.locator("dialog-data-entry-flow, ha-dialog").getByText("Wi-Fi", { exact: false }).last();
  await wifi.waitFor();
  await shot("reconfigure");
  await wifi.click();
  await button("Submit").waitFor();
  await shot("wifi");
}

// Add integration, when every device is set up already: an address with nothing behind it.
async function enterAddress(page, { button, text, shot }) {
  await page.goto(`${url}/_my_redirect/config_flow_start?domain=flux3dp`);
  await button("OK").or(button("Yes")).first().click();
  await text("Looking for FLUX devices").waitFor();
  await shot("looking");
  await text("Enter an address").waitFor();
  await shot("none-found");
  await page.locator("input[name=host]").or(page.getByLabel("Address")).last().fill("127.99.9.9");
  await button("Submit").click();
  await text("No FLUX device answers").waitFor();
  await shot("nothing-there");
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
