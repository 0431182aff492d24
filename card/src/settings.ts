// The settings of a device, as far as Home Assistant has entities for them: in the dialog of maintenance.

import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { Entities } from "./entities";
import type { EntityState, Hass } from "./hass";

/** In the order in which they are shown. */
const ROLES = ["select.correction", "select.filament_detect", "number.zoffset", "switch.movement_test", "switch.autoresume", "switch.replay"];

export interface Setting {
  entity: string;
  name: string;
  state: EntityState;
}

/** Set `entity` with an action of its domain; `state` is what it has then. */
export type Change = (entity: string, state: string, action: string, data?: Record<string, unknown>) => void;

export function hasSettings(entities: Entities): boolean {
  return ROLES.some((role) => role in entities);
}

/** Those that can be changed now. */
export function settingsOf(hass: Hass, entities: Entities): Setting[] {
  return ROLES.flatMap((role) => {
    const entity = entities[role];
    const state = hass.states[entity ?? ""];
    if (!entity || !state || state.state === "unavailable") return [];
    return [{ entity, name: hass.localize(`component.flux3dp.entity.${role}.name`), state }];
  });
}

/** `entered` is what is being typed, or on its way to the device, by entity. */
export function renderSettings(hass: Hass, settings: Setting[], entered: Map<string, string>, disabled: boolean, change: Change): TemplateResult {
  return html`${settings.map(
    (setting) => html`<label class="setting"><span>${setting.name}</span>${control(hass, setting, entered, disabled, change)}</label>`,
  )}`;
}

/** What was entered and refused is shown as it is: `live` compares with the page, not with what was drawn last. */
function control(hass: Hass, { entity, state }: Setting, entered: Map<string, string>, disabled: boolean, change: Change): TemplateResult {
  const { attributes } = state;
  const shown = entered.get(entity) ?? state.state;
  if (entity.startsWith("switch.")) {
    const turn = (event: Event) => {
      const next = (event.target as HTMLInputElement).checked ? "on" : "off";
      change(entity, next, `turn_${next}`);
    };
    return html`<input type="checkbox" role="switch" .checked=${live(shown === "on")} ?disabled=${disabled} @change=${turn} />`;
  }
  if (entity.startsWith("select.")) {
    const choose = (event: Event) => {
      const option = (event.target as HTMLSelectElement).value;
      change(entity, option, "select_option", { option });
    };
    const options = (attributes["options"] as string[] | undefined) ?? [];
    return html`<select ?disabled=${disabled} @change=${choose}>
      ${options.map(
        (option) => html`<option value=${option} .selected=${live(option === shown)}>${hass.formatEntityState(state, option)}</option>`,
      )}
    </select>`;
  }
  const enter = (event: Event) => {
    const input = event.target as HTMLInputElement;
    if (input.value && input.reportValidity()) change(entity, input.value, "set_value", { value: Number(input.value) });
  };
  const { min, max, step, unit_of_measurement: unit } = attributes;
  return html`<span class="number">
    <input
      type="number"
      inputmode="decimal"
      min=${String(min)}
      max=${String(max)}
      step=${String(step ?? "any")}
      .value=${live(shown === "unknown" ? "" : shown)}
      ?disabled=${disabled}
      @input=${(event: Event) => entered.set(entity, (event.target as HTMLInputElement).value)}
      @change=${enter}
    />${unit ? html`<span>${unit}</span>` : nothing}
  </span>`;
}
