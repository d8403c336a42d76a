// Builds the applications into dist/: index.html and files whose names carry their hash.
import { build } from "esbuild";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildApp } from "./app-build.mjs";
import { SOURCE_LANGUAGE, readCatalogues } from "./po.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const APPLICATIONS = ["portal", "console"];
const SERVER_TEXTS = "bff.";
const APP_TEXTS = ["app.", "common.", "field.", "form.", "frame.languages", "frame.skip", "problem.", "step-up."];

/** Makes `import("locale:es")` the compiled catalogue, and "locales:all" the list of languages. */
const catalogueModules = (catalogues) => ({
  name: "catalogues",
  setup(plugin) {
    plugin.onResolve({ filter: /^locale/ }, ({ path }) => ({ path, namespace: "catalogue" }));
    plugin.onLoad({ filter: /^locale:/, namespace: "catalogue" }, ({ path }) => ({
      contents: JSON.stringify(catalogues[path.slice("locale:".length)]),
      loader: "json",
    }));
    plugin.onLoad({ filter: /^locales:all$/, namespace: "catalogue" }, () => ({
      contents: `export const loaders = {${Object.keys(catalogues)
        .map((language) => `${language}: () => import("locale:${language}")`)
        .join(",")}};`,
      loader: "js",
    }));
  },
});

const page = (script, style) => `<!doctype html>
<html lang="${SOURCE_LANGUAGE}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Clavis</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${style}">
<script type="module" src="${script}"></script>
</head>
<body><div id="app"></div></body>
</html>
`;

/** Keep the texts whose key passes a test, in every language. */
function textsWhere(catalogues, passes) {
  const chosen = (texts) => Object.fromEntries(Object.entries(texts).filter(([key]) => passes(key)));
  return Object.fromEntries(
    Object.entries(catalogues).map(([language, texts]) => [language, chosen(texts)]),
  );
}

const catalogues = await readCatalogues(join(here, "locales"));
const consoleTexts = (await readCatalogues(join(here, "locales"), ["console.po"]))[SOURCE_LANGUAGE];
const isOfConsole = (key) => key in consoleTexts;
const isOfApp = (key) => APP_TEXTS.some((family) => key.startsWith(family)) && !isOfConsole(key);
const isOnlyOfApp = (key) => key.startsWith("app.") || key.startsWith("problem.app-");
const belongsTo = (name, key) =>
  !key.startsWith(SERVER_TEXTS) &&
  !isOnlyOfApp(key) &&
  (name === "console" || !isOfConsole(key));

const OPTIONS = {
  bundle: true,
  minify: true,
  target: ["es2022"],
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
  logLevel: "warning",
};

async function buildApplication(name, catalogues) {
  const out = join(here, "dist", name);
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: here,
    entryPoints: { [name]: `src/${name}/main.tsx`, style: "src/style.css" },
    outdir: join(out, "assets"),
    entryNames: "[name]-[hash]",
    chunkNames: "chunk-[hash]",
    ...OPTIONS,
    splitting: true,
    metafile: true,
    format: "esm",
    plugins: [catalogueModules(textsWhere(catalogues, (key) => belongsTo(name, key)))],
  });
  const address = (entry) => {
    const found = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === entry);
    return `/assets/${found[0].split("/").pop()}`;
  };
  const html = page(address(`src/${name}/main.tsx`), address("src/style.css"));
  await writeFile(join(out, "index.html"), html);
  const serverTexts = textsWhere(catalogues, (key) => key.startsWith(SERVER_TEXTS));
  await writeFile(join(out, "server-texts.json"), JSON.stringify(serverTexts));
}

for (const name of APPLICATIONS) await buildApplication(name, catalogues);
await buildApp(here, {
  catalogues,
  plugins: [catalogueModules(textsWhere(catalogues, isOfApp))],
  language: SOURCE_LANGUAGE,
  options: OPTIONS,
});
