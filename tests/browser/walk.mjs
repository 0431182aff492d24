// What a person does with FLUX devices in Home Assistant's pages, from the first login on: `script/browser [FOLDER]`.
//
// Needs a network of its own, as demo.mjs says. Leaves a picture of every step in the folder.

import { whenCompleted, whenSmoke, assignArea } from "./automations.mjs";
import { devices, happen, login, startBrowser, startDemo } from "./demo.mjs";
import { printFile, refuseFile, runFile } from "./files.mjs";
import { followJob, lookAtDevice } from "./job.mjs";
import { countLoads } from "./loads.mjs";
import { calibrate, changeSetting, loadFilament } from "./maintenance.mjs";
import { addUnverified, addVerified, makeDashboard, pickCard } from "./pairing.mjs";
import { Person } from "./person.mjs";
import { enterAddress, reauthenticate, reconfigure, repair } from "./troubles.mjs";

const [folder] = process.argv.slice(2);
const AIM = 15; // clicks
const LOADS = 5;

const demo = await startDemo({ state: `${folder}/state`, port: Number(process.env.HASS_PORT ?? 8123), options: ["--fresh", "--idle"] });
const browser = await startBrowser();
try {
  const person = await Person.arrive(browser, `${folder}/pictures`);
  const { page } = person;
  const password = demo.lines.join("\n").match(/password\s+(?!none)(\S+)/)[1];
  let path, all;

  await person.part("log in", () => login(page, demo.url));
  const start = performance.now();
  await person.part("add a verified device", async () => {
    await person.click(page.getByText("Settings", { exact: true }).first());
    await person.click(page.getByText("Devices & services", { exact: true }).first());
    await addVerified(person, password);
  });
  all = await devices(page);
  await happen(page, all["FLUX Delta"], "start"); // It takes its time to heat.
  await person.part("make a dashboard of all FLUX devices", async () => {
    await page.reload(); // Pages load cards when they are loaded.
    path = await makeDashboard(person);
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(`from the login to a dashboard with the card: ${person.clicks} clicks (aim ${AIM}), ${seconds} s, one load of a page`);

  await person.part("add an unverified device", async () => {
    await person.goto(`${demo.url}/config/integrations/dashboard`);
    await addUnverified(person);
    await person.goto(demo.url + path);
    // The dashboard was made before there was this device.
    const added = page.locator("flux3dp-card", { hasText: "beamo" });
    await added.getByRole("button", { name: "Identity not verified" }).waitFor();
  });
  await person.part("pick its card for a dashboard of one's own", () => pickCard(person, demo.url));
  await person.part("look at the page of the device", async () => {
    await lookAtDevice(person, all["FLUX Delta"]);
    await person.goto(demo.url + path);
  });
  await person.part("follow its job on the card", () => followJob(person, all["FLUX Delta"]));
  await person.part("calibrate, and follow it to the end", () => calibrate(person));
  await person.part("load filament", () => loadFilament(person));
  await person.part("change a setting of the device", () => changeSetting(person));
  all = await devices(page);
  let content;
  await person.part("print a file that is dropped on the card, and repeat it", async () => (content = await printFile(person, all["FLUX Delta"])));
  await person.part("send a damaged file, and replace one", () => refuseFile(person, content));
  await person.part("run a file on a laser", () => runFile(person, all.beamo));
  await assignArea(page, Object.values(all));
  await person.part("build an automation by target, and see it run", () => whenCompleted(person, demo.url, all.beamo));
  await person.part("have the smoke alarm pause a job", () => whenSmoke(person, demo.url, all.beamo));
  const storageState = await page.context().storageState();
  await person.part(`load the dashboard ${LOADS} times cold and ${LOADS} times warm`, () => countLoads(browser, storageState, demo.url + path, LOADS));
  await person.part("accept another key in a repair", () => repair(person, demo.url, all["FLUX Delta"]));
  await person.part("reauthenticate", () => reauthenticate(person, password));
  await person.part("reconfigure, and enter an address", async () => {
    await reconfigure(person, demo.url);
    await enterAddress(person, demo.url);
  });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await browser.close();
  await demo.stop();
}
