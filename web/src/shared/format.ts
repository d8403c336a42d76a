/** Dates and sizes as people read them. */
import { language } from "./i18n";

const ZONE = "Europe/Madrid";
/** English here is Europe's: the day comes before the month. */
const tag = (): string => (language.value === "en" ? "en-GB" : language.value);

/** Write a day: 17 de mayo de 2031. Takes an ISO date or moment. */
export function day(iso: string): string {
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(iso);
  return new Intl.DateTimeFormat(tag(), {
    dateStyle: "long",
    timeZone: isDate ? "UTC" : ZONE,
  }).format(new Date(iso));
}

/** Write a moment with its time of day. */
export function moment(iso: string): string {
  return new Intl.DateTimeFormat(tag(), {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: ZONE,
  }).format(new Date(iso));
}

/** Write a time of day: 10:42. */
export function time(iso: string): string {
  return new Intl.DateTimeFormat(tag(), { timeStyle: "short", timeZone: ZONE }).format(
    new Date(iso),
  );
}

/** Write a size in kilobytes or megabytes. */
export function size(bytes: number): string {
  const mega = bytes >= 1_000_000;
  return new Intl.NumberFormat(tag(), {
    style: "unit",
    unit: mega ? "megabyte" : "kilobyte",
    maximumFractionDigits: mega ? 1 : 0,
  }).format(bytes / (mega ? 1_000_000 : 1_000));
}
