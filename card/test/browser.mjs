// Opens the page of all situations in Chromium: `node card/test/browser.mjs bench|look|use FOLDER`. `$CHROMIUM` names the browser.
import { createServer } from "node:http";
import { createReadStream, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import { chromium } from "playwright-core";
import { answer, device } from "./device.mjs";
import { LOOKS as FILES } from "./files.mjs";
import { LOOKS as MAINTENANCE } from "./maintenance.mjs";
import { use } from "./use.mjs";

const [task, folder] = process.argv.slice(2);
const AIMS = { other: 1_000, own: 5_000 }; // microseconds
const TYPES = { js: "text/javascript", html: "text/html" };

/** Throw if axe finds something serious on the page. */
async function checkAccess(page, name) {
  await page.addScriptTag({ path: createRequire(import.meta.url).resolve("axe-core") });
  const { violations } = await page.evaluate(() => window.axe.run("main"));
  const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  const texts = serious.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.flat().join(" ")}: ${node.failureSummary}`));
  if (texts.length) throw new Error(`${name}: ${texts.join("\n")}`);
}

// Modules are not loaded from files.
const server = createServer(async (request, response) => {
  if (await answer(request, response)) return;
  const name = basename(new URL(request.url, "http://page").pathname);
  response.setHeader("Content-Type", TYPES[name.split(".").at(-1)] ?? "text/plain");
  createReadStream(`${folder}/${name}`)
    .on("error", () => response.writeHead(404).end())
    .pipe(response);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${server.address().port}/page.html`;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--headless", "--no-sandbox", "--disable-gpu"],
});
try {
  const page = await browser.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error));
  if (task === "bench") {
    await page.goto(`${url}?empty`);
    const cost = await page.evaluate(() => window.bench());
    for (const [what, aim] of Object.entries(AIMS)) {
      const name = { other: "a state change of another device", own: "a state change of its own, drawn" }[what];
      console.log(`card: ${name}: ${cost[what].toFixed(0)} µs (aim ${aim} µs)`);
    }
  } else if (task === "use") {
    await use(page, url);
  } else {
    mkdirSync(`${folder}/looks`, { recursive: true });
    for (const [name, width, columns, query] of [
      ["390", 390, 1, ""],
      ["390-dark", 390, 1, "&dark"],
      ["1280", 1280, 3, ""],
      ["1280-dark", 1280, 3, "&dark"],
      ["wide-1200", 1200, 1, "&only=idle,running,fault,completed"],
      ["320-rtl", 320, 1, "&dir=rtl&only=running,fault,off,waiting-filament"],
      ["320-de", 320, 1, "&lang=de&only=running,fault,failed,occupied,idle,heating-filament,waiting-filament,calibrating,loading-in-job"],
      ["320-ja", 320, 1, "&lang=ja&only=running,fault"],
    ]) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(`${url}?columns=${columns}${query}`);
      await page.waitForLoadState("networkidle");
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      // All of it on screen: live pictures begin when they are seen.
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(600);
      await page.screenshot({ path: `${folder}/looks/${name}.png` });
      await checkAccess(page, name);
    }
    for (const [width, query] of [
      [390, ""],
      [1280, "&dark"],
      [320, "&dir=rtl"],
      [320, "&lang=de"],
    ]) {
      await page.setViewportSize({ width, height: 700 });
      const named = (kind, looks) => Object.entries(looks).map(([look, show]) => [`${kind}-${look}`, show]);
      for (const [look, show] of [...named("files", FILES), ...named("maintenance", MAINTENANCE)]) {
        device.reset();
        await show(page, url, query);
        const name = `${look}-${width}${query.replace(/\W+/g, "-")}`;
        await page.screenshot({ path: `${folder}/looks/${name}.png`, animations: "disabled" });
        await checkAccess(page, name);
      }
    }
    console.log(`card: pictures in ${folder}/looks`);
  }
  if (errors.length) throw errors[0];
} finally {
  await browser.close();
  server.close();
  server.closeAllConnections();
}
