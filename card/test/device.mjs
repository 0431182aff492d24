// The files of a device for the page of tests, as the integration's views answer for them.

const PICTURE = "data:image/svg+xml;base64," + Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 48"><rect width="64" height="48" fill="#345"/><path d="M32 8l16 30H16z" fill="#fc6"/></svg>',
).toString("base64");
const job = (name, duration, more = {}) => ({ name, duration, filament_used: duration / 2, toolhead: "extruder", picture: PICTURE, ...more });
const FILES = {
  "SD/Recent": { "recent-1.fc": job("Calibration cube", 180), "recent-2.fc": job("Löffel", 7500), "recent-10.fc": job("Vase", 36000) },
  SD: {
    Küche: null,
    "cube.fc": job("Calibration cube", 180),
    "a name that is longer than any dialog is wide, whatever one does with it.fc": job("a name that is longer than any dialog is wide, whatever one does with it", 86400),
    "coaster.fc": job("Coaster", 600, { toolhead: "laser", filament_used: null }),
    "plain.fc": job("plain", null, { toolhead: null, filament_used: null, picture: undefined }),
    "broken.fc": {},
  },
  "SD/Küche": { "spoon.fc": job("Spoon", 1800) },
};

export const device = {
  /** Start anew. */
  reset() {
    Object.assign(device, { files: structuredClone(FILES), error: undefined, details: true, held: undefined, uploads: [], reads: [] });
  },
};
device.reset();

/** What a view answers when it fails. */
const failure = (translation_key, values = {}) => ({ error: `in the words of the server: ${translation_key}`, translation_key, translation_placeholders: values });

/** Answer a request for a view of ours; false for all others. */
export async function answer(request, response) {
  const [, api, domain, view, , ...parts] = request.url.split("?")[0].split("/");
  if (api !== "api" || domain !== "flux3dp") return false;
  const path = parts.map(decodeURIComponent).join("/");
  response.setHeader("Content-Type", "application/x-ndjson");
  const say = (line) => response.write(`${JSON.stringify(line)}\n`);
  if (view === "upload") await takeUpload(request, path, say);
  else await sayFolder(path, say);
  response.end();
  return true;
}

async function sayFolder(path, say) {
  device.reads.push(path);
  if (device.error) return say(failure(device.error, { name: "Delta" }));
  if (device.held === "folder") return new Promise(() => {});
  const folder = device.files[path];
  if (!folder) return say(failure("refused_not_exist", { name: "Delta" }));
  const entries = Object.entries(folder);
  say({ entries: entries.map(([name, file]) => ({ name, path: `${path}/${name}`, type: file ? "file" : "folder" })) });
  for (const [index, [name, file]] of entries.entries()) {
    if (device.held === "details" && index > 1) return new Promise(() => {});
    if (file) say({ path: `${path}/${name}`, ...file });
  }
}

async function takeUpload(request, path, say) {
  const overwrite = request.url.endsWith("?overwrite=true");
  const upload = { path, overwrite, size: 0, aborted: false };
  device.uploads.push(upload);
  request.on("close", () => (upload.aborted = !request.complete));
  for await (const block of request) upload.size += block.length;
  if (device.error) return say(failure(device.error));
  const [, folder, name] = path.match(/^(.*)\/(.*)$/);
  if (name in device.files[folder] && !overwrite) return say(failure("invalid_exists"));
  say({ sent: Math.floor(upload.size / 3), size: upload.size });
  if (device.held === "upload") await new Promise((resolve) => request.socket.on("close", resolve));
  if (request.socket.destroyed) return (upload.aborted = true);
  device.files[folder][name] = job(name.replace(/\.fc$/, ""), 600);
  say({ path });
}
