/** The pages of an active phone: home, PIN, and the phone itself. */
import { useEffect, useState } from "preact/hooks";
import { Form } from "../shared/form";
import { day, time } from "../shared/format";
import { t } from "../shared/i18n";
import { Page } from "../shared/page";
import { removeDevice, subscribe, waitingPin } from "./device";
import type { ShownPin, ThisDevice } from "./device";
import { fromBase64Url } from "./jose";
import { noteFailure, notice, phone, refresh, turnTo } from "./state";
import { canUnlock, isProtected, protect, unlocked } from "./unlock";

/** Nothing waits: what the person can do. */
export function Home() {
  return (
    <Page title={t("app.home.title")}>
      <p class="lead" id="nothing-waits">
        {t("app.home.lead")}
      </p>
      <div class="stack">
        <button type="button" class="button" id="open-scan" onClick={() => turnTo("scan")}>
          {t("app.home.scan")}
        </button>
        <button
          type="button"
          class="button button-secondary"
          id="open-pin"
          onClick={() => turnTo("pin")}
        >
          {t("app.home.pin")}
        </button>
        <button
          type="button"
          class="button button-secondary"
          id="open-phone"
          onClick={() => turnTo("phone")}
        >
          {t("app.home.phone")}
        </button>
      </div>
    </Page>
  );
}

/** The PIN that waits, shown only when asked for. */
export function Pin() {
  const [pin, setPin] = useState<ShownPin | null | undefined>(undefined);
  const show = async () => {
    try {
      if (await unlocked()) setPin(await waitingPin());
      else notice.value = { text: "problem.app-locked", bad: true };
    } catch (error) {
      await noteFailure(error);
    }
  };
  return (
    <Page title={t("app.pin.title")}>
      <p>{t("app.pin.explain")}</p>
      <div class="actions">
        <button type="button" class="button" id="show-pin" onClick={show}>
          {t("app.pin.show")}
        </button>
      </div>
      <div role="status" class="shown">
        {pin === null && <p id="no-pin">{t("app.pin.none")}</p>}
        {pin && (
          <>
            <p>{t("app.pin.for", { name: pin.relying_party })}</p>
            <p class="pin" id="pin" translate={false}>
              {pin.pin}
            </p>
            <p>{t("app.pin.until", { time: time(pin.expires_at) })}</p>
          </>
        )}
      </div>
    </Page>
  );
}

/** This phone: its name, how it is woken and locked, and its end. */
export function Phone(props: { phone: ThisDevice }) {
  const { name, activated_at } = props.phone;
  const remove = async () => {
    await removeDevice();
    phone.value = null;
    turnTo("home");
    notice.value = { text: "app.notice.removed", bad: false };
  };
  return (
    <Page title={t("app.phone.title")}>
      <dl class="facts">
        <dt>{t("app.phone.name")}</dt>
        <dd id="phone-name">{name}</dd>
        {activated_at && (
          <>
            <dt>{t("app.phone.since")}</dt>
            <dd>{day(activated_at)}</dd>
          </>
        )}
      </dl>
      <Notices phone={props.phone} />
      <Lock name={name} />
      <h2>{t("app.phone.remove")}</h2>
      <p>{t("app.phone.remove-explain")}</p>
      <Form id="remove" label={t("app.phone.remove-submit")} submit={remove} danger />
    </Page>
  );
}

function Notices(props: { phone: ThisDevice }) {
  const [failed, setFailed] = useState(false);
  const allow = () => subscribeToPush(props.phone.application_server_key).catch(() => setFailed(true));
  if (!("PushManager" in window)) return <p>{t("app.push.impossible")}</p>;
  return (
    <>
      <h2>{t("app.push.title")}</h2>
      <div role="status">{failed && <p>{t("app.push.failed")}</p>}</div>
      {props.phone.has_push ? (
        <p id="push-on">{t("app.push.on")}</p>
      ) : (
        <button type="button" class="button button-secondary" id="push" onClick={allow}>
          {t("app.push.allow")}
        </button>
      )}
    </>
  );
}

async function subscribeToPush(serverKey: string): Promise<void> {
  if ((await Notification.requestPermission()) !== "granted") throw new Error("not granted");
  const worker = await navigator.serviceWorker.ready;
  const applicationServerKey = fromBase64Url(serverKey);
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  await subscribe(made.toJSON());
  if (phone.value) phone.value = { ...phone.value, has_push: true };
}

function Lock(props: { name: string }) {
  const [offered, setOffered] = useState(false);
  const [done, setDone] = useState(isProtected());
  useEffect(() => void canUnlock().then(setOffered), []);
  const add = async () => setDone(await protect(props.name));
  if (!offered && !done) return <p class="quiet">{t("app.lock.impossible")}</p>;
  return (
    <>
      <h2>{t("app.lock.title")}</h2>
      {done ? (
        <p id="lock-on">{t("app.lock.on")}</p>
      ) : (
        <button type="button" class="button button-secondary" id="lock" onClick={add}>
          {t("app.lock.add")}
        </button>
      )}
    </>
  );
}

/** The identity does not stand: nothing can be confirmed, and where to undo it. */
export function Frozen() {
  const again = async () => {
    phone.value = null;
    await refresh();
  };
  return (
    <Page title={t("app.frozen.title")}>
      <div class="notice notice-warning" id="frozen" role="status">
        <p>{t("app.frozen.text")}</p>
      </div>
      <div class="actions">
        <button type="button" class="button button-secondary" id="look-again" onClick={again}>
          {t("app.frozen.again")}
        </button>
      </div>
    </Page>
  );
}
