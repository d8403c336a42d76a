/** Texts in the reader's language. Every text a person sees comes from the catalogues. */
import { signal } from "@preact/signals";
import { loaders } from "locales:all";

const COOKIE = "__Host-lang";
const YEAR_SECONDS = 31_536_000;
const DEFAULT_LANGUAGE = "es";

export const languages = Object.keys(loaders).sort(
  (a, b) => Number(b === DEFAULT_LANGUAGE) - Number(a === DEFAULT_LANGUAGE) || a.localeCompare(b),
);
export const language = signal(DEFAULT_LANGUAGE);
const texts = signal<Record<string, string>>({});

/** Load the language that the person chose before, or the browser's, or Spanish. */
export async function startLanguage(): Promise<void> {
  const chosen = new RegExp(`(?:^|; )${COOKIE}=([a-z]+)`).exec(document.cookie)?.[1];
  const wanted = [chosen, ...navigator.languages.map((tag) => tag.split("-")[0])];
  await load(wanted.find((tag) => tag !== undefined && tag in loaders) ?? DEFAULT_LANGUAGE);
}

/** Change the language and remember it. */
export async function chooseLanguage(tag: string): Promise<void> {
  document.cookie = `${COOKIE}=${tag}; Path=/; Secure; SameSite=Lax; Max-Age=${YEAR_SECONDS}`;
  await load(tag);
}

async function load(tag: string): Promise<void> {
  const catalogue = await loaders[tag]!();
  texts.value = catalogue.default;
  language.value = tag;
  document.documentElement.lang = tag;
}

/** Languages that browsers often do not know by their own name. */
const OWN_NAMES: Record<string, string> = { ca: "Català", gl: "Galego", eu: "Euskara" };

/** Return the name of a language in that language, as its speakers look for it. */
export function nativeName(tag: string): string {
  const known = OWN_NAMES[tag];
  if (known) return known;
  const name = new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
  return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
}

/** Return a text with its {placeholders} filled. */
export function t(key: string, values: Record<string, string | number> = {}): string {
  const text = texts.value[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Return a text of a family of codes, or the text of `fallback` for a code we have none for. */
export function known(key: string, fallback: string, values: Record<string, string | number> = {}) {
  return key in texts.value ? t(key, values) : t(fallback, values);
}
