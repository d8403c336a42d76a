import { render } from "preact";
import { language, startLanguage } from "../shared/i18n";
import { App } from "./app";
import { loadDevice } from "./device";
import { loadBrand, readAddress, refresh } from "./state";
import { keep } from "./vault";

readAddress();
await Promise.all([startLanguage(), loadDevice(), loadBrand()]);
await keep("language", language.value);
const root = document.getElementById("app");
if (root) render(<App />, root);
void refresh();
void navigator.serviceWorker?.register("/app/sw.js", { scope: "/app/" });
