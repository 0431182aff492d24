// What went wrong, as a sentence in the language of the page.

import { PLATFORM } from "./entities";
import type { Hass } from "./hass";
import type { Words } from "./words";

/** What home-assistant-js-websocket calls a connection that broke. */
const LOST = 3;

/** An error of Home Assistant, of an action or in a line of ours, with the key of its sentence if it has one. */
export interface Failure {
  code?: string | number;
  message?: string;
  translation_domain?: string;
  translation_key?: string;
  translation_placeholders?: Record<string, string> | null;
}

/** An action that may not be called at all, or not for this device: that has no code of its own. */
export function isRefused(error: unknown): boolean {
  const { code, message } = error as Failure;
  return code === "unauthorized" || message === "Unauthorized";
}

/** The connection to Home Assistant broke before there was an answer. */
export function isLost(error: unknown): boolean {
  // A TypeError is what `fetch` throws then.
  return error instanceof TypeError || (error as { error?: Failure }).error?.code === LOST;
}

/** What an error says. Its own message is in English, or in the language of the server. */
export async function sentence(hass: Hass, error: unknown, say: Words): Promise<string> {
  if (isRefused(error)) return say.not_allowed;
  if (isLost(error)) return say.unreachable;
  const { message, translation_domain, translation_key, translation_placeholders } = error as Failure;
  if (translation_key && translation_domain) {
    const path = `component.${translation_domain}.exceptions.${translation_key}.message`;
    const localize = await hass.loadBackendTranslation("exceptions", translation_domain).catch(() => undefined);
    const found = localize?.(path, translation_placeholders ?? {});
    if (found) return found;
  }
  return message || String(error);
}

/** One of the integration's own sentences, for what the card sees without asking. */
export function ours(translation_key: string, placeholders: Record<string, string> = {}): Failure {
  return { translation_domain: PLATFORM, translation_key, translation_placeholders: placeholders };
}

