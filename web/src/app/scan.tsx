/** Taking up a login: with the camera where the browser reads QRs, else with ten digits. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "../shared/api";
import { TextField } from "../shared/fields";
import { Form } from "../shared/form";
import { t } from "../shared/i18n";
import { Page } from "../shared/page";
import { claim } from "./device";
import { noteFailure, notice, requests, view } from "./state";

const LOOK_EVERY = 300;

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
type DetectorMaker = new (options: { formats: string[] }) => Detector;

const maker = (): DetectorMaker | undefined =>
  (window as unknown as { BarcodeDetector?: DetectorMaker }).BarcodeDetector;

/** Take up the login whose code this is; says what happened. */
export async function takeUp(code: string): Promise<void> {
  const claimed = await claim(code);
  if (claimed.outcome !== "claimed" || !claimed.request) {
    throw new Problem(410, `app-claim-${claimed.outcome}`);
  }
  notice.value = null;
  requests.value = [claimed.request];
  view.value = "home";
}

/** Take up a login that an address brought: there is no form to show a refusal in. */
export async function takeUpFromAddress(code: string): Promise<void> {
  try {
    await takeUp(code);
  } catch (error) {
    if (!(error instanceof Problem) || !error.code.startsWith("app-claim-")) {
      return noteFailure(error);
    }
    notice.value = { text: `problem.${error.code}`, bad: true };
  }
}

/** The page with camera and digits. */
export function Scan() {
  const submit = (form: FormData) => takeUp(String(form.get("code") ?? ""));
  return (
    <Page title={t("app.scan.title")}>
      {maker() && <Camera />}
      <Form
        id="typed"
        label={t("app.scan.submit")}
        submit={submit}
        fieldOf={{ "app-claim-expired": "code" }}
      >
        <TextField
          name="code"
          label={t("app.scan.code")}
          hint={t("app.scan.code-hint")}
          numeric
          style="input-code"
        />
      </Form>
      <p class="quiet">{t("app.scan.other")}</p>
    </Page>
  );
}

function Camera() {
  const video = useRef<HTMLVideoElement>(null);
  const [on, setOn] = useState(false);
  const [denied, setDenied] = useState(false);
  useEffect(() => {
    if (!on || !video.current) return;
    return watch(video.current, () => setDenied(true));
  }, [on]);
  if (denied) return <p role="status">{t("app.scan.denied")}</p>;
  if (!on) {
    return (
      <div class="actions">
        <button type="button" class="button" id="camera" onClick={() => setOn(true)}>
          {t("app.scan.camera")}
        </button>
      </div>
    );
  }
  return <video class="camera" ref={video} muted playsInline aria-label={t("app.scan.title")} />;
}

/** Look through the camera until a code is seen; returns what ends it. */
function watch(video: HTMLVideoElement, failed: () => void): () => void {
  let stream: MediaStream | null = null;
  let timer = 0;
  let over = false;
  const Maker = maker();
  const look = async (detector: Detector) => {
    const [seen] = await detector.detect(video).catch(() => []);
    if (over) return;
    if (seen) await takeUpFromAddress(seen.rawValue);
    if (!over) timer = window.setTimeout(() => void look(detector), LOOK_EVERY);
  };
  const begin = async () => {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.srcObject = stream;
    await video.play();
    if (Maker) await look(new Maker({ formats: ["qr_code"] }));
  };
  begin().catch(failed);
  return () => {
    over = true;
    window.clearTimeout(timer);
    stream?.getTracks().forEach((track) => track.stop());
  };
}
