// The dialog of a device's files: choose one and start it, or send one there. What it looks like is in files-view.ts.

import type { ReactiveController, ReactiveControllerHost, TemplateResult } from "lit";
import { type Details, type Entry, LAST_JOB, readFolder, RECENT, refusal, type Upload, upload } from "./device-files";
import { type Failure, sentence } from "./errors";
import { renderFiles } from "./files-view";
import type { Hass } from "./hass";
import { fill, type Words } from "./words";

/** Milliseconds after which a device is called slow. */
const SLOW = 4_000;

/** What the card knows of its device. */
export interface Machine {
  hass: Hass;
  device: string;
  name: string;
  laser: boolean;
  /** What it does now, in words. */
  status: string;
  /** Whether it can take and start files. */
  ready: boolean;
  say: Words;
}

/** What is shown beside the list: one of these, or none. */
export type Step = "chosen" | "confirm" | "replace" | "upload";

export class FilesDialog implements ReactiveController {
  isOpen = false;
  /** The storage, or folder, whose files are shown. */
  folder = RECENT;
  entries?: Entry[];
  readonly details = new Map<string, Details>();
  reading = false;
  slow = false;
  step?: Step;
  /** The path of the file that was chosen. */
  chosen = "";
  /** What is sent, or would be. */
  file?: File;
  /** 0 to 1 of the way. */
  share = 0;
  starting = false;
  /** What went wrong. */
  problem?: string;
  /** A file is dragged over the card or the dialog. */
  isDraggedOver = false;
  private dragEnd?: ReturnType<typeof setTimeout>;
  private machine!: Machine;
  private reader?: AbortController;
  private running?: Upload;
  private heading?: string;

  constructor(
    private readonly host: ReactiveControllerHost & { renderRoot: ParentNode },
    /** Shows what went wrong after the dialog was closed. */
    private readonly onProblem: (text: string) => void,
  ) {
    host.addController(this);
  }

  hostDisconnected(): void {
    this.close();
  }

  hostUpdated(): void {
    const heading = this.isOpen ? `${this.step} ${this.folder}` : undefined;
    // Another part of the dialog: a screen reader says which, and no key starts something by mistake.
    if (heading && this.heading && heading !== this.heading) this.host.renderRoot.querySelector<HTMLElement>("#files")?.focus();
    this.heading = heading;
  }

  render(machine: Machine): TemplateResult {
    this.machine = machine;
    return renderFiles(this, machine);
  }

  async open(machine: Machine, folder = RECENT): Promise<void> {
    this.machine = machine;
    this.isOpen = true;
    this.back();
    this.details.clear();
    await this.read(folder);
    // A device that has not run a job yet.
    if (this.folder === RECENT && this.entries?.length === 0) await this.read("SD");
  }

