// What the dialog of files looks like, for what files.ts knows.

import { html, nothing, type TemplateResult } from "lit";
import { type Details, type Entry, LAST_JOB, RECENT } from "./device-files";
import type { FilesDialog, Machine } from "./files";
import { icon, type IconName } from "./icons";
import { duration } from "./time";
import { fill } from "./words";

/** The button of the card that opens it. */
export function renderFilesButton(files: FilesDialog, machine: Machine, disabled: boolean): TemplateResult {
  const { laser, say } = machine;
  return html`<button type="button" class="command files" aria-haspopup="dialog" ?disabled=${disabled} @click=${() => files.open(machine)}>
    ${icon(laser ? "laser" : "printer")}<span>${laser ? say.run_file : say.print_file}</span>
  </button>`;
}

export function renderFiles(files: FilesDialog, machine: Machine): TemplateResult {
  const { say } = machine;
  const outside = (event: MouseEvent) => event.target === event.currentTarget && !files.sending && files.close();
  const cancel = (event: Event) => files.sending && event.preventDefault();
  const drop = (event: DragEvent) => {
    event.preventDefault();
    event.stopPropagation();
    files.dragOver(false);
    if (machine.ready && !files.starting) void files.take(event.dataTransfer?.files ?? null);
  };
  const isInside = files.step !== undefined || files.folder.split("/").length > (files.folder.startsWith(RECENT) ? 2 : 1);
  const up = () => (files.step ? files.back() : files.read(files.folder.slice(0, files.folder.lastIndexOf("/"))));
  return html`<dialog class="sheet files" aria-labelledby="files" @close=${() => files.closed()} @cancel=${cancel} @click=${outside} @drop=${drop}>
    <header>
      ${isInside && !files.sending && !files.starting ? action("back", say.back, up) : nothing}
      <h2 id="files" tabindex="-1" autofocus>${title(files, machine)}</h2>
      ${files.sending ? nothing : action("close", say.close, () => files.close())}
    </header>
    ${files.problem ? html`<div class="notice" role="alert"><span>${files.problem}</span></div>` : nothing}
    ${body(files, machine)}
    ${files.isDraggedOver && machine.ready ? html`<div class="drop">${fill(say.drop, { name: machine.name })}</div>` : nothing}
  </dialog>`;
}

export function action(name: IconName, label: string, act: () => void): TemplateResult {
  return html`<button type="button" class="icon ${name}" title=${label} aria-label=${label} @click=${act}>${icon(name)}</button>`;
}

function title(files: FilesDialog, { laser, say }: Machine): string {
  switch (files.step) {
    case "chosen":
      return files.nameOf(files.chosen);
    case "confirm":
      return say.laser_question;
    case "replace":
      return say.replace_question;
    case "upload":
      return say.uploading;
  }
  const isFolder = files.folder.includes("/") && files.folder !== RECENT;
  return isFolder ? files.folder.slice(files.folder.lastIndexOf("/") + 1) : laser ? say.run_file : say.print_file;
}

function body(files: FilesDialog, machine: Machine): TemplateResult {
  switch (files.step) {
    case "chosen":
      return chosen(files, machine);
    case "confirm":
      return confirm(files, machine);
    case "replace":
      return replace(files, machine);
    case "upload":
      return sending(files, machine);
  }
  return list(files, machine);
}

// -- the list

function list(files: FilesDialog, machine: Machine): TemplateResult {
  const { say } = machine;
  const places: [string, string][] = [
    [RECENT, say.recent],
    ["SD", say.memory_card],
    ["USB", "USB"],
  ];
  const isAt = (place: string) => (place === "SD" ? files.folder.startsWith("SD") && files.folder !== RECENT : files.folder.startsWith(place));
  return html`<div class="places">
      ${places.map(
        ([place, name]) =>
          html`<button type="button" aria-pressed=${isAt(place) ? "true" : "false"} @click=${() => files.read(place)}>${name}</button>`,
      )}
    </div>
    <div class="room" aria-busy=${files.reading ? "true" : "false"}>${listed(files, machine)}</div>
    <div class="answers">${again(files, machine)}${machine.ready ? uploads(files, machine) : html`<p>${notReady(machine)}</p>`}</div>`;
}

function listed(files: FilesDialog, { hass, name, say }: Machine): TemplateResult {
  if (!files.entries) {
    if (!files.reading) return html``;
    return html`<p class="empty" role="status"><span class="spinner"></span>${fill(files.slow ? say.files_slow : say.files_loading, { name })}</p>`;
  }
  if (!files.entries.length) {
    const text = { [RECENT]: say.recent_empty, USB: say.usb_empty }[files.folder] ?? say.folder_empty;
    return html`<p class="empty" role="status">${icon("folder")}${fill(text, { name })}</p>`;
  }
  return html`<ul>
    ${files.entries.map((entry) => html`<li>${row(entry, files, (file) => facts(file, hass, say.last_job))}</li>`)}
  </ul>`;
}

function row(entry: Entry, files: FilesDialog, more: (file: Details) => string[]): TemplateResult {
  if (entry.type === "folder") {
    return html`<button type="button" class="entry" @click=${() => files.read(entry.path)}>
      <span class="thumbnail">${icon("folder")}</span><span class="label">${entry.name}</span>
    </button>`;
  }
  const details = files.details.get(entry.path);
  const texts = more(details ?? { path: entry.path });
  const choose = () => files.choose(entry.path);
  return html`<button type="button" class="entry" @click=${choose}>
    <span class="thumbnail ${files.isPending(entry.path) ? "pending" : ""}">${picture(details, "")}</span>
    <span class="label"
      >${files.nameOf(entry.path)}
      ${texts.length || files.isPending(entry.path)
        ? html`<small>${texts.length ? texts.map((text, index) => html`${index ? " · " : ""}<bdi>${text}</bdi>`) : html`&nbsp;`}</small>`
        : nothing}</span
    >
  </button>`;
}

