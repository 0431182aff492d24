// Loads a dashboard many times, cold and warm, and counts how often the card is there. Cold is a browser that has never been
// here, warm one that has.

import { PATIENCE } from "./person.mjs";

/** Milliseconds until the card is drawn; throws if it is not in this page load. */
async function load(page, url) {
  const start = performance.now();
  await page.goto(url);
  await page.locator("flux3dp-card .name").first().waitFor({ timeout: PATIENCE });
  return Math.round(performance.now() - start);
}

async function throttle(context, page) {
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", { offline: false, latency: 150, downloadThroughput: 400_000, uploadThroughput: 100_000 });
}

/**
 * Load `url` `count` times cold and warm and print in how many the card was there; throws if it was missing in one.
 * `storageState` is that of a person who stays logged in: no cache, no service worker. `slow` slows the network down.
 */
export async function countLoads(browser, storageState, url, count, slow = false) {
  const results = { cold: [], warm: [] };
  for (let round = 0; round < count; round++) {
    const context = await browser.newContext({ storageState });
    const page = await context.newPage();
    if (slow) await throttle(context, page);
    for (const kind of ["cold", "warm"]) {
      try {
        results[kind].push(await load(page, url));
      } catch (error) {
        console.error(`${kind} load ${round + 1}: ${error.message.split("\n")[0]}`);
      }
    }
    await context.close();
  }
  for (const [kind, times] of Object.entries(results)) {
    console.log(`${kind}: the card is there in ${times.length} of ${count} loads (${times.join(", ")} ms)`);
  }
  if (Object.values(results).some((times) => times.length < count)) throw new Error("the card was missing");
}
