// Loads a dashboard many times, cold and warm, and counts how often the card is there: `script/netns node
// tests/browser/loads.mjs FOLDER [COUNT] [--slow]`. Cold is a browser that has never been here, warm one that has.

import { addDashboard, addDevices, devices, login, startBrowser, startDemo } from "./demo.mjs";

const [folder, count = "5"] = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const slow = process.argv.includes("--slow");
const port = Number(process.env.HASS_PORT ?? 8123);

/** Milliseconds until the card is drawn; throws if it is not in this page load. */
async function load(page, url) {
  const start = performance.now();
  await page.goto(url);
  await page.locator("flux3dp-card .name").first().waitFor({ timeout: 60_000 });
  return Math.round(performance.now() - start);
}

async function throttle(context, page) {
  if (!slow) return;
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", { offline: false, latency: 150, downloadThroughput: 400_000, uploadThroughput: 100_000 });
}

const demo = await startDemo({ state: folder, port });
const browser = await startBrowser();
try {
  const first = await browser.newContext();
  const page = await first.newPage();
  await login(page, demo.url);
  const password = demo.lines.join("\n").match(/password\s+(?!none)(\S+)/)?.[1];
  await addDevices(page, 1, password);
  const [device] = Object.values(await devices(page));
  const path = await addDashboard(page, "flux-test", [{ type: "custom:flux3dp-card", device_id: device }]);
  // A person who stays logged in, and nothing else: no cache, no service worker.
  const storageState = await first.storageState();
  await first.close();

  const results = { cold: [], warm: [] };
  for (let round = 0; round < Number(count); round++) {
    const context = await browser.newContext({ storageState });
    const page = await context.newPage();
    await throttle(context, page);
    for (const kind of ["cold", "warm"]) {
      try {
        results[kind].push(await load(page, demo.url + path));
      } catch (error) {
        console.error(`${kind} load ${round + 1}: ${error.message.split("\n")[0]}`);
      }
    }
    await context.close();
  }
  let missing = 0;
  for (const [kind, times] of Object.entries(results)) {
    missing += Number(count) - times.length;
    console.log(`${kind}: the card is there in ${times.length} of ${count} loads (${times.join(", ")} ms)`);
  }
  process.exitCode = missing ? 1 : 0;
} finally {
  await browser.close();
  await demo.stop();
}
