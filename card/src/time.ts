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
