/** Asking for the signing certificates to be revoked, without leaving. */
import { useState } from "preact/hooks";
import { Form } from "../../shared/form";
import { moment } from "../../shared/format";
import { t } from "../../shared/i18n";
import { Page } from "../../shared/page";
import { revocationReceipt, revokeCertificates } from "./api";

export function CertificateRevocation() {
  const [done, setDone] = useState<{ proof_id: string; at: string } | null>(null);
  if (done) return <Revoked id={done.proof_id} at={done.at} />;
  const submit = async (values: FormData) =>
    setDone(await revokeCertificates(values.get("key_compromise") === "true"));
  return (
    <Page title={t("data.revoke")}>
      <p class="lead">{t("revoke.text")}</p>
      <ul>
        <li>{t("revoke.stops")}</li>
        <li>{t("revoke.keeps")}</li>
        <li>{t("revoke.again")}</li>
      </ul>
      <Form
        id="revocation"
        label={t("revoke.submit")}
        submit={submit}
        danger
        extra={
          <a href="/data" id="change-cancel">
            {t("removal.cancel")}
          </a>
        }
      >
        <div class="check">
          <input type="checkbox" id="key_compromise" name="key_compromise" value="true" />
          <label for="key_compromise">{t("revoke.compromise")}</label>
        </div>
      </Form>
    </Page>
  );
}

function Revoked(props: { id: string; at: string }) {
  return (
    <Page title={t("revoke.done-title")}>
      <div class="notice notice-success" id="revoked">
        <p>{t("revoke.done-text", { date: moment(props.at) })}</p>
      </div>
      <div class="actions">
        <a class="button" id="revocation-receipt" href={revocationReceipt(props.id)} download>
          {t("revoke.receipt")}
        </a>
        <a href="/data">{t("activation.back")}</a>
      </div>
    </Page>
  );
}
