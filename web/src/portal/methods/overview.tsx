/** My methods: every way in, whether it works, and where it is looked after. */
import { Choice } from "../../shared/choice";
import { t } from "../../shared/i18n";
import { Loaded, useLoad } from "../../shared/load";
import { Page } from "../../shared/page";
import { BasicNotice, FrozenNotice } from "../standing";
import { getDevices, getMethods } from "./api";
import type { Device, Methods } from "./api";

export function MethodsPage() {
  const methods = useLoad(getMethods);
  const devices = useLoad(getDevices);
  return (
    <Page title={t("nav.methods")}>
      <p class="lead">{t("methods.text")}</p>
      <FrozenNotice />
      <BasicNotice />
      <Loaded load={methods}>
        {(held) => (
          <ul class="choices" id="methods">
            <Choice path="/data" name={t("methods.pin")} text={pinText(held)} />
            <Choice path="/devices" name={t("methods.app")} text={appText(devices.data)} />
            <Choice
              path="/password"
              name={t("nav.password")}
              text={t(`password.state.${held.password.state}`)}
            />
            <Choice path="/passkeys" name={t("methods.passkeys")} text={passkeysText(held)} />
            <Choice
              path="/authenticator-app"
              name={t("methods.authenticator")}
              text={held.authenticator_app ? t("methods.on") : t("methods.none")}
            />
            <Choice path="/recovery-codes" name={t("methods.recovery")} text={recoveryText(held)} />
          </ul>
        )}
      </Loaded>
      <h2>{t("methods.emergency")}</h2>
      <p>{t("methods.emergency-text")}</p>
      <div class="actions">
        <a class="button button-danger" id="freeze-link" href="/freeze">
          {t("freeze.title")}
        </a>
      </div>
    </Page>
  );
}

function pinText(held: Methods): string {
  const hint = held.sms.phone_hint;
  return hint ? t("methods.pin-phone", { phone: hint }) : t("methods.pin-none");
}

function appText(devices: Device[] | null): string {
  if (devices === null) return "";
  const names = devices.map((device) => device.name).join(", ");
  return names ? t("methods.app-on", { names }) : t("methods.none");
}

function passkeysText(held: Methods): string {
  if (held.passkeys.length === 0) return t("methods.none");
  return held.passkeys.map((passkey) => passkey.name).join(", ");
}

function recoveryText(held: Methods): string {
  const codes = held.recovery_codes;
  return codes ? t("methods.recovery-left", { left: codes.left }) : t("methods.none");
}
