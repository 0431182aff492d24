// The card: what `view` decided, as elements of a page, and what a person does with them.

import { html, LitElement, nothing, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import { type CardConfig, checked, form, stub } from "./config";
import { entitiesOf, type Entities } from "./entities";
import type { Hass } from "./hass";
import { icon, type IconName } from "./icons";
import { LivePicture } from "./live";
import { styles } from "./styles";
import { type Button, type Command, differs, nameOf, type Power, type Tone, view, type View } from "./view";
import { fill, type Words, words } from "./words";

const TONE_ICONS: Record<Tone, IconName> = {
  off: "off",
  idle: "printer",
  busy: "printer",
  active: "nozzle",
  paused: "paused",
  done: "check",
  ended: "stop",
  problem: "alert",
};
const LASER_TONES = new Set<Tone>(["off", "idle", "busy", "active"]);
const COMMAND_ICONS: Record<Command, IconName> = { pause: "pause", resume: "play", cancel: "stop", clear: "broom" };

/** What is asked before something that cannot be undone; without `act`, what is only said. */
interface Question {
  title: string;
  text: string;
  no: string;
  yes?: string;
  act?: () => void;
}

export class FluxCard extends LitElement {
  static override styles = styles;
  static getConfigForm = form;
  static getStubConfig = stub;

  private config?: CardConfig;
  private house?: Hass;
  private entities: Entities = {};
  private watched: string[] = [];
  private readonly live = new LivePicture(this);
  private question?: Question;
  /** What went wrong with the last command. */
  private notice?: string;
  /** The status it went wrong in. With another one it is history. */
  private noticeStatus?: string;
  private mayControl = true;
  private pending?: string;
  private showJobPicture = false;

  setConfig(config: CardConfig): void {
    this.config = checked(config);
    this.notice = undefined;
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
    if (this.mayControl && this.status !== this.noticeStatus) this.notice = undefined;
    this.requestUpdate();
  }

  private get status(): string | undefined {
    return this.house?.states[this.entities["sensor.status"] ?? ""]?.state;
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
    const dialog = this.renderRoot.querySelector("dialog");
    if (dialog && !dialog.open) dialog.showModal();
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
    return html`<ha-card class=${compact ? "compact" : "full"} data-tone=${shown.tone}>
      ${compact ? this.renderRow(shown, say) : this.renderFull(shown, say)}
      ${this.question ? this.renderQuestion(this.question) : nothing}
    </ha-card>`;
  }

  private renderRow(shown: View, say: Words): TemplateResult {
    return html`<div class="head">
        ${this.renderTitle(shown, shown.row, shown.active ? shown.progress?.text : undefined)}${this.renderShield(shown, say)}${this.renderPower(shown, say)}
      </div>
      ${shown.active ? this.renderBar(shown, say) : nothing}`;
  }

  private renderFull(shown: View, say: Words): TemplateResult {
    const state = shown.detail ? `${shown.status} · ${shown.detail}` : shown.status;
    const { problem } = shown;
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
          ${shown.buttons.length
            ? html`<div class="buttons">${shown.buttons.map((button) => this.renderButton(button, say))}</div>`
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
        <span class="badge">${icon(shown.laser && LASER_TONES.has(shown.tone) ? "laser" : TONE_ICONS[shown.tone])}</span>
        <span class="words">
          <span class="name">${shown.name}</span>
          ${percent ? html`<span class="percent">${percent}</span>` : nothing}
          <span class="state">${state}</span>
        </span>
      </button>
      <span class="spoken" role="status">${[shown.status, shown.problem?.text].filter(Boolean).join(". ")}</span>`;
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

  private renderButton(button: Button, say: Words): TemplateResult {
    const press = () => this.run(button.entity, "button", "press", say);
    const act =
      button.command === "cancel"
        ? () =>
            this.ask({
              title: say.cancel_question,
              text: say.cancel_text,
              no: say.cancel_no,
              yes: button.text,
              act: press,
            })
        : press;
    return html`<button
      type="button"
      class="command ${button.command}"
      ?disabled=${!this.mayControl || this.pending !== undefined}
      aria-busy=${this.pending === button.entity ? "true" : "false"}
      @click=${act}
    >
      ${icon(COMMAND_ICONS[button.command])}<span>${button.text}</span>
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
    if (!this.notice || (!this.mayControl && !shown.buttons.length && !shown.power)) return nothing;
    const close = () => {
      this.notice = undefined;
      this.requestUpdate();
    };
    return html`<div class="notice" role="alert">
      <span>${this.notice}</span>
      ${this.mayControl
        ? html`<button type="button" title=${say.close} aria-label=${say.close} @click=${close}>${icon("close")}</button>`
        : nothing}
    </div>`;
  }

  private renderQuestion(question: Question): TemplateResult {
    const done = () => {
      // The event of closing comes late: what the answer led to may be shown by then.
      if (this.question !== question) return;
      this.question = undefined;
      this.requestUpdate();
    };
    const outside = (event: Event) => event.target === event.currentTarget && (event.target as HTMLDialogElement).close();
    const yes = (event: Event) => {
      (event.currentTarget as HTMLElement).closest("dialog")?.close();
      done();
      question.act?.();
    };
    return html`<dialog aria-labelledby="question" aria-describedby="reason" @close=${done} @click=${outside}>
      <form method="dialog">
        <h2 id="question">${question.title}</h2>
        <p id="reason">${question.text}</p>
        <div class="answers">
          <button type="submit" class="no" autofocus>${question.no}</button>
          ${question.act ? html`<button type="button" class="yes" @click=${yes}>${question.yes}</button>` : nothing}
        </div>
      </form>
    </dialog>`;
  }

  private ask(question: Question): void {
    this.question = question;
    this.requestUpdate();
  }

  private switchPower(power: Power, shown: View, say: Words): void {
    const act = () => this.run(power.entity, "homeassistant", power.on ? "turn_off" : "turn_on", say);
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
  private async run(entity: string, domain: string, service: string, say: Words): Promise<void> {
    if (!this.house || this.pending !== undefined) return;
    this.pending = entity;
    this.notice = undefined;
    this.requestUpdate();
    try {
      await this.house.callService(domain, service, { entity_id: entity }, undefined, false);
    } catch (error) {
      const { code, message } = error as { code?: string; message?: string };
      // An action that may not be called at all, or not for this entity: that has no code of its own.
      const refused = code === "unauthorized" || message === "Unauthorized";
      if (refused) this.mayControl = false;
      const text = refused ? say.not_allowed : message || String(error);
      // One row has no room for it.
      if (this.config?.layout === "compact") return this.ask({ title: nameOf(this.house, this.config, say), text, no: say.close });
      this.notice = text;
      this.noticeStatus = this.status;
    } finally {
      this.pending = undefined;
      this.requestUpdate();
    }
  }

  private more(entityId: string): void {
    this.dispatchEvent(new CustomEvent("hass-more-info", { bubbles: true, composed: true, detail: { entityId } }));
  }

  private streamOf(camera: string): string {
    const token = this.house?.states[camera]?.attributes["access_token"];
    return this.house?.hassUrl(`/api/camera_proxy_stream/${camera}?token=${String(token)}`) ?? "";
  }
}
