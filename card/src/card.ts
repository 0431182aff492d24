// The card: what `view` decided, as elements of a page, and what a person does with them.

import { html, LitElement, nothing, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import { type CardConfig, checked, form, stub } from "./config";
import { dialogStyles } from "./dialog-styles";
import { entitiesOf, type Entities, PLATFORM } from "./entities";
import { isRefused, sentence } from "./errors";
import { FilesDialog, type Machine } from "./files";
import { renderFilesButton } from "./files-view";
import type { EntityState, Hass } from "./hass";
import { icon, type IconName } from "./icons";
import { LivePicture } from "./live";
import { MaintenanceDialog } from "./maintenance";
import { renderEnd, renderLoad, renderTools, renderWork } from "./maintenance-view";
import { AROUND_WORK, Notice } from "./notice";
import { type Question, renderQuestion } from "./question";
import { type Setting, settingsOf } from "./settings";
import { styles } from "./styles";
import { type Button, differs, nameOf, type Power, view, type View } from "./view";
import { fill, type Words, words } from "./words";

export class FluxCard extends LitElement {
  static override styles = [styles, dialogStyles];
  static getConfigForm = form;
  static getStubConfig = stub;

  private config?: CardConfig;
  private house?: Hass;
  private entities: Entities = {};
  private watched: string[] = [];
  private readonly live = new LivePicture(this);
  private question?: Question;
  private readonly notice = new Notice(this);
  private mayControl = true;
  private pending?: string;
  private showJobPicture = false;
  private readonly files = new FilesDialog(this, (text) => this.report(text));
  private readonly maintenance = new MaintenanceDialog(
    this,
    // A job that has its filament waits to be resumed, however long.
    (text) => this.report(text, AROUND_WORK, !this.maintenance.hasLoaded),
    (error) => this.fail(error, AROUND_WORK),
  );

  setConfig(config: CardConfig): void {
    this.config = checked(config);
    this.notice.drop();
    this.mayControl = true;
    this.find();
    this.requestUpdate();
  }

  /** Home Assistant sets this for every state change of the house. */
  set hass(hass: Hass) {
    const before = this.house;
    this.house = hass;
    if (!before || before.entities !== hass.entities) this.find();
    else if (!differs(before, hass, this.watched, this.config?.device_id)) return;
    this.notice.follow(this.status?.state, this.status?.attributes["task"], !this.mayControl);
    if (this.status?.state !== "paused") this.maintenance.hasLoaded = false;
    this.requestUpdate();
  }

  /** Something was begun here, and has not ended. */
  private get isBusy(): boolean {
    return this.pending !== undefined || this.maintenance.begun !== undefined;
  }

  private get status(): EntityState | undefined {
    return this.house?.states[this.entities["sensor.status"] ?? ""];
  }

  getCardSize(): number {
    return this.config?.layout === "compact" ? 1 : this.config?.hide?.includes("picture") ? 4 : 8;
  }

  getGridOptions(): object {
    return this.config?.layout === "compact"
      ? { columns: 12, rows: 1, min_columns: 6, min_rows: 1 }
      : { columns: 12, rows: "auto", min_columns: 6 };
  }

  protected override updated(): void {
    for (const dialog of this.renderRoot.querySelectorAll("dialog")) if (!dialog.open) dialog.showModal();
  }

  private find(): void {
    if (!this.house || !this.config) return;
    this.entities = entitiesOf(this.house, this.config.device_id);
    const chosen = [this.config.camera, this.config.power, this.config.power_sensor];
    this.watched = [...Object.values(this.entities), ...chosen.filter((id): id is string => Boolean(id))];
  }

  protected override render(): unknown {
    const { house, config } = this;
    if (!house || !config) return nothing;
    const say = words(house.locale.language);
    const shown = view(house, config, this.entities, say, new Date());
    const compact = config.layout === "compact";
    const machine = this.machineOf(house, shown, say);
    const settings = settingsOf(house, this.entities);
    const drop = (event: DragEvent) => this.drop(event, machine);
    return html`<ha-card class=${compact ? "compact" : "full"} data-tone=${shown.tone} @dragover=${this.files.hover} @drop=${drop}>
      ${compact ? this.renderRow(shown, say, machine) : this.renderFull(shown, say, machine, settings)}
      ${this.files.isDraggedOver && !this.files.isOpen ? html`<div class="drop">${fill(say.drop, { name: shown.name })}</div>` : nothing}
      ${this.files.isOpen ? this.files.render(machine) : nothing}
      ${this.maintenance.isOpen ? this.maintenance.render(machine, settings) : nothing}
      ${this.question ? renderQuestion(this.question, this.answered(this.question)) : nothing}
    </ha-card>`;
  }

  private renderRow(shown: View, say: Words, machine: Machine): TemplateResult {
    return html`<div class="head">
        ${this.renderTitle(shown, shown.row, shown.active && !shown.work ? shown.progress?.text : undefined)}${shown.work
          ? renderEnd(this.maintenance, machine, shown.work, this.mayControl, "round")
          : nothing}${this.renderShield(shown, say)}${this.renderPower(shown, say)}
      </div>
      ${shown.active ? this.renderBar(shown, say) : nothing}`;
  }

  private machineOf(hass: Hass, { name, laser, status, takesFiles }: View, say: Words): Machine {
    return { hass, device: this.config?.device_id ?? "", name, laser, status, ready: takesFiles && this.mayControl, say };
  }

  private renderFull(shown: View, say: Words, machine: Machine, settings: Setting[]): TemplateResult {
    const state = shown.detail ? `${shown.status} · ${shown.detail}` : shown.status;
    const { problem, work } = shown;
    const begins = this.maintenance.begun !== undefined && !work;
    return html`<div class="head">${this.renderTitle(shown, state)}${this.renderShield(shown, say)}${this.renderPower(shown, say)}</div>
      ${problem
        ? html`<div class="problem">
            ${icon("alert")}
            <div>
              <div class="what">${problem.text}</div>
              ${problem.advice ? html`<div>${problem.advice}</div>` : nothing}
            </div>
          </div>`
        : nothing}
      <div class="body">
        ${this.renderPicture(shown, say)}
        <div class="details">
          ${shown.job ? html`<div class="job">${shown.job}</div>` : nothing}
          ${shown.progress
            ? html`<div class="progress">
                ${this.renderBar(shown, say)}<span class="percent">${shown.progress.text}</span>
              </div>`
            : nothing}
          ${shown.times.length
            ? html`<div class="times">${shown.times.map((text) => html`<span>${text}</span>`)}</div>`
            : nothing}
          ${shown.facts.length
            ? html`<div class="facts">
                ${shown.facts.map(
                  (fact) =>
                    html`<button type="button" title=${fact.label} aria-label=${fact.label} @click=${() => this.more(fact.entity)}>
                      ${icon(fact.icon)}<span>${fact.text}</span>
                    </button>`,
                )}
              </div>`
            : nothing}
          ${work || begins ? renderWork(work, say) : nothing}
          ${shown.buttons.length || shown.loads || shown.offersFiles || shown.offersMaintenance || work
            ? html`<div class="buttons">
                ${work ? renderEnd(this.maintenance, machine, work, this.mayControl, "command") : nothing}
                ${shown.loads ? renderLoad(this.maintenance, machine, !this.mayControl || this.isBusy) : nothing}
                ${shown.buttons.map((button) => this.renderButton(button, shown, say))}
                ${shown.offersFiles ? renderFilesButton(this.files, machine, !machine.ready || this.isBusy) : nothing}
                ${shown.offersMaintenance ? renderTools(this.maintenance, machine, settings, !machine.ready || this.isBusy) : nothing}
              </div>`
            : nothing}
          ${this.renderNotice(shown, say)}
        </div>
      </div>`;
  }

  private renderTitle(shown: View, state: string, percent?: string): TemplateResult {
    const { statusEntity } = shown;
    return html`<button
        type="button"
        class="title"
        ?disabled=${!statusEntity}
        @click=${() => statusEntity && this.more(statusEntity)}
      >
        <span class="badge">${icon(shown.icon)}</span>
        <span class="words">
          <span class="name">${shown.name}</span>
          ${percent ? html`<span class="percent">${percent}</span>` : nothing}
          <span class="state">${state}</span>
        </span>
      </button>
      <span class="spoken" role="status">${[shown.status, shown.work?.spoken, shown.problem?.text].filter(Boolean).join(". ")}</span>`;
  }

  private renderBar(shown: View, say: Words): TemplateResult | typeof nothing {
    if (!shown.progress) return nothing;
    const { percent, text } = shown.progress;
    return html`<div
      class="bar"
      role="progressbar"
      aria-label=${say.progress}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${percent}
      aria-valuetext=${text}
    >
      <div style="inline-size: ${percent}%"></div>
    </div>`;
  }

  private renderPicture(shown: View, say: Words): TemplateResult | typeof nothing {
    const { house } = this;
    const { camera, picture } = shown;
    if (!house || (!camera && !picture)) return nothing;
    const both = camera !== undefined && picture !== undefined;
    if (camera === undefined || (both && this.showJobPicture)) {
      return html`<div class="picture">
        <img class="shown" src=${house.hassUrl(picture)} alt=${say.job_picture} />
        ${both ? this.renderSwap("camera", say.show_camera) : nothing}
      </div>`;
    }
    const state = house.states[camera];
    const streaming = state?.attributes["streaming"] === true || state?.state === "streaming";
    this.live.show(camera, streaming, () => this.streamOf(camera));
    return html`<div class="picture">
      ${this.live.shown ? nothing : html`<span class="waiting" title=${say.waiting_for_picture}>${icon("noVideo")}</span>`}
      <button type="button" class="look" @click=${() => this.more(camera)} aria-label=${fill(say.live_picture, { name: shown.name })}>
        <img class=${this.live.shown ? "shown" : ""} alt="" ${ref(this.live.attach)} />
      </button>
      ${both ? this.renderSwap("image", say.show_job_picture) : nothing}
    </div>`;
  }

  private renderSwap(name: IconName, label: string): TemplateResult {
    const swap = () => {
      this.showJobPicture = !this.showJobPicture;
      this.requestUpdate();
    };
    return html`<button type="button" class="swap" title=${label} aria-label=${label} @click=${swap}>${icon(name)}</button>`;
  }

  private renderButton(button: Button, shown: View, say: Words): TemplateResult {
    const { command, entity, text } = button;
    const press = () => (command === "free" ? this.run(entity, PLATFORM, "free_device") : this.run(entity, "button", "press"));
    const asked =
      command === "cancel"
        ? { title: say.cancel_question, text: say.cancel_text, no: say.cancel_no }
        : command === "free" && { title: say.free_question, text: fill(say.free_text, { name: shown.name }), no: say.close };
    const act = asked ? () => this.ask({ ...asked, yes: text, act: press }) : press;
    // Once filament is loaded, a resume is what is left to be done.
    const leads = button.command === "resume" && shown.loads && this.maintenance.hasLoaded;
    const waits = button.command === "cancel" ? this.pending !== undefined : this.isBusy;
    return html`<button
      type="button"
      class="command ${button.command}${leads ? " leads" : ""}"
      ?disabled=${!this.mayControl || waits}
      aria-busy=${this.pending === button.entity ? "true" : "false"}
      @click=${act}
    >
      ${icon(button.icon)}<span>${button.text}</span>
    </button>`;
  }

  private renderShield(shown: View, say: Words): TemplateResult | typeof nothing {
    if (!shown.unverified) return nothing;
    const explain = () => this.ask({ title: say.unverified, text: say.unverified_text, no: say.close });
    return html`<button
      type="button"
      class="shield"
      title="${say.unverified}. ${say.unverified_text}"
      aria-label=${say.unverified}
      aria-haspopup="dialog"
      @click=${explain}
    >
      ${icon("shieldOff")}
    </button>`;
  }

  private renderPower(shown: View, say: Words): TemplateResult | typeof nothing {
    const { power } = shown;
    if (!power) return nothing;
    return html`<button
      type="button"
      class="power"
      title=${power.name}
      aria-label=${power.name}
      aria-pressed=${power.on ? "true" : "false"}
      ?disabled=${!power.available || !this.mayControl || this.pending !== undefined}
      @click=${() => this.switchPower(power, shown, say)}
    >
      ${icon("power")}
    </button>`;
  }

  private renderNotice(shown: View, say: Words): TemplateResult | typeof nothing {
    const controls = shown.buttons.length || shown.power || shown.work || shown.offersFiles || shown.offersMaintenance;
    if (!this.notice.text || (!this.mayControl && !controls)) return nothing;
    return html`<div class="notice" role="alert">
      <span>${this.notice.text}</span>
      ${this.mayControl
        ? html`<button type="button" title=${say.close} aria-label=${say.close} @click=${this.notice.drop}>${icon("close")}</button>`
        : nothing}
    </div>`;
  }

  private answered(question: Question): () => void {
    return () => {
      // The event of closing comes late: what the answer led to may be shown by then.
      if (this.question !== question) return;
      this.question = undefined;
      this.requestUpdate();
    };
  }

  private ask(question: Question): void {
    this.question = question;
    this.requestUpdate();
  }

  private switchPower(power: Power, shown: View, say: Words): void {
    const act = () => this.run(power.entity, "homeassistant", power.on ? "turn_off" : "turn_on");
    if (!power.on || !shown.active) return void act();
    this.ask({
      title: say.power_question,
      text: fill(say.power_text, { name: shown.name }),
      no: say.power_no,
      yes: say.power_yes,
      act,
    });
  }

  /** Call an action of one entity, and show here what comes of it. */
  private async run(entity: string, domain: string, service: string): Promise<void> {
    if (!this.house || this.pending !== undefined) return;
    this.pending = entity;
    this.notice.drop();
    try {
      await this.house.callService(domain, service, { entity_id: entity }, undefined, false);
    } catch (error) {
      await this.fail(error);
    } finally {
      this.pending = undefined;
      this.requestUpdate();
    }
  }

  /** Say what went wrong; `also` as in `report`. */
  private async fail(error: unknown, also?: string[]): Promise<void> {
    if (!this.house) return;
    if (isRefused(error)) this.mayControl = false;
    this.report(await sentence(this.house, error, words(this.house.locale.language)), also);
  }

  /** Say what came of something, while the status is this one, or one of `also`; `isNews` as in `Notice.show`. */
  private report(text: string | undefined, also: string[] = [], isNews = false): void {
    if (!this.house || !this.config) return;
    const say = words(this.house.locale.language);
    // One row has no room for it.
    if (text && this.config.layout === "compact") return this.ask({ title: nameOf(this.house, this.config, say), text, no: say.close });
    this.notice.show(text, [this.status?.state, ...also], isNews);
  }

  /** A file was dropped on the card: send it, if the device can take one. */
  private async drop(event: DragEvent, machine: Machine): Promise<void> {
    const dropped = event.dataTransfer?.files;
    if (!dropped?.length) return;
    event.preventDefault();
    this.files.dragOver(false);
    const { name, ready, say, status } = machine;
    if (!ready) return this.report(this.mayControl ? fill(say.not_ready, { name, status }) : say.not_allowed);
    await this.files.open(machine, "SD");
    await this.files.take(dropped);
  }

  private more(entityId: string): void {
    this.dispatchEvent(new CustomEvent("hass-more-info", { bubbles: true, composed: true, detail: { entityId } }));
  }

  private streamOf(camera: string): string {
    const token = this.house?.states[camera]?.attributes["access_token"];
    return this.house?.hassUrl(`/api/camera_proxy_stream/${camera}?token=${String(token)}`) ?? "";
  }
}
