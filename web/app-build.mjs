// Builds the installable app into dist/app: page, worker, manifest and icons. All lives below /app/.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { drawIcon } from "./icon.mjs";

const ROOT = "/app/";
// What a phone loads at the first visit, compressed, in one language. A cheap phone on a slow network
// must have it in a few seconds.
const BUDGET_BYTES = 40 * 1024;
const ICON_SIZES = [192, 512];
const COLOUR = "#0a5470";
const PUSH_TEXTS = ["app.push.login", "app.push.pin"];

const manifest = JSON.stringify({
  id: ROOT,
  name: "__BRAND__",
  short_name: "__BRAND__",
  start_url: ROOT,
  scope: ROOT,
  display: "standalone",
  background_color: "#ffffff",
  theme_color: COLOUR,
  icons: ICON_SIZES.map((size) => ({
    src: `${ROOT}icon-${size}.png`,
    sizes: `${size}x${size}`,
    type: "image/png",
    purpose: "any maskable",
  })),
});

const page = (script, style, language) => `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="${COLOUR}">
<title>__BRAND__</title>
<link rel="icon" href="${ROOT}icon-192.png">
<link rel="apple-touch-icon" href="${ROOT}icon-192.png">
<link rel="manifest" href="${ROOT}manifest.webmanifest">
<link rel="stylesheet" href="${style}">
<script type="module" src="${script}"></script>
</head>
<body><div id="app"></div></body>
</html>
`;

/** Build the app; throws when it is heavier than the budget. */
export async function buildApp(here, { catalogues, plugins, language, options }) {
  const out = join(here, "dist", "app");
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const { metafile } = await build({
    ...options,
    absWorkingDir: here,
    entryPoints: { app: "src/app/main.tsx", style: "src/app.css" },
    outdir: join(out, "assets"),
    entryNames: "[name]-[hash]",
    chunkNames: "chunk-[hash]",
    splitting: true,
    metafile: true,
    format: "esm",
    plugins,
  });
  const address = (path) => `${ROOT}assets/${path.split("/").pop()}`;
  const entry = (source) =>
    address(Object.entries(metafile.outputs).find(([, o]) => o.entryPoint === source)[0]);
  const html = page(entry("src/app/main.tsx"), entry("src/app.css"), language);
  await writeFile(join(out, "index.html"), html);
  await writeFile(join(out, "manifest.webmanifest"), manifest);
  await writeFile(join(out, "server-texts.json"), "{}");
  for (const size of ICON_SIZES) await writeFile(join(out, `icon-${size}.png`), drawIcon(size));
  const shell = [ROOT, `${ROOT}manifest.webmanifest`, ...Object.keys(metafile.outputs).map(address)];
  await buildWorker(here, out, shell, catalogues, options);
  await checkBudget(here, metafile);
}

/** The worker has one name for ever; its version is that of the files it keeps. */
async function buildWorker(here, out, shell, catalogues, options) {
  const texts = Object.fromEntries(
    Object.entries(catalogues).map(([tag, all]) => [
      tag,
      Object.fromEntries(PUSH_TEXTS.map((key) => [key, all[key]])),
    ]),
  );
  const version = createHash("sha256").update(shell.join()).digest("hex").slice(0, 12);
  await build({
    ...options,
    absWorkingDir: here,
    entryPoints: { sw: "src/app/sw.ts" },
    outdir: out,
    format: "iife",
    define: {
      SHELL: JSON.stringify(shell),
      VERSION: JSON.stringify(version),
      TEXTS: JSON.stringify(texts),
    },
  });
}

async function checkBudget(here, metafile) {
  const { readFile } = await import("node:fs/promises");
  let bytes = 0;
  let largestCatalogue = 0;
  for (const [path, { inputs }] of Object.entries(metafile.outputs)) {
    const size = gzipSync(await readFile(join(here, path))).length;
    const isCatalogue = Object.keys(inputs).some((input) => input.startsWith("catalogue:locale:"));
    if (isCatalogue) largestCatalogue = Math.max(largestCatalogue, size);
    else bytes += size;
  }
  const total = bytes + largestCatalogue;
  if (total > BUDGET_BYTES) throw new Error(`the app weighs ${total} bytes of ${BUDGET_BYTES}`);
  console.log(`app: ${total} of ${BUDGET_BYTES} bytes compressed`);
}