function picture(details: Details | undefined, alt: string): TemplateResult {
  return details?.picture ? html`<img src=${details.picture} alt=${alt} />` : icon("file");
}

/** Time, filament and toolhead of a file, in words. */
function facts(file: Details, hass: Machine["hass"], last?: string): string[] {
  const { language } = hass.locale;
  const toolhead = file.toolhead && hass.localize(`component.flux3dp.entity.sensor.toolhead.state.${file.toolhead}`);
  return [
    file.path === LAST_JOB && last,
    file.duration && duration(file.duration, language),
    file.filament_used && meters(file.filament_used, language),
    toolhead,
  ].filter((text): text is string => Boolean(text));
}

function meters(length: number, language: string): string {
  return new Intl.NumberFormat(language, { style: "unit", unit: "meter", maximumSignificantDigits: 2 }).format(length / 1000);
}

function again(files: FilesDialog, { say }: Machine): TemplateResult | typeof nothing {
  if (!files.problem || files.reading || files.entries) return nothing;
  return html`<button type="button" @click=${() => files.read(files.folder)}>${say.try_again}</button>`;
}

function uploads(files: FilesDialog, { say }: Machine): TemplateResult {
  const chosen = (event: Event) => {
    const input = event.target as HTMLInputElement;
    const taken = files.take(input.files);
    void taken.finally(() => (input.value = "")); // The same file can be chosen again.
  };
  const open = (event: Event) => ((event.currentTarget as HTMLElement).nextElementSibling as HTMLInputElement).click();
  // Phones that know no .fc would offer no file at all.
  return html`<button type="button" @click=${open}>${icon("upload")}${say.upload}</button>
    <input type="file" accept=".fc,application/octet-stream" hidden @change=${chosen} />`;
}

function notReady({ name, say, status }: Machine): string {
  return fill(say.not_ready, { name, status });
}

// -- one file

function chosen(files: FilesDialog, machine: Machine): TemplateResult {
  const { hass, say } = machine;
  const path = files.chosen;
  const details = files.details.get(path);
  const pending = files.isPending(path);
  const { language } = hass.locale;
  const told = hass.localize("component.flux3dp.entity.sensor.toolhead.name");
  const lines: [string, string | undefined][] = details
    ? [
        [say.duration, details.duration ? duration(details.duration, language) : undefined],
        [say.filament, details.filament_used ? meters(details.filament_used, language) : undefined],
        [told, details.toolhead ? hass.localize(`component.flux3dp.entity.sensor.toolhead.state.${details.toolhead}`) : undefined],
      ]
    : [];
  const label = files.starting ? say.starting : path === LAST_JOB ? say.repeat : say.start;
  return html`<div class="room preview">
      <div class="large ${pending ? "pending" : ""}">${picture(details, say.job_picture)}</div>
      <dl>
        ${lines.map(([term, text]) => (text ? html`<div><dt>${term}</dt><dd><bdi>${text}</bdi></dd></div>` : nothing))}
        <div><dt>${say.file}</dt><dd><bdi>${path}</bdi></dd></div>
      </dl>
    </div>
    <div class="answers">
      ${machine.ready || files.starting ? nothing : html`<p role="status">${notReady(machine)}</p>`}
      <button type="button" class="main" ?disabled=${!machine.ready || files.starting || pending} aria-busy=${files.starting ? "true" : "false"} @click=${() => files.start()}>
        ${icon("play")}<span>${label}</span>
      </button>
    </div>`;
}

function confirm(files: FilesDialog, { name, ready, say }: Machine): TemplateResult {
  return html`<div class="room"><p>${fill(say.laser_text, { name, job: files.nameOf(files.chosen) })}</p></div>
    <div class="answers">
      <button type="button" @click=${() => files.choose(files.chosen)}>${say.laser_no}</button>
      <button type="button" class="yes" ?disabled=${!ready} @click=${() => files.start(true)}>${say.start}</button>
    </div>`;
}

// -- an upload

function replace(files: FilesDialog, { name, say }: Machine): TemplateResult {
  return html`<div class="room"><p>${fill(say.replace_text, { name, file: files.file?.name ?? "" })}</p></div>
    <div class="answers">
      <button type="button" @click=${() => files.back()}>${say.replace_no}</button>
      <button type="button" class="yes" @click=${() => files.send(true)}>${say.replace_yes}</button>
    </div>`;
}

function sending(files: FilesDialog, { hass, name, say }: Machine): TemplateResult {
  const percent = Math.floor(files.share * 100);
  const text = new Intl.NumberFormat(hass.locale.language, { style: "percent" }).format(percent / 100);
  const label = fill(say.upload_to, { file: files.file?.name ?? "", name });
  return html`<div class="room">
      <p>${label}</p>
      <div class="progress">
        <div class="bar" role="progressbar" aria-label=${label} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${percent} aria-valuetext=${text}>
          <div style="inline-size: ${percent}%"></div>
        </div>
        <span class="percent">${text}</span>
      </div>
    </div>
    <div class="answers"><button type="button" @click=${() => files.cancelUpload()}>${say.upload_cancel}</button></div>`;
}
