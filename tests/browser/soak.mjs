// 50 cold and 50 warm loads of a dashboard with the card: `script/netns node tests/browser/soak.mjs FOLDER [COUNT] [--slow]`.

import { addDashboard, addDevices, devices, login, startBrowser, startDemo } from "./demo.mjs";
import { countLoads } from "./loads.mjs";

const [folder, count = "50"] = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const slow = process.argv.includes("--slow");

const demo = await startDemo({ state: folder, port: Number(process.env.HASS_PORT ?? 8123) });
const browser = await startBrowser();
try {
  const context = await browser.newContext();
  const page = await context.newPage();
  await login(page, demo.url);
  const password = demo.lines.join("\n").match(/password\s+(?!none)(\S+)/)?.[1];
  await addDevices(page, 1, password);
  const [device] = Object.values(await devices(page));
  const path = await addDashboard(page, "flux-test", [{ type: "custom:flux3dp-card", device_id: device }]);
  const storageState = await context.storageState();
  await context.close();
  await countLoads(browser, storageState, demo.url + path, Number(count), slow);
} finally {
  await browser.close();
  await demo.stop();
}
