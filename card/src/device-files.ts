// Asks Home Assistant what is on a device, and sends files there: streams of lines of JSON (views.py).

import { PLATFORM } from "./entities";
import { type Failure, ours } from "./errors";
import type { Hass } from "./hass";

/** Bytes of the largest file a device takes. */
const MAX_SIZE = 2 ** 30;
/** Where a device keeps the jobs it started, the last one first. */
export const RECENT = "SD/Recent";
export const LAST_JOB = `${RECENT}/recent-1.fc`;

export interface Entry {
  name: string;
  path: string;
  type: "folder" | "file";
}

/** What a job file says of itself; only its path if the device cannot describe it. */
export interface Details {
  path: string;
  name?: string;
  toolhead?: string | null;
  /** Seconds. */
  duration?: number | null;
  /** Millimeters. */
  filament_used?: number | null;
  /** A data URL. */
  picture?: string;
}

interface Line extends Details, Failure {
  entries?: Entry[];
  error?: string;
  sent?: number;
}

function urlOf(hass: Hass, device: string, what: string, path: string): string {
  const uuid = hass.devices[device]?.identifiers?.find(([domain]) => domain === PLATFORM)?.[1] ?? "";
  return `/api/${PLATFORM}/${what}/${uuid}/${path.split("/").map(encodeURIComponent).join("/")}`;
}

/** A line, or the Failure that it reports, thrown. */
function parse(text: string): Line {
  const line = JSON.parse(text) as Line;
  if (line.error === undefined) return line;
  throw { ...line, message: line.error, translation_domain: PLATFORM } satisfies Failure;
}

/** What an answer without lines means. */
function unexpected(status: number): Failure {
  if (status === 401) return { code: "unauthorized" };
  return status === 404 ? ours("media_device_unknown") : { message: `HTTP ${status}` };
}

/**
 * Read a folder: call `onEntries` with what is in it, then `onDetails` for each of its files. Throws a Failure. Aborts with
 * the signal.
 */
export async function readFolder(
  hass: Hass,
  device: string,
  path: string,
  onEntries: (entries: Entry[]) => void,
  onDetails: (details: Details) => void,
  signal: AbortSignal,
): Promise<void> {
  const known = new Set<string>();
  let missing = true;
  // Files that were not read in a moment are left out: another program may want the device meanwhile.
  while (missing) {
    const before = known.size;
    let files: Entry[] = [];
    const response = await hass.fetchWithAuth(urlOf(hass, device, "folder", path), { signal });
    if (!response.ok || !response.body) throw unexpected(response.status);
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    let rest = "";
    for (let done = false; !done; ) {
      const read = await reader.read();
      done = read.done;
      const lines = (rest + decoder.decode(read.value, { stream: !done })).split("\n");
      rest = lines.pop() ?? "";
      for (const text of lines) {
        const line = parse(text);
        if (line.entries) {
          files = line.entries.filter(({ type }) => type === "file");
          onEntries(line.entries);
        } else if (!known.has(line.path)) {
          known.add(line.path);
          onDetails(line);
        }
      }
    }
    missing = files.some((file) => !known.has(file.path)) && known.size > before;
  }
}

/** What can be said against a file before it is sent. */
export function refusal(file: File): Failure | undefined {
  if (!file.name.toLowerCase().endsWith(".fc")) return ours("invalid_not_a_job");
  return file.size > MAX_SIZE ? ours("invalid_too_large") : undefined;
}

export interface Upload {
  /** Resolves with the path on the device; rejects with a Failure, or undefined once it was canceled. */
  done: Promise<string>;
  cancel(): void;
}

/** Send a file to the device. `onShare` is called with the part of the way that is done, 0 to 1. */
export function upload(
  hass: Hass,
  device: string,
  path: string,
  file: File,
  overwrite: boolean,
  onShare: (share: number) => void,
): Upload {
  // `fetch` does not say how much it has sent.
  const request = new XMLHttpRequest();
  let canceled = false;
  let received = 0;
  let sent = 0;
  // Each byte goes twice: to Home Assistant, which checks it, and to the device.
  const share = () => onShare(file.size ? (received + sent) / (2 * file.size) : 0);
  const last = () => request.responseText.slice(0, request.responseText.lastIndexOf("\n")).split("\n").at(-1) ?? "";

  const done = new Promise<string>((resolve, reject) => {
    request.upload.onprogress = (event) => {
      received = Math.min(event.loaded, file.size);
      share();
    };
    request.onprogress = () => {
      try {
        sent = parse(last()).sent ?? sent;
      } catch {
        return; // The end says it too.
      }
      received = file.size;
      share();
    };
    request.onload = () => {
      try {
        if (request.status !== 200) throw unexpected(request.status);
        const line = last() && parse(last());
        if (!line || !line.path) throw new TypeError("no end");
        resolve(line.path);
      } catch (error) {
        reject(error);
      }
    };
    request.onerror = () => reject(new TypeError("no connection"));
    request.onabort = () => reject(undefined);
    const begin = async () => {
      if (hass.auth.expired) await hass.auth.refreshAccessToken();
      if (canceled) return reject(undefined);
      request.open("POST", hass.hassUrl(urlOf(hass, device, "upload", path) + (overwrite ? "?overwrite=true" : "")));
      request.setRequestHeader("Authorization", `Bearer ${hass.auth.accessToken}`);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.send(file);
    };
    begin().catch(reject);
  });
  return {
    done,
    cancel() {
      canceled = true;
      request.abort();
    },
  };
}
