// Work on an idle device, filament in a paused job, and the settings: begun, ended and changed here. What the dialog looks like
// is in maintenance-view.ts.

import type { ReactiveController, ReactiveControllerHost, TemplateResult } from "lit";
import { PLATFORM } from "./entities";
import { type Failure, isLost, sentence } from "./errors";
import type { Machine } from "./files";
import { renderMaintenance } from "./maintenance-view";
import type { Setting } from "./settings";
import { degrees, type Work } from "./view";

/** The actions that begin work. */
export const TASKS = ["home", "calibrate", "load_filament", "unload_filament"] as const;
export type Task = (typeof TASKS)[number];
/** Those that heat: they take a temperature, and answer with one. */
export const HEATS: ReadonlySet<Task> = new Set(["load_filament", "unload_filament"] as const);

/** What a task is called. */
export function nameOf(task: Task, { hass }: Machine): string {
  return hass.localize(`component.${PLATFORM}.entity.button.${task}.name`);
}

interface Answer {
  response?: { nozzle_is_hot?: boolean | null; temperature?: number | null };
}

export class MaintenanceDialog implements ReactiveController {
  isOpen = false;
  /** The part of the dialog that is shown; none: what can be done. */
  step?: Task | "settings";
  /** What is entered, in the unit of Home Assistant. */
  temperature?: number;
  /** Whether the filament to be loaded is flexible. */
  flexible = false;
  /** What went wrong with a setting. */
  problem?: string;
  /** Settings that are being typed, or on their way to the device, by entity. */
  readonly entered = new Map<string, string>();
  /** Work that was begun here, and has not ended. */
  begun?: Task;
  /** Whether it is being ended from here. */
  ending = false;
  /** In the pause that the job is in, filament was loaded from here. */
  hasLoaded = false;
  /** The temperature of the filament that was loaded or unloaded last: the next unload, most often, is of the same. */
  private usual?: number;
  private heading?: string;

  constructor(
    private readonly host: ReactiveControllerHost & { renderRoot: ParentNode },
    /** Says on the card what came of work; nothing is left to be said when new work begins. */
    private readonly onEnd: (text?: string) => void,
    private readonly onProblem: (error: unknown) => void,
  ) {
    host.addController(this);
  }

  hostDisconnected(): void {
    this.closed();
  }

  hostUpdated(): void {
    const heading = this.isOpen ? String(this.step) : undefined;
    // Another part of the dialog: a screen reader says which, and no key starts something by mistake.
    if (heading && this.heading && heading !== this.heading) this.host.renderRoot.querySelector<HTMLElement>("#maintenance")?.focus();
    this.heading = heading;
  }

  render(machine: Machine, settings: Setting[]): TemplateResult {
    return renderMaintenance(this, machine, settings);
  }

  open(machine: Machine, settings: Setting[]): void {
    this.isOpen = true;
    this.step = undefined;
    // All that there is for a laser.
    if (machine.laser) this.openSettings(machine, settings);
    this.host.requestUpdate();
  }

  show(step: Task | undefined): void {
    this.step = step;
    this.temperature = this.usual;
    this.flexible = false;
    this.problem = undefined;
    this.host.requestUpdate();
  }

  /** Show the settings, and have them read: another program may have changed them. */
  openSettings({ hass }: Machine, settings: Setting[]): void {
    this.problem = undefined;
    this.step = "settings";
    this.host.requestUpdate();
    const read = hass.callService("homeassistant", "update_entity", { entity_id: settings.map(({ entity }) => entity) }, undefined, false);
    read.catch(() => {}); // They are shown as they were read last.
  }

  async change({ hass, say }: Machine, entity: string, state: string, action: string, data: Record<string, unknown> = {}): Promise<void> {
    this.problem = undefined;
    this.entered.set(entity, state);
    this.host.requestUpdate();
    try {
      await hass.callService(entity.split(".", 1)[0]!, action, { entity_id: entity, ...data }, undefined, false);
    } catch (error) {
      this.problem = await sentence(hass, error, say);
    } finally {
      // What was entered since is on its way.
      if (this.entered.get(entity) === state) this.entered.delete(entity);
      this.host.requestUpdate();
    }
  }

  closed(): void {
    this.isOpen = false;
    this.problem = undefined;
    this.entered.clear();
    this.host.requestUpdate();
  }

  close(): void {
    this.host.renderRoot.querySelector<HTMLDialogElement>("dialog.maintenance")?.close();
    this.closed();
  }

  /** Begin work; with the answer, it has ended. */
  async begin(machine: Machine, task: Task, inJob = false): Promise<void> {
    if (this.begun) return;
    const { hass, device, say } = machine;
    const heats = HEATS.has(task);
    // A paused job has its own.
    const entered = heats && !inJob ? { temperature: this.temperature } : {};
    const data = { device_id: device, ...entered, ...(task === "load_filament" && !inJob && this.flexible ? { flexible: true } : {}) };
    if (heats && !inJob) this.usual = this.temperature;
    this.begun = task;
    this.close();
    this.onEnd();
    try {
      const answer = (await hass.callService(PLATFORM, task, data, undefined, false, heats)) as Answer | undefined;
      this.hasLoaded = inJob;
      const { nozzle_is_hot, temperature } = answer?.response ?? {};
      if (inJob) this.onEnd(say.loaded);
      else if (task === "calibrate") this.onEnd(`${nameOf(task, machine)} · ${say.done}`);
      // One that was not measured is not cold.
      else if (heats && nozzle_is_hot !== false) this.onEnd(temperature ? `${say.nozzle_hot} · ${degrees(hass, temperature)}` : say.nozzle_hot);
    } catch (error) {
      // Who ends it knows. Without a connection, the status says how it goes on.
      const stopped = this.ending && (error as Failure).translation_key === "maintenance_stopped";
      if (!stopped && !isLost(error)) this.onProblem(error);
    } finally {
      this.begun = undefined;
      this.ending = false;
      this.host.requestUpdate();
    }
  }

  /** End the work that the device is seen to do, begun here or elsewhere. */
  async end({ hass, device }: Machine, how: Work["end"]): Promise<void> {
    this.ending = true;
    this.host.requestUpdate();
    try {
      await hass.callService(PLATFORM, how === "done" ? "stop_loading" : "cancel_job", { device_id: device }, undefined, false);
      // Work that was begun here ends it by its answer, which may be on its way.
      if (!this.begun) this.ending = false;
    } catch (error) {
      this.ending = false;
      this.onProblem(error);
    } finally {
      this.host.requestUpdate();
    }
  }
}
