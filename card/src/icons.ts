// The few pictures of the card, in its file: Home Assistant loads its own when it likes.

import {
  mdiAlertCircle,
  mdiArrowLeft,
  mdiBroom,
  mdiCamera,
  mdiCheckCircle,
  mdiClose,
  mdiFileOutline,
  mdiFlash,
  mdiFolder,
  mdiImageOutline,
  mdiLaserPointer,
  mdiPause,
  mdiPauseCircle,
  mdiPlay,
  mdiPower,
  mdiPrinter3d,
  mdiPrinter3dNozzle,
  mdiPrinter3dNozzleOff,
  mdiPrinter3dOff,
  mdiShieldOffOutline,
  mdiStop,
  mdiThermometer,
  mdiUpload,
  mdiVideoOff,
} from "@mdi/js";
import { html, type TemplateResult } from "lit";

export const ICONS = {
  alert: mdiAlertCircle,
  back: mdiArrowLeft,
  broom: mdiBroom,
  camera: mdiCamera,
  check: mdiCheckCircle,
  close: mdiClose,
  file: mdiFileOutline,
  flash: mdiFlash,
  folder: mdiFolder,
  image: mdiImageOutline,
  laser: mdiLaserPointer,
  pause: mdiPause,
  paused: mdiPauseCircle,
  play: mdiPlay,
  power: mdiPower,
  printer: mdiPrinter3d,
  nozzle: mdiPrinter3dNozzle,
  nozzleOff: mdiPrinter3dNozzleOff,
  off: mdiPrinter3dOff,
  shieldOff: mdiShieldOffOutline,
  stop: mdiStop,
  thermometer: mdiThermometer,
  upload: mdiUpload,
  noVideo: mdiVideoOff,
} as const;
export type IconName = keyof typeof ICONS;

export function icon(name: IconName): TemplateResult {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${ICONS[name]}></path></svg>`;
}
