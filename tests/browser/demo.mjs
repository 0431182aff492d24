// Starts script/run's demo and a Chromium, and does through Home Assistant's API what a test does not look at.
//
// Devices use real ports: run this in a network of its own, `script/netns node tests/browser/….mjs`.

import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** `$DEMO_PYTHON` names another one. */
export const PYTHON = process.env.DEMO_PYTHON ?? `${ROOT}/.venv/bin/python`;
/** What the integration says, by translation key. */
export const WORDS = JSON.parse(readFileSync(`${ROOT}/custom_components/flux3dp/translations/en.json`, "utf-8"));
const USER = { username: "demo", password: "flux3dp" };

/**
 * Start the simulated devices and Home Assistant, with everything in the folder `state`. Resolves once both serve, with
 * the address and what the demo said, line by line; rejects if it ends before.
 */
export function startDemo({ state, port, options = ["--fresh"] }) {
  const child = spawn(PYTHON, ["script/demo.py", "--state", state, "--port", String(port), ...options], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const lines = [];
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    ended.then((code) => reject(new Error(`the demo ended (${code}):\n${lines.join("\n")}`)));
    createInterface(child.stdout).on("line", (line) => {
      lines.push(line);
      if (!/^\s+end\s+Ctrl-C/.test(line)) return;
      resolve({
        url: `http://127.0.0.1:${port}`,
        lines,
        async stop() {
          child.kill("SIGINT");
          await ended;
        },
      });
    });
  });
}

/** Start a Chromium without a window. */
export function startBrowser() {
  return chromium.launch({
    executablePath: execFileSync(`${ROOT}/script/chromium`).toString().trim(),
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/** Log in as the demo's user would. */
export async function login(page, url) {
  await page.goto(url);
  await page.fill("input[name=username]", USER.username);
  await page.fill("input[name=password]", USER.password);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/(home|lovelace)/);
  await ready(page);
}

/** Wait until the page has what Home Assistant knows. */
export async function ready(page) {
  await page.waitForFunction(() => document.querySelector("home-assistant")?.hass?.states);
}

/** Send a command of the WebSocket API as the person who is logged in on the page. */
export async function send(page, message) {
  await ready(page);
  return page.evaluate((sent) => document.querySelector("home-assistant").hass.callWS(sent), message);
}

/** Have something happen to a simulated device: see HAPPENINGS in simulator/control.py. */
export async function happen(page, device_id, what) {
  await send(page, { type: "call_service", domain: "flux3dp_demo", service: "happen", service_data: { device_id, what } });
}

/** Wait until the state of an entity is as `wanted` says of it. */
export async function state(page, entity, wanted) {
  await page.waitForFunction(
    ([id, text]) => {
      const found = document.querySelector("home-assistant")?.hass?.states[id];
      // The function came as text: it runs in the page.
      return found && Boolean(new Function(`return (${text})`)()(found));
    },
    [entity, String(wanted)],
  );
}

/** Call Home Assistant's REST API as the person who is logged in on the page. */
export async function api(page, method, path, data) {
  await ready(page);
  return page.evaluate(([verb, to, body]) => document.querySelector("home-assistant").hass.callApi(verb, to, body), [method, path, data]);
}

/** Set up every device that was discovered, without the forms; `password` is for those that have one. */
export async function addDevices(page, count, password) {
  let flows = [];
  while (flows.length < count) {
    flows = (await send(page, { type: "config_entries/flow/progress" })).filter((flow) => flow.handler === "flux3dp");
    if (flows.length < count) await page.waitForTimeout(250);
  }
  for (const { flow_id } of flows) {
    let step = await api(page, "GET", `config/config_entries/flow/${flow_id}`);
    while (step.type === "form") {
      const answers = { confirm_identity: { accept: true }, authorize: { password } };
      if (step.errors && Object.keys(step.errors).length) throw new Error(JSON.stringify(step.errors));
      step = await api(page, "POST", `config/config_entries/flow/${flow_id}`, answers[step.step_id] ?? {});
    }
    if (step.type !== "create_entry") throw new Error(JSON.stringify(step));
  }
}

/** The devices of the integration, by the name they have. */
export async function devices(page) {
  const all = await send(page, { type: "config/device_registry/list" });
  return Object.fromEntries(all.filter(({ identifiers }) => identifiers.some(([domain]) => domain === "flux3dp")).map(({ id, name }) => [name, id]));
}

/** Make a dashboard of these cards in one section each; resolves with its path. */
export async function addDashboard(page, path, cards) {
  const has = await send(page, { type: "lovelace/dashboards/list" });
  if (!has.some(({ url_path }) => url_path === path)) {
    await send(page, { type: "lovelace/dashboards/create", url_path: path, title: path, mode: "storage" });
  }
  const sections = cards.map((card) => ({ type: "grid", cards: [card].flat() }));
  await send(page, { type: "lovelace/config/save", url_path: path, config: { views: [{ title: path, type: "sections", max_columns: 3, sections }] } });
  return `/${path}/0`;
}
