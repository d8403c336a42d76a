// Reads gettext catalogues: as much of the format as ours use (no plurals, no contexts).
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

export const SOURCE_LANGUAGE = "es";
/** One catalogue for what both applications say, one for the console alone. */
const DOMAINS = ["portal.po", "console.po"];

/** Read the entries of a catalogue: key to text. Throws when a line is not understood. */
export function parsePo(source, name = "catalogue") {
  const texts = {};
  let key = null;
  let target = null;
  const parts = { msgid: "", msgstr: "" };
  const finish = () => {
    if (key !== null && parts.msgid !== "") texts[parts.msgid] = parts.msgstr;
    parts.msgid = "";
    parts.msgstr = "";
    key = null;
  };
  for (const [number, raw] of source.split("\n").entries()) {
    const line = raw.trim();
    if (line.startsWith("#,") && line.includes("fuzzy")) {
      throw new Error(`${name}:${number + 1}: a fuzzy entry`);
    }
    if (line === "" || line.startsWith("#")) continue;
    const match = /^(?:(msgid|msgstr) )?("(?:[^"\\]|\\.)*")$/.exec(line);
    if (!match) throw new Error(`${name}:${number + 1}: not understood`);
    if (match[1] === "msgid") finish();
    if (match[1]) target = match[1];
    if (match[1] === "msgid") key = number;
    parts[target] += JSON.parse(match[2]);
  }
  finish();
  return texts;
}

/** Read the catalogues of a folder, all or some: language to its texts. */
export async function readCatalogues(directory, domains = DOMAINS) {
  const catalogues = {};
  for (const language of (await readdir(directory)).sort()) {
    for (const domain of domains) {
      const path = join(directory, language, "LC_MESSAGES", domain);
      const source = await readFile(path, "utf8").catch(() => null);
      if (source === null) continue;
      const texts = parsePo(source, `${language}/${domain}`);
      catalogues[language] = { ...catalogues[language], ...texts };
    }
  }
  return catalogues;
}

const placeholders = (text) => (text.match(/\{\w+\}/g) ?? []).sort().join();

/** Say what is wrong with the catalogues and the keys that the sources use; empty when nothing. */
export function findFaults(catalogues, used) {
  const faults = [];
  const source = catalogues[SOURCE_LANGUAGE] ?? {};
  for (const [language, texts] of Object.entries(catalogues)) {
    for (const key of Object.keys(source)) {
      if (!texts[key]) faults.push(`${language}: ${key} is missing`);
      else if (placeholders(texts[key]) !== placeholders(source[key])) {
        faults.push(`${language}: ${key} has other placeholders`);
      }
    }
    for (const key of Object.keys(texts)) {
      if (!(key in source)) faults.push(`${language}: ${key} is not in ${SOURCE_LANGUAGE}`);
    }
  }
  for (const key of used.keys) {
    if (!(key in source)) faults.push(`a page uses ${key}, which has no text`);
  }
  for (const key of Object.keys(source)) {
    const isUsed = used.literals.has(key) || used.prefixes.some((prefix) => key.startsWith(prefix));
    if (!isUsed) faults.push(`no page uses ${key}`);
  }
  return faults;
}

/** Find the texts a source file uses: t("a.b"), families as t(`a.${code}`), and any literal key. */
export function findUses(source) {
  const found = (pattern) => [...source.matchAll(pattern)].map(([, text]) => text);
  return {
    keys: new Set([
      ...found(/\bt\(\s*"([^"]+)"/g),
      ...found(/\bknown\(\s*`[^`]*`,\s*"([^"]+)"/g),
    ]),
    literals: new Set(found(/"([a-z-]+(?:\.[a-z0-9_-]+)+)"/g)),
    prefixes: found(/\b(?:t|known)\(\s*`([a-z-]+(?:\.[a-z-]+)*\.)\$\{/g),
  };
}
