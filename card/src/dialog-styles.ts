// How the dialogs look: a question, files, maintenance.

import { css } from "lit";

export const dialogStyles = css`
  dialog {
    inline-size: min(400px, calc(100vw - 48px));
    box-sizing: border-box;
    padding: 24px;
    border: 0;
    border-radius: var(--ha-dialog-border-radius, 24px);
    color: var(--primary-text-color);
    background: var(--ha-dialog-surface-background, var(--card-background-color, #fff));
    box-shadow: 0 8px 32px rgba(0, 0, 0, 0.4);
  }
  dialog::backdrop {
    background: rgba(0, 0, 0, 0.4);
  }
  h2 {
    margin: 0;
    font-size: var(--ha-font-size-xl, 20px);
    font-weight: var(--ha-font-weight-medium, 500);
    line-height: 1.3;
  }
  p {
    margin: 12px 0 24px;
  }
  dialog.sheet {
    inline-size: min(560px, calc(100vw - 48px));
    block-size: min(680px, calc(100dvh - 48px));
    max-block-size: none;
    padding: 0;
    overflow: hidden;
    --tone: var(--primary-color);
  }
  dialog.sheet[open] {
    display: flex;
    flex-direction: column;
  }
  .sheet header {
    display: flex;
    align-items: center;
    gap: 4px;
    min-block-size: 64px;
    padding: 8px;
    padding-inline: 24px 8px;
    box-sizing: border-box;
  }
  .sheet header:has(.back) {
    padding-inline-start: 8px;
  }
  .sheet h2 {
    flex: 1;
    min-inline-size: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    outline: none;
  }
  .icon {
    display: grid;
    place-items: center;
    inline-size: 48px;
    block-size: 48px;
    flex: none;
    border-radius: 50%;
  }
  .back:dir(rtl) svg {
    transform: scaleX(-1);
  }
  .places {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    padding: 0 24px 12px;
  }
  .places button {
    min-block-size: 36px;
    padding: 0 14px;
    border-radius: 18px;
    background: var(--wash);
  }
  .places [aria-pressed="true"] {
    background: color-mix(in srgb, var(--primary-color) 20%, transparent);
    font-weight: var(--ha-font-weight-medium, 500);
  }
  .sheet .notice {
    margin: 0 24px 12px;
  }
  .room {
    flex: 1;
    min-block-size: 0;
    overflow: hidden auto;
    padding: 0 24px;
  }
  .room > p:not(.empty) {
    margin: 0 0 16px;
    overflow-wrap: anywhere;
  }
  .sheet .answers {
    align-items: stretch;
    padding: 12px 24px 24px;
  }
  .sheet .answers:not(:has(> *)) {
    display: none;
  }
  .answers p {
    flex: 1 1 200px;
    margin: 0;
    align-self: center;
    color: var(--secondary-text-color);
  }
  .sheet .answers button {
    display: flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
  }
  .answers .main {
    background: color-mix(in srgb, var(--primary-color) 20%, transparent);
  }
  .answers .main svg {
    color: var(--primary-color);
  }
  .answers button:disabled {
    opacity: 0.5;
  }
  .sheet ul {
    margin: 0 -12px;
    padding: 0;
    list-style: none;
  }
  .entry {
    display: flex;
    align-items: center;
    gap: 12px;
    inline-size: 100%;
    padding: 6px 12px;
    text-align: start;
  }
  .thumbnail {
    display: grid;
    place-items: center;
    inline-size: 64px;
    block-size: 48px;
    flex: none;
    overflow: hidden;
    border-radius: 8px;
    color: var(--secondary-text-color);
    background: var(--wash);
  }
  .thumbnail img,
  .large img {
    inline-size: 100%;
    block-size: 100%;
    object-fit: contain;
  }
  .label {
    flex: 1;
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }
  .label small {
    display: block;
    color: var(--secondary-text-color);
    font-size: var(--ha-font-size-s, 12px);
  }
  .entry:disabled {
    opacity: 0.5;
  }
  dialog.maintenance {
    block-size: fit-content;
    max-block-size: calc(100dvh - 48px);
  }
  .maintenance .room {
    padding-block-end: 16px;
  }
  .maintenance form {
    display: contents;
  }
  .tool {
    display: grid;
    place-items: center;
    inline-size: 40px;
    block-size: 40px;
    flex: none;
    border-radius: 50%;
    color: var(--primary-color);
    background: color-mix(in srgb, var(--primary-color) 16%, transparent);
  }
  .setting {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 4px 16px;
    min-block-size: 48px;
    padding-block: 4px;
  }
  .setting > span:first-child {
    flex: 1 1 120px;
    overflow-wrap: anywhere;
  }
  /* Signs and units keep their order where the page goes from right to left. */
  .number {
    direction: ltr;
    display: flex;
    align-items: center;
    gap: 8px;
  }
  .setting input:not([type="checkbox"]),
  .setting select {
    min-block-size: 40px;
    max-inline-size: 100%;
    box-sizing: border-box;
    padding: 4px 8px;
    font: inherit;
    color: inherit;
    border: 1px solid var(--secondary-text-color);
    border-radius: 8px;
    background: var(--card-background-color, #fff);
  }
  .setting input[type="number"] {
    inline-size: 96px;
  }
  .setting input[type="checkbox"] {
    appearance: none;
    inline-size: 40px;
    block-size: 24px;
    margin: 8px 0;
    border-radius: 12px;
    background: radial-gradient(circle 8px, #fff 95%, transparent) no-repeat -8px 50% var(--secondary-text-color);
    cursor: pointer;
  }
  .setting input[type="checkbox"]:checked {
    background-position-x: 8px;
    background-color: var(--primary-color);
  }
  .setting input[type="checkbox"]:dir(rtl) {
    background-position-x: 8px;
  }
  .setting input[type="checkbox"]:checked:dir(rtl) {
    background-position-x: -8px;
  }
  .setting :disabled {
    opacity: 0.5;
    cursor: default;
  }
  .setting input:focus-visible,
  .setting select:focus-visible {
    outline: 2px solid var(--primary-color);
  }
  .work {
    display: flex;
    align-items: center;
    gap: 12px;
    overflow-wrap: anywhere;
  }
  .empty {
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    gap: 12px;
    block-size: 100%;
    margin: 0;
    text-align: center;
    color: var(--secondary-text-color);
  }
  .spinner {
    inline-size: 32px;
    block-size: 32px;
    box-sizing: border-box;
    flex: none;
    border: 3px solid var(--wash);
    border-block-start-color: var(--primary-color);
    border-radius: 50%;
    animation: turn 1s linear infinite;
  }
  .pending svg {
    animation: wait 1s ease-in-out infinite alternate;
  }
  .preview {
    display: flex;
    flex-direction: column;
    gap: 16px;
  }
  .large {
    display: grid;
    /* As high as the box, not as the picture. */
    grid-template-rows: minmax(0, 1fr);
    place-items: center;
    flex: 1 1 auto;
    min-block-size: 120px;
    max-block-size: 320px;
    overflow: hidden;
    border-radius: var(--round);
    color: var(--secondary-text-color);
    background: var(--wash);
  }
  .large svg {
    inline-size: 48px;
    block-size: 48px;
  }
  dl {
    display: grid;
    gap: 4px;
    margin: 0;
  }
  dl div {
    display: flex;
    justify-content: space-between;
    gap: 16px;
  }
  dt {
    color: var(--secondary-text-color);
  }
  dd {
    margin: 0;
    text-align: end;
    overflow-wrap: anywhere;
  }
  .drop {
    position: absolute;
    inset: 0;
    z-index: 1;
    display: grid;
    place-items: center;
    padding: 16px;
    text-align: center;
    font-weight: var(--ha-font-weight-medium, 500);
    border: 2px dashed var(--primary-color);
    border-radius: inherit;
    background: color-mix(in srgb, var(--card-background-color, #fff) 88%, var(--primary-color));
    pointer-events: none;
  }
  @media (hover: hover) {
    .entry:hover:enabled,
    .icon:hover,
    .sheet .answers button:hover:enabled:not(.yes, .main) {
      background: color-mix(in srgb, var(--primary-text-color) 12%, transparent);
    }
  }
  @media (max-width: 450px) {
    dialog.sheet {
      inline-size: 100vw;
      block-size: 100dvh;
      max-inline-size: none;
      max-block-size: none;
      margin: 0;
      border-radius: 0;
    }
    .sheet header {
      padding-inline-start: 16px;
    }
    .places,
    .room {
      padding-inline: 16px;
    }
    .sheet .notice {
      margin-inline: 16px;
    }
    .sheet .answers {
      padding: 12px 16px 16px;
    }
    .sheet .answers button {
      flex: 1;
    }
  }
  @keyframes turn {
    to {
      transform: rotate(1turn);
    }
  }
  @keyframes wait {
    to {
      opacity: 0.3;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .spinner,
    .pending svg {
      animation: none;
    }
  }
`;
