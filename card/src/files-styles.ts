// How the dialog of files looks.

import { css } from "lit";

export const filesStyles = css`
  dialog.files {
    inline-size: min(560px, calc(100vw - 48px));
    block-size: min(680px, calc(100dvh - 48px));
    max-block-size: none;
    padding: 0;
    overflow: hidden;
    --tone: var(--primary-color);
  }
  dialog.files[open] {
    display: flex;
    flex-direction: column;
  }
  .files header {
    display: flex;
    align-items: center;
    gap: 4px;
    min-block-size: 64px;
    padding: 8px;
    padding-inline: 24px 8px;
    box-sizing: border-box;
  }
  .files header:has(.back) {
    padding-inline-start: 8px;
  }
  .files h2 {
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
  .files .notice {
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
  .files .answers {
    align-items: stretch;
    padding: 12px 24px 24px;
  }
  .files .answers:not(:has(> *)) {
    display: none;
  }
  .answers p {
    flex: 1 1 200px;
    margin: 0;
    align-self: center;
    color: var(--secondary-text-color);
  }
  .files .answers button {
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
  .files ul {
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
    .entry:hover,
    .icon:hover,
    .files .answers button:hover:enabled:not(.yes, .main) {
      background: color-mix(in srgb, var(--primary-text-color) 12%, transparent);
    }
  }
  @media (max-width: 450px) {
    dialog.files {
      inline-size: 100vw;
      block-size: 100dvh;
      max-inline-size: none;
      margin: 0;
      border-radius: 0;
    }
    .files header {
      padding-inline-start: 16px;
    }
    .places,
    .room {
      padding-inline: 16px;
    }
    .files .notice {
      margin-inline: 16px;
    }
    .files .answers {
      padding: 12px 16px 16px;
    }
    .files .answers button {
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