  /** Take what is dragged here. No event says reliably that the drag has left: the hint goes when no more of them come. */
  readonly hover = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    clearTimeout(this.dragEnd);
    this.dragEnd = setTimeout(() => this.dragOver(false), 500);
    if (!this.isDraggedOver) this.dragOver(true);
  };

  dragOver(is: boolean): void {
    this.isDraggedOver = is;
    this.host.requestUpdate();
  }

  /** The dialog is closed: what is read or sent for it ends. */
  closed(): void {
    this.isOpen = false;
    this.reader?.abort();
    this.running?.cancel();
    this.host.requestUpdate();
  }

  close(): void {
    const dialog = this.host.renderRoot.querySelector<HTMLDialogElement>("dialog.files");
    if (dialog?.open) dialog.close();
    if (this.isOpen) this.closed();
  }

  back(): void {
    this.step = undefined;
    this.problem = undefined;
    this.file = undefined;
    this.host.requestUpdate();
  }

  choose(path: string): void {
    this.back();
    this.chosen = path;
    this.step = "chosen";
  }

  async read(folder: string): Promise<void> {
    this.reader?.abort();
    const reader = (this.reader = new AbortController());
    if (folder !== this.folder) this.entries = undefined;
    this.folder = folder;
    this.problem = undefined;
    this.reading = true;
    this.slow = false;
    const slow = setTimeout(() => {
      this.slow = true;
      this.host.requestUpdate();
    }, SLOW);
    this.host.requestUpdate();
    const { hass, device } = this.machine;
    try {
      await readFolder(
        hass,
        device,
        folder,
        (entries) => {
          clearTimeout(slow);
          this.slow = false;
          this.entries = sorted(entries, hass.locale.language);
          this.host.requestUpdate();
        },
        (details) => {
          this.details.set(details.path, details);
          this.host.requestUpdate();
        },
        reader.signal,
      );
    } catch (error) {
      if (reader.signal.aborted) return;
      // Neither folder is there before there is something in it.
      const empty = [RECENT, "USB"].includes(folder) && (error as Failure).translation_key === "refused_not_exist";
      if (empty) this.entries = [];
      else await this.fail(error);
    } finally {
      clearTimeout(slow);
      if (this.reader === reader) {
        this.reading = this.slow = false;
        this.host.requestUpdate();
      }
    }
  }

  /** What a file says of itself is on its way. */
  isPending(path: string): boolean {
    return this.reading && !this.details.has(path);
  }

  nameOf(path: string): string {
    return this.details.get(path)?.name ?? path.slice(path.lastIndexOf("/") + 1).replace(/\.fc$/i, "");
  }

  get needsConfirmation(): boolean {
    return this.machine.laser || this.details.get(this.chosen)?.toolhead === "laser";
  }

  /** Start the file that was chosen. A laser is asked about first. */
  async start(confirmed = false): Promise<void> {
    if (this.needsConfirmation && !confirmed) {
      this.step = "confirm";
      this.host.requestUpdate();
      return;
    }
    const { hass, device, say } = this.machine;
    const path = this.chosen;
    const data = { device_id: device, ...(confirmed ? { confirm: true } : {}) };
    this.step = "chosen";
    this.problem = undefined;
    this.starting = true;
    this.host.requestUpdate();
    try {
      if (path === LAST_JOB) await hass.callService("flux3dp", "repeat_last_job", data, undefined, false);
      else await hass.callService("flux3dp", "start_job", { ...data, path }, undefined, false);
      this.close();
    } catch (error) {
      if (!confirmed && (error as Failure).translation_key === "laser_not_confirmed") this.step = "confirm";
      else if (this.isOpen) await this.fail(error);
      else this.onProblem(await sentence(hass, error, say));
    } finally {
      this.starting = false;
      this.host.requestUpdate();
    }
  }

  /** Take what was dropped or chosen, and send it to the folder that is shown, or to the card. */
  async take(files: FileList | null): Promise<void> {
    const [file, another] = files ?? [];
    if (!file || this.running) return;
    const { say } = this.machine;
    this.back();
    if (another) return this.refuse(say.one_file);
    const refused = refusal(file);
    if (refused) return this.fail(refused);
    if (!this.folder.startsWith("SD") || this.folder.startsWith(RECENT)) await this.read("SD");
    if (!this.entries || this.problem) return;
    this.file = file;
    if (this.entries.some(({ name }) => name === file.name)) this.replaces();
    else await this.send(false);
  }

  /** Ask whether the file may replace the one of its name. */
  private replaces(): void {
    const { hass, name, say } = this.machine;
    if (hass.user && !hass.user.is_admin) return this.refuse(fill(say.replace_admin, { file: this.file?.name ?? "", name }));
    this.step = "replace";
    this.host.requestUpdate();
  }

  async send(overwrite: boolean): Promise<void> {
    const { file } = this;
    if (!file) return;
    const { hass, device } = this.machine;
    const path = `${this.folder}/${file.name}`;
    this.step = "upload";
    this.share = 0;
    this.host.requestUpdate();
    try {
      this.running = upload(hass, device, path, file, overwrite, (share) => {
        this.share = share;
        this.host.requestUpdate();
      });
      await this.running.done;
      this.details.delete(path);
      this.choose(path);
      void this.read(this.folder);
    } catch (error) {
      this.step = undefined;
      if (error === undefined) this.back();
      else if ((error as Failure).translation_key === "invalid_exists") this.replaces();
      else await this.fail(error);
    } finally {
      this.running = undefined;
    }
  }

  cancelUpload(): void {
    this.running?.cancel();
  }

  get sending(): boolean {
    return this.step === "upload";
  }

  /** For drops that it cannot take now. */
  refuse(text: string): void {
    this.problem = text;
    this.host.requestUpdate();
  }

  private async fail(error: unknown): Promise<void> {
    this.refuse(await sentence(this.machine.hass, error, this.machine.say));
  }
}

/** Folders first; the last jobs in their order, which `recent-10` would break. */
function sorted(entries: Entry[], language: string): Entry[] {
  const order = new Intl.Collator(language, { numeric: true });
  // Recent jobs have a place of their own.
  const shown = entries.filter(({ path }) => path !== RECENT);
  return shown.sort((one, other) => Number(one.type === "file") - Number(other.type === "file") || order.compare(one.name, other.name));
}
