// Builds the card: `node card/build.mjs card FILE`, or what tests it: `… tests FILE`, `… page FOLDER`.
// The same sources give the same bytes.
import { copyFileSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const LIMIT = 50_000; // bytes of the card, gzipped
const [what, target] = process.argv.slice(2);
const from = (path) => fileURLToPath(new URL(path, import.meta.url));
const bundle = (entry, outfile, options = {}) =>
  build({
    entryPoints: [from(entry)],
    outfile,
    bundle: true,
    format: "esm",
    target: "es2021",
    charset: "utf8",
    logLevel: "warning",
    ...options,
  });

if (what === "tests") {
  await bundle("test/view.test.ts", target, { platform: "node" });
} else if (what === "page") {
  await bundle("src/index.ts", `${target}/card.js`, { minify: true });
  await bundle("test/page.ts", `${target}/page.js`, { banner: { js: 'import "./card.js";' } });
  copyFileSync(from("test/page.html"), `${target}/page.html`);
} else {
  await bundle("src/index.ts", target, { minify: true });
  const whole = readFileSync(target);
  const size = gzipSync(whole).length;
  console.log(`card: ${whole.length} bytes, ${size} gzipped`);
  if (size > LIMIT) throw new Error(`more than ${LIMIT} bytes gzipped`);
}
