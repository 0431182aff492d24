// What a person does with the card, on the page of `page.ts`: questions, keys, refusals, and a picture that is looked at.
import assert from "node:assert/strict";
import { device } from "./device.mjs";
import { PARTS as FILES } from "./files.mjs";
import { PARTS as MAINTENANCE } from "./maintenance.mjs";

const CANCEL = ["button", "press", { entity_id: "button.renamed_abort" }];
const PAUSE = ["button", "press", { entity_id: "button.renamed_pause" }];
const OFF = ["homeassistant", "turn_off", { entity_id: "switch.plug" }];

/** Show one card; resolves with it and what it called since. */
async function show(page, url, situation, config = {}) {
  await page.goto(`${url}?empty`);
  await page.evaluate(([name, change]) => void window.make(name, change), [situation, config]);
  const card = page.locator("flux3dp-card");
  await card.locator(".name").waitFor();
  return { card, calls: () => page.evaluate(() => window.calls), fail: (error) => page.evaluate((next) => window.fail(next), error) };
}

async function canceling(page, url) {
  const { card, calls } = await show(page, url, "running");
  const question = card.getByRole("dialog", { name: "Cancel this job?" });
  await card.locator(".command.cancel").click();
  await question.waitFor();
  await page.keyboard.press("Enter"); // The answer that changes nothing has the focus.
  await question.waitFor({ state: "detached" });
  await card.locator(".command.cancel").click();
  await page.keyboard.press("Escape");
  await question.waitFor({ state: "detached" });
  assert.deepEqual(await calls(), []);

  await card.locator(".command.cancel").click();
  await question.locator(".yes").click();
  await question.waitFor({ state: "detached" });
  assert.deepEqual(await calls(), [CANCEL]);
}

async function freeing(page, url) {
  const { card, calls, fail } = await show(page, url, "occupied");
  const question = card.getByRole("dialog", { name: "Free this device?" });
  await card.getByRole("button", { name: "Free device" }).click();
  await question.getByText("What they are doing is lost.").waitFor();
  await page.keyboard.press("Enter"); // The answer that changes nothing has the focus.
  await question.waitFor({ state: "detached" });
  assert.deepEqual(await calls(), []);
  await fail({ message: "It is still occupied." });
  await card.locator(".command.free").click();
  await question.locator(".yes").click();
  await card.getByRole("alert").filter({ hasText: "It is still occupied." }).waitFor();
  assert.deepEqual(await calls(), [["flux3dp", "free_device", { entity_id: "sensor.renamed_status" }]]);
}

async function byKeys(page, url) {
  const { card, calls } = await show(page, url, "running");
  const reached = [];
  for (let tabs = 0; tabs < 7; tabs++) {
    await page.keyboard.press("Tab");
    reached.push(await page.evaluate(() => document.activeElement.shadowRoot?.activeElement?.className || "fact"));
  }
  assert.deepEqual(reached, ["title", "look", "swap", "fact", "fact", "command pause", "command cancel"]);
  await card.locator(".command.pause").press("Enter");
  assert.deepEqual(await calls(), [PAUSE]);
}

async function power(page, url) {
  const running = await show(page, url, "running", { power: "switch.plug" });
  await running.card.locator(".power").click();
  const question = running.card.getByRole("dialog", { name: "Switch off during a job?" });
  await question.waitFor();
  assert.deepEqual(await running.calls(), []);
  await question.locator(".yes").click();
  assert.deepEqual(await running.calls(), [OFF]);

  const idle = await show(page, url, "idle", { power: "switch.plug" });
  await idle.card.locator(".power").click();
  assert.deepEqual(await idle.calls(), [OFF]);
}

async function refusals(page, url) {
  const { card, fail } = await show(page, url, "running");
  const notice = card.getByRole("alert");
  await fail({ code: "home_assistant_error", message: "It is busy." });
  await card.locator(".command.pause").click();
  await notice.filter({ hasText: "It is busy." }).waitFor();
  await notice.getByRole("button").click();
  await notice.waitFor({ state: "detached" });

  // History once the device does something else.
  await card.locator(".command.pause").click();
  await notice.waitFor();
  await page.evaluate(() => (document.querySelector("flux3dp-card").hass = window.houseOf("completed")));
  await notice.waitFor({ state: "detached" });

  await page.evaluate(() => (document.querySelector("flux3dp-card").hass = window.houseOf("running")));
  await fail({ code: "home_assistant_error", message: "Unauthorized" });
  await card.locator(".command.pause").click();
  await notice.filter({ hasText: "Ask an administrator" }).waitFor();
  assert.ok(await card.locator(".command.pause").isDisabled());
}

async function inOneRow(page, url) {
  const { card, fail } = await show(page, url, "unverified", { layout: "compact", power: "switch.plug" });
  const said = card.getByRole("dialog", { name: "Identity not verified" });
  await card.getByRole("button", { name: "Identity not verified" }).click();
  await said.getByText("could not verify").waitFor();
  await page.keyboard.press("Enter");
  await said.waitFor({ state: "detached" });

  await fail({ code: "home_assistant_error", message: "The plug does not answer." });
  await card.locator(".power").click();
  await card.locator("dialog .yes").click();
  await card.getByRole("dialog").getByText("The plug does not answer.").waitFor();
}

async function looking(page, url) {
  const { card } = await show(page, url, "running");
  await page.evaluate(() => (document.body.style.paddingBottom = "300vh"));
  const live = card.locator("img.shown[src]");
  const still = card.locator("img:not([src])");
  await live.waitFor();
  await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  await still.waitFor({ state: "attached" });
  await page.evaluate(() => window.scrollTo(0, 0));
  await live.waitFor();
  const image = await live.elementHandle();
  await page.evaluate(() => document.querySelector("flux3dp-card").remove());
  assert.equal(await image.getAttribute("src"), null);
}

/** The file is loaded twice, and the registry of elements is replaced while the page boots. */
async function registries(page, url) {
  await page.goto(`${url}?empty`);
  const found = await page.evaluate(async () => {
    const first = customElements.get("flux3dp-card");
    await import("./card.js?again");
    const same = customElements.get("flux3dp-card") === first;
    const defined = {};
    const registry = { get: (tag) => defined[tag], define: (tag, element) => (defined[tag] = element), whenDefined: () => new Promise(() => {}) };
    Object.defineProperty(window, "customElements", { value: registry, configurable: true });
    while (!defined["flux3dp-card"]) await new Promise((resolve) => setTimeout(resolve, 20));
    return { same, listed: [window.customCards, window.customStrategies].map((list) => list.filter(({ type }) => type.startsWith("flux3dp")).length) };
  });
  assert.deepEqual(found, { same: true, listed: [1, 1] });
}

/** Try all of it; throws at the first that is not so. */
export async function use(page, url) {
  for (const part of [canceling, freeing, byKeys, power, refusals, inOneRow, looking, ...FILES, ...MAINTENANCE, registries]) {
    device.reset();
    await part(page, url);
    console.log(`card: ${part.name}: as it should be`);
  }
}
