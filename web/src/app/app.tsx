/** The app: one thing at a time, what waits first. */
import { useEffect } from "preact/hooks";
import { t } from "../shared/i18n";
import { Languages } from "../shared/languages";
import { session } from "../shared/session";
import { isActive } from "./device";
import { Enrol } from "./enrol";
import { Frozen, Home, Phone, Pin } from "./pages";
import { Request } from "./request";
import { Scan, takeUpFromAddress } from "./scan";
import {
  brought, notice, offline, phone, readAddress, refresh, requests, turnTo, view,
} from "./state";
import { keep } from "./vault";

const LOOK_EVERY = 3000;

/** Draw the app and keep looking what waits while it is in sight. */
export function App() {
  useEffect(() => {
    const look = () => void (document.visibilityState === "visible" && refresh());
    const timer = window.setInterval(look, LOOK_EVERY);
    const arrived = () => {
      readAddress();
      void takeUpBrought();
    };
    document.addEventListener("visibilitychange", look);
    window.addEventListener("hashchange", arrived);
    navigator.serviceWorker?.addEventListener("message", look);
    void takeUpBrought();
    return () => window.clearInterval(timer);
  }, []);
  return (
    <>
      <a class="skip-link" href="#content" onClick={skipToContent}>
        {t("frame.skip")}
      </a>
      <header class="site-header">
        <div class="wrap">
          <span class="brand" translate={false}>
            {session.value?.brand}
          </span>
          <div class="header-tools">
            <Languages chosen={(tag) => keep("language", tag)} />
          </div>
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        <div class="wrap content">
          <Notices />
          <Current />
          <Back />
        </div>
      </main>
    </>
  );
}

// The fragment of the address is for codes; the browser's own jump is done by hand.
function skipToContent(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

async function takeUpBrought(): Promise<void> {
  const { code } = brought.value;
  if (!code || !isActive()) return;
  brought.value = {};
  await takeUpFromAddress(code);
}

function Current() {
  if (!isActive()) return <Enrol />;
  if (phone.value?.frozen) return <Frozen />;
  const [request] = requests.value;
  if (request) return <Request key={request.app_request_id} request={request} />;
  if (view.value === "scan") return <Scan />;
  if (view.value === "pin") return <Pin />;
  if (view.value === "phone" && phone.value) return <Phone phone={phone.value} />;
  return <Home />;
}

function Back() {
  if (!isActive() || view.value === "home" || requests.value.length > 0) return null;
  return (
    <p>
      <button type="button" class="button button-link" id="home" onClick={() => turnTo("home")}>
        {t("app.back")}
      </button>
    </p>
  );
}

function Notices() {
  const said = notice.value;
  return (
    <>
      <div role="status">
        {offline.value && (
          <div class="notice notice-warning" id="offline">
            <p>{t("problem.offline")}</p>
          </div>
        )}
        {said && (
          <div
            class={`notice ${said.bad ? "notice-danger" : "notice-success"}`}
            id="notice"
            data-code={said.text}
          >
            <p>{t(said.text)}</p>
          </div>
        )}
      </div>
      {brought.value.code && !isActive() && <p>{t("app.enrol.first")}</p>}
    </>
  );
}
