// A person at the pages: clicks, which are counted, and pictures of what is seen. Every wait is for something to be seen.

import { mkdirSync, rmSync } from "node:fs";

/** Milliseconds for any one thing to be seen. A busy machine is slow, and no reason to fail. */
export const PATIENCE = 120_000;

export class Person {
  clicks = 0;
  #pictures = 0;

  constructor(page, folder) {
    this.page = page;
    this.folder = folder;
    page.setDefaultTimeout(PATIENCE);
  }

  static async arrive(browser, folder) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    return new Person(await browser.newPage({ viewport: { width: 1280, height: 900 } }), folder);
  }

  async click(locator) {
    this.clicks++;
    await locator.click();
  }

  /** Go to another page. A dialog that closes goes back in the history: later, that would leave the new page. */
  async goto(url) {
    await this.page.waitForFunction(() => !history.state?.dialog);
    await this.page.goto(url);
  }

  /** The button of this name that opened last. */
  button(name) {
    return this.page.getByRole("button", { name, exact: true }).last();
  }

  /** What says this, where it was written last. */
  text(value) {
    return this.page.getByText(value, { exact: typeof value === "string" }).last();
  }

  async shot(name) {
    const number = String(++this.#pictures).padStart(2, "0");
    await this.page.screenshot({ path: `${this.folder}/${number}-${name}.png`, animations: "disabled" });
  }

  /** Do a part of the walk; say how long it took, or show what was seen when it failed. */
  async part(name, does) {
    const start = performance.now();
    try {
      await does();
    } catch (error) {
      await this.page.screenshot({ path: `${this.folder}/failed.png` }).catch(() => {});
      throw new Error(`${name}: ${error.message}\n(what was seen: ${this.folder}/failed.png)`, { cause: error });
    }
    console.log(`${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s  ${name}`);
  }
}
