// Fails when a text is missing, fuzzy, unused, or has other placeholders than the source language.
import { readFile, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findFaults, findUses, readCatalogues } from "./po.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const SERVER_KEYS = ["bff.continue.title", "bff.continue.link"];

async function usesOfSources(directory) {
  const keys = new Set(SERVER_KEYS);
  const literals = new Set(SERVER_KEYS);
  const prefixes = [];
  for (const name of await readdir(directory, { recursive: true })) {
    if (!/\.tsx?$/.test(name)) continue;
    const found = findUses(await readFile(join(directory, name), "utf8"));
    found.keys.forEach((key) => keys.add(key));
    found.literals.forEach((key) => literals.add(key));
    prefixes.push(...found.prefixes);
  }
  return { keys, literals, prefixes };
}

const catalogues = await readCatalogues(join(here, "locales"));
const faults = findFaults(catalogues, await usesOfSources(join(here, "src")));
faults.forEach((fault) => console.error(fault));
if (faults.length > 0) process.exit(1);
const count = Object.keys(catalogues.es).length;
console.log(`${count} texts in ${Object.keys(catalogues).join(", ")}`);
