// How it looks: colors, sizes and type from the theme, sides by their logical names.

import { css } from "lit";

export const styles = css`
  :host {
    display: block;
    block-size: 100%;
    --tone: var(--state-inactive-color, var(--disabled-color, #9e9e9e));
    --gap: var(--ha-space-3, 12px);
    --round: var(--ha-border-radius-lg, 12px);
    --wash: color-mix(in srgb, var(--primary-text-color) 6%, transparent);
  }
  ha-card {
    display: block;
    block-size: 100%;
    box-sizing: border-box;
    position: relative;
    overflow: hidden;
    container-type: inline-size;
    font-size: var(--ha-font-size-m, 14px);
    line-height: var(--ha-line-height-normal, 1.5);
    color: var(--primary-text-color);
  }
  /* In a view where it was given less room than it needs. */
  ha-card.full {
    overflow: hidden auto;
  }
  ha-card:not(:defined) {
    background: var(--ha-card-background, var(--card-background-color, #fff));
    border: var(--ha-card-border-width, 1px) solid var(--ha-card-border-color, var(--divider-color, #e0e0e0));
    border-radius: var(--ha-card-border-radius, var(--round));
  }
  [data-tone="off"] {
    --tone: var(--state-unavailable-color, var(--disabled-color, #bdbdbd));
  }
  [data-tone="active"] {
    --tone: var(--primary-color);
  }
  [data-tone="busy"],
  [data-tone="paused"] {
    --tone: var(--warning-color);
  }
  [data-tone="done"] {
    --tone: var(--success-color);
  }
  [data-tone="problem"] {
    --tone: var(--error-color);
  }
  svg {
    inline-size: 24px;
    block-size: 24px;
    fill: currentColor;
    flex: none;
    display: block;
  }
  button {
    font: inherit;
    color: inherit;
    background: none;
    border: 0;
    margin: 0;
    padding: 0;
    cursor: pointer;
    border-radius: var(--round);
    -webkit-tap-highlight-color: transparent;
  }
  button:disabled {
    cursor: default;
  }
  button:focus-visible {
    outline: 2px solid var(--primary-color);
    outline-offset: -2px;
  }
  /* Numbers with their units keep their order where the page goes from right to left. */
  .percent,
  .times span,
  .facts span {
    unicode-bidi: plaintext;
  }
  .spoken {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  .head {
    display: flex;
    align-items: center;
    min-block-size: 56px;
    padding-inline-end: 10px;
    box-sizing: border-box;
  }
  .title {
    display: flex;
    align-items: center;
    gap: 10px;
    flex: 1;
    min-inline-size: 0;
    padding: 10px;
    text-align: start;
  }
  .badge,
  .power,
  .round,
  .shield {
    display: grid;
    place-items: center;
    inline-size: 36px;
    block-size: 36px;
    flex: none;
    border-radius: 50%;
    color: var(--tone);
    background: color-mix(in srgb, var(--tone) 20%, transparent);
  }
  .words {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    column-gap: 8px;
    flex: 1;
    min-inline-size: 0;
  }
  .state {
    grid-column: 1 / -1;
  }
  .name,
  .state {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .name {
    font-weight: var(--ha-font-weight-medium, 500);
    line-height: 20px;
  }
  .state {
    font-size: var(--ha-font-size-s, 12px);
    line-height: 16px;
  }
  .shield {
    color: var(--secondary-text-color);
    background: none;
  }
  .shield svg {
    inline-size: 20px;
    block-size: 20px;
  }
  .power,
  .round {
    color: var(--secondary-text-color);
    background: var(--wash);
  }
  .round.cancel {
    color: var(--error-color);
  }
  .round.leads {
    color: var(--primary-color);
  }
  .round + .power {
    margin-inline-start: 8px;
  }
  .power[aria-pressed="true"] {
    color: var(--state-switch-on-color, var(--state-active-color, var(--primary-color)));
    background: color-mix(in srgb, currentColor 20%, transparent);
  }
  .power:disabled,
  .round:disabled {
    opacity: 0.5;
  }

  .body {
    display: grid;
    gap: var(--gap);
    padding: 0 var(--gap) var(--gap);
  }
  .picture {
    position: relative;
    aspect-ratio: 4 / 3;
    overflow: hidden;
    border-radius: var(--round);
    background: var(--wash);
  }
  .picture img,
  .look {
    display: block;
    inline-size: 100%;
    block-size: 100%;
  }
  .picture img {
    object-fit: contain;
    opacity: 0;
    transition: opacity 0.2s;
  }
  .picture img.shown {
    opacity: 1;
  }
  .waiting {
    position: absolute;
    inset: 0;
    display: grid;
    place-items: center;
    color: var(--secondary-text-color);
    opacity: 0.5;
  }
  .swap {
    position: absolute;
    inset-block-end: 8px;
    inset-inline-end: 8px;
    display: grid;
    place-items: center;
    inline-size: 40px;
    block-size: 40px;
    border-radius: 50%;
    color: var(--primary-text-color);
    background: color-mix(in srgb, var(--card-background-color, #fff) 85%, transparent);
  }

  .details {
    display: grid;
    gap: var(--gap);
    align-content: start;
    min-inline-size: 0;
  }
  .details:not(:has(> *)),
  .body:not(:has(.picture, .details > *)) {
    display: none;
  }
  .problem,
  .notice {
    display: flex;
    gap: 10px;
    padding: 10px 12px;
    border-radius: var(--round);
    background: color-mix(in srgb, var(--error-color) 12%, transparent);
    overflow-wrap: anywhere;
  }
  .problem {
    margin: 0 var(--gap) var(--gap);
  }
  .problem svg {
    color: var(--error-color);
  }
  .what {
    font-weight: var(--ha-font-weight-medium, 500);
  }
  .notice {
    background: color-mix(in srgb, var(--warning-color) 16%, transparent);
  }
  .notice span {
    flex: 1;
  }
  .job {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    font-weight: var(--ha-font-weight-medium, 500);
  }
  .progress {
    display: flex;
    align-items: center;
    gap: 10px;
  }
  .bar {
    flex: 1;
    block-size: 8px;
    border-radius: 4px;
    overflow: hidden;
    background: color-mix(in srgb, var(--tone) 20%, transparent);
  }
  .bar div {
    block-size: 100%;
    border-radius: inherit;
    background: var(--tone);
    transition: inline-size 0.4s;
  }
  .words .percent {
    line-height: 20px;
  }
  .percent {
    font-variant-numeric: tabular-nums;
    font-weight: var(--ha-font-weight-medium, 500);
  }
  .times {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0 var(--gap);
    margin-block-start: calc(var(--gap) * -0.5);
    color: var(--secondary-text-color);
  }
  .facts {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .facts button {
    display: flex;
    align-items: center;
    gap: 6px;
    min-block-size: 32px;
    padding: 0 12px 0 10px;
    border-radius: 16px;
    background: var(--wash);
    font-variant-numeric: tabular-nums;
  }
  .facts svg {
    inline-size: 18px;
    block-size: 18px;
    color: var(--secondary-text-color);
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .command {
    display: flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    flex: 1 1 120px;
    min-inline-size: fit-content;
    min-block-size: 42px;
    padding: 4px 12px;
    background: var(--wash);
    font-weight: var(--ha-font-weight-medium, 500);
  }
  .command.leads {
    background: color-mix(in srgb, var(--primary-color) 20%, transparent);
  }
  .command.cancel svg,
  .command.free svg {
    color: var(--error-color);
  }
  .command.pause svg,
  .command.resume svg,
  .command.files svg,
  .command.tools svg,
  .command.leads svg,
  .command.load svg,
  .command.clear svg {
    color: var(--primary-color);
  }
  .command:disabled {
    opacity: 0.5;
  }
  @media (hover: hover) {
    .facts button:hover,
    .command:hover:enabled:not(.leads),
    .round:hover:enabled,
    .shield:hover,
    .power:hover:enabled {
      background: color-mix(in srgb, var(--primary-text-color) 12%, transparent);
    }
  }

  .compact .bar {
    position: absolute;
    inset-inline: 0;
    inset-block-end: 0;
    block-size: 4px;
    border-radius: 0;
  }

  @container (min-width: 560px) {
    .body:has(.picture) {
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    }
  }

  .answers {
    display: flex;
    flex-wrap: wrap;
    justify-content: flex-end;
    gap: 8px;
  }
  .answers button {
    min-block-size: 42px;
    padding: 4px 16px;
    background: var(--wash);
    font-weight: var(--ha-font-weight-medium, 500);
  }
  .answers .yes {
    background: color-mix(in srgb, var(--error-color) 20%, transparent);
  }

  @media (prefers-reduced-motion: reduce) {
    * {
      transition: none !important;
    }
  }
`;
