// The time of day as Home Assistant would write it for this person.

import type { Hass } from "./hass";

/** "14:05", "2:05 PM", "Fri 14:05": with the day where it is another than that of `now`. */
export function clock(moment: Date, now: Date, hass: Pick<Hass, "locale" | "config">): string {
  if (Number.isNaN(moment.getTime())) return "";
  const { language, time_format, time_zone } = hass.locale;
  const timeZone = time_zone === "server" ? hass.config.time_zone : undefined;
  const day = new Intl.DateTimeFormat("en-CA", { timeZone });
  const options: Intl.DateTimeFormatOptions = { hour: "numeric", minute: "2-digit", timeZone };
  if (time_format === "12" || time_format === "24") options.hourCycle = time_format === "24" ? "h23" : "h12";
  if (day.format(moment) !== day.format(now)) {
    options.weekday = "short";
    // In a week the same weekday means another day.
    if (Math.abs(moment.getTime() - now.getTime()) > 6 * 86_400_000) Object.assign(options, { day: "numeric", month: "short" });
  }
  return new Intl.DateTimeFormat(time_format === "system" ? undefined : language, options).format(moment);
}

/** "2 hr 5 min", of seconds. */
export function duration(seconds: number, language: string): string {
  const minutes = Math.max(1, Math.round(seconds / 60));
  const part = (value: number, unit: string) => value && new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(value);
  return [part(Math.floor(minutes / 60), "hour"), part(minutes % 60, "minute")].filter(Boolean).join(" ");
}
