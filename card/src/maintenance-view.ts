// What work looks like on the card, and the dialog to begin it and to change settings, for what maintenance.ts knows.

import { html, nothing, type TemplateResult } from "lit";
import type { Machine } from "./files";
import { action } from "./files-view";
import { icon, type IconName } from "./icons";
import { HEATS, type MaintenanceDialog, nameOf, type Task, TASKS } from "./maintenance";
import { type Change, renderSettings, type Setting } from "./settings";
import type { Work } from "./view";
import { fill, type Words } from "./words";

const ABOUT: Record<Task, [icon: IconName, text: keyof Words]> = {
  home: ["home", "home_text"],
  calibrate: ["level", "calibrate_text"],
  load_filament: ["load", "load_text"],
  unload_filament: ["unload", "unload_text"],
};
/** What most filament takes, and the least it moves at, in the unit of Home Assistant. */
const USUAL: Record<string, number> = { "°C": 210, "°F": 410 };
const LEAST: Record<string, number> = { "°C": 170, "°F": 338 };

// -- on the card

/** What is done now; undefined: it was only just begun. */
export function renderWork(work: Work | undefined, say: Words): TemplateResult {
  return html`<div class="work">
    <span class="spinner"></span>
    <div>
      <div class="what">${work?.text ?? say.starting}</div>
      ${work?.hint ? html`<div>${work.hint}</div>` : nothing}
    </div>
  </div>`;
}

/** The button that ends it: one of the card's, or a round one. */
export function renderEnd(dialog: MaintenanceDialog, machine: Machine, work: Work, mayControl: boolean, look: "command" | "round"): TemplateResult {
  const isDone = work.end === "done";
  const text = isDone ? machine.say.done : machine.say.stop;
  return html`<button
    type="button"
    class="${look} ${isDone ? "leads" : "cancel"} end"
    title=${look === "round" ? text : ""}
    aria-label=${text}
    ?disabled=${!mayControl || dialog.ending}
    aria-busy=${dialog.ending ? "true" : "false"}
    @click=${() => dialog.end(machine, work.end)}
  >
    ${icon(isDone ? "check" : "stop")}${look === "round" ? nothing : html`<span>${text}</span>`}
  </button>`;
}

export function renderTools(dialog: MaintenanceDialog, machine: Machine, settings: Setting[], disabled: boolean): TemplateResult {
  const { laser, say } = machine;
  return html`<button type="button" class="command tools" aria-haspopup="dialog" ?disabled=${disabled} @click=${() => dialog.open(machine, settings)}>
    ${icon(laser ? "settings" : "wrench")}<span>${laser ? say.settings : say.maintenance}</span>
  </button>`;
}

/** Load filament in a paused job. */
export function renderLoad(dialog: MaintenanceDialog, machine: Machine, disabled: boolean): TemplateResult {
  const begin = () => dialog.begin(machine, "load_filament", true);
  return html`<button type="button" class="command load${dialog.hasLoaded ? "" : " leads"}" ?disabled=${disabled} @click=${begin}>
    ${icon("load")}<span>${nameOf("load_filament", machine)}</span>
  </button>`;
}

// -- the dialog

export function renderMaintenance(dialog: MaintenanceDialog, machine: Machine, settings: Setting[]): TemplateResult {
  const { laser, ready, say } = machine;
  const { step } = dialog;
  const outside = (event: MouseEvent) => event.target === event.currentTarget && dialog.close();
  const title = step === "settings" ? say.settings : step ? nameOf(step, machine) : say.maintenance;
  return html`<dialog class="sheet maintenance" aria-labelledby="maintenance" @close=${() => dialog.closed()} @click=${outside}>
    <header>
      ${step && !laser ? action("back", say.back, () => dialog.show(undefined)) : nothing}
      <h2 id="maintenance" tabindex="-1" autofocus>${title}</h2>
      ${action("close", say.close, () => dialog.close())}
    </header>
    ${dialog.problem ? html`<div class="notice" role="alert"><span>${dialog.problem}</span></div>` : nothing}
    ${ready ? nothing : html`<div class="notice" role="status"><span>${fill(say.not_ready, { name: machine.name, status: machine.status })}</span></div>`}
    ${step === "settings" ? changes(dialog, machine, settings) : step ? confirm(dialog, machine, step) : list(dialog, machine, settings)}
  </dialog>`;
}

function list(dialog: MaintenanceDialog, machine: Machine, settings: Setting[]): TemplateResult {
  const { ready, say } = machine;
  // To go home costs nothing: it is not asked about.
  const choose = (task: Task) => (task === "home" ? dialog.begin(machine, task) : dialog.show(task));
  const row = (picture: IconName, name: string, text: string | undefined, act: () => unknown) =>
    html`<li>
      <button type="button" class="entry" ?disabled=${!ready} @click=${act}>
        <span class="tool">${icon(picture)}</span><span class="label">${name}${text ? html`<small>${text}</small>` : nothing}</span>
      </button>
    </li>`;
  return html`<div class="room">
    <ul>
      ${TASKS.map((task) => row(ABOUT[task][0], nameOf(task, machine), say[ABOUT[task][1]], () => choose(task)))}
      ${settings.length ? row("settings", say.settings, undefined, () => dialog.openSettings(machine, settings)) : nothing}
    </ul>
  </div>`;
}

function confirm(dialog: MaintenanceDialog, machine: Machine, task: Task): TemplateResult {
  const { hass, ready, say } = machine;
  const unit = hass.config.unit_system.temperature;
  const heats = HEATS.has(task);
  if (heats) dialog.temperature ??= USUAL[unit];
  const begin = (event: Event) => {
    event.preventDefault();
    void dialog.begin(machine, task);
  };
  const enter = (event: Event) => {
    const { value } = event.target as HTMLInputElement;
    // What is empty while it is typed stays so when the card is drawn anew.
    if (value) dialog.temperature = Number(value);
  };
  const bend = (event: Event) => (dialog.flexible = (event.target as HTMLInputElement).checked);
  return html`<form @submit=${begin}>
    <div class="room">
      <p>${heats ? say.heat_ask : say.calibrate_ask}</p>
      ${heats
        ? html`<label class="setting">
            <span>${hass.localize("component.flux3dp.entity.sensor.nozzle_temperature.name")}</span>
            <span class="number">
              <input type="number" inputmode="numeric" required min=${LEAST[unit] ?? 0} .value=${String(dialog.temperature)} @input=${enter} /><span>${unit}</span>
            </span>
          </label>`
        : nothing}
      ${task === "load_filament"
        ? html`<label class="setting"><span>${say.flexible}</span><input type="checkbox" role="switch" .checked=${dialog.flexible} @change=${bend} /></label>`
        : nothing}
    </div>
    <div class="answers"><button type="submit" class="main" ?disabled=${!ready}>${icon(ABOUT[task][0])}<span>${nameOf(task, machine)}</span></button></div>
  </form>`;
}

function changes(dialog: MaintenanceDialog, machine: Machine, settings: Setting[]): TemplateResult {
  const change: Change = (...changed) => dialog.change(machine, ...changed);
  return html`<div class="room">${renderSettings(machine.hass, settings, dialog.entered, !machine.ready, change)}</div>`;
}
