// Job files on the card: dropped, seen, started, followed to the end, repeated; and what is refused.

import { execFileSync } from "node:child_process";
import { happen, PYTHON, ROOT, WORDS } from "./demo.mjs";
import { checkInBothThemes, status } from "./job.mjs";

const EXCEPTIONS = WORDS.exceptions;
/** A job file of a few megabytes, so that it takes steps. */
const JOB = "import os, sys; from simulator.fcode import build; from simulator.files import plain_png;"
  + "facts = {'TITLE': 'Boat', 'HEAD_TYPE': 'EXTRUDER', 'TIME_COST': '600', 'FILAMENT_USED': '300', 'TRAVEL_DIST': '12000'};"
  + "sys.stdout.buffer.write(build(facts, [plain_png('Boat')], os.urandom(6 << 20)))";

function makeJob() {
  return execFileSync(PYTHON, ["-c", JOB], { cwd: ROOT, maxBuffer: 64 << 20 });
}

/** Drop a file on an element, as a person drags one there. */
async function drop(page, locator, name, content) {
  const data = await page.evaluateHandle(
    async ([called, base64]) => {
      const blob = await (await fetch(`data:;base64,${base64}`)).blob();
      const transfer = new DataTransfer();
      transfer.items.add(new File([blob], called));
      return transfer;
    },
    [name, content.toString("base64")],
  );
  await locator.dispatchEvent("dragover", { dataTransfer: data });
  await locator.dispatchEvent("drop", { dataTransfer: data });
}

/** Keep every step that the card's bar of an upload shows; resolves with what gives them. */
async function watchSteps(card) {
  await card.evaluate((element) => {
    const steps = (window.steps = []);
    new MutationObserver(() => {
      const bar = element.shadowRoot.querySelector("dialog.files [role=progressbar]");
      const step = bar && Number(bar.getAttribute("aria-valuenow"));
      if (step !== null && step !== steps.at(-1)) steps.push(step);
    }).observe(element.shadowRoot, { subtree: true, childList: true, attributes: true });
  });
  return () => card.evaluate(() => window.steps);
}

/** Have the job end and clear it, on the card. */
async function finish(page, card, device) {
  await status(card, "Running");
  await happen(page, device, "finish");
  await status(card, "Completed");
  await card.locator(".command.clear").click();
  await status(card, "Idle");
}

/** Print a file that is dropped on the card, and repeat it. */
export async function printFile(person, device) {
  const { page } = person;
  const card = page.locator("flux3dp-card", { hasText: "FLUX Delta" });
  const dialog = card.locator("dialog.files[open]");
  const content = makeJob();
  await status(card, "Idle");
  const steps = await watchSteps(card);

  await drop(page, card.locator("ha-card"), "boat.fc", content);
  await dialog.getByRole("heading", { name: "Boat" }).waitFor();
  await dialog.getByText("10 min").waitFor();
  const picture = dialog.locator(".large img");
  await picture.waitFor();
  if (!(await picture.evaluate((image) => image.decode().then(() => image.naturalWidth)))) throw new Error("the picture is none");
  const seen = await steps();
  const sorted = [...seen].sort((one, other) => one - other);
  if (seen.length < 2 || String(seen) !== String(sorted)) throw new Error(`steps of the upload: ${seen}`);
  await person.shot("file");
  await checkInBothThemes(page, dialog, "a file");
  await dialog.getByRole("button", { name: "Start", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  await card.locator(".job", { hasText: "Boat" }).waitFor();
  await finish(page, card, device);

  await card.locator(".command.files").click();
  const last = dialog.locator(".entry", { hasText: "Last job" });
  await last.getByText("Boat").waitFor();
  await person.shot("files");
  await checkInBothThemes(page, dialog, "files");
  await last.click();
  await dialog.getByRole("button", { name: "Repeat last job" }).click();
  await dialog.waitFor({ state: "detached" });
  await card.locator(".job", { hasText: "Boat" }).waitFor();
  await finish(page, card, device);
  return content;
}

/** Try to send a damaged file, and one that is there. */
export async function refuseFile(person, content) {
  const { page } = person;
  const card = page.locator("flux3dp-card", { hasText: "FLUX Delta" });
  const dialog = card.locator("dialog.files[open]");
  const damaged = Buffer.from(content);
  damaged[1000] ^= 1;
  await drop(page, card.locator("ha-card"), "damaged.fc", damaged);
  await dialog.getByText(EXCEPTIONS.invalid_script_damaged.message).waitFor();
  await person.shot("file-damaged");
  await dialog.locator("input[type=file]").setInputFiles({ name: "boat.fc", mimeType: "", buffer: content });
  await dialog.getByText("already has a file called boat.fc").waitFor();
  await dialog.getByRole("button", { name: "Replace", exact: true }).click();
  await dialog.getByRole("heading", { name: "Boat" }).waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
}

/** A laser is started only after a warning. */
export async function runFile(person, device) {
  const { page } = person;
  const card = page.locator("flux3dp-card", { hasText: "beamo" });
  const dialog = card.locator("dialog.files[open]");
  await card.getByRole("button", { name: "Run a file" }).click();
  await dialog.getByRole("button", { name: "Memory card" }).click();
  await dialog.locator(".entry", { hasText: "calibration cube" }).click();
  await dialog.getByRole("button", { name: "Start", exact: true }).click();
  await dialog.getByText("stay with the machine until the job has ended").waitFor();
  await person.shot("laser");
  await dialog.getByRole("button", { name: "Start", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  await finish(page, card, device);
}
