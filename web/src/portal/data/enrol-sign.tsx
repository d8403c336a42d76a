/** Third step with a certificate: the request is signed on the person's own device. */
import { useState } from "preact/hooks";
import { CheckField, FileField } from "../../shared/fields";
import { Form } from "../../shared/form";
import { t } from "../../shared/i18n";
import { Page } from "../../shared/page";
import { fetchRequest, handIn } from "./api";
import type { Entry } from "./api";
import { Download } from "./download";

const FIELD_OF: Record<string, string> = Object.fromEntries(
  ["signature-invalid", "signature-not-accepted", "signer-differs", "body-too-large"].map(
    (code) => [code, "signature"],
  ),
);

export function SignStep(props: { id: string; done: (entry: Entry) => Promise<void> }) {
  const [differ, setDiffer] = useState<Entry | null>(null);
  const submit = async (values: FormData) => {
    const file = values.get("signature") as File;
    const entry = await handIn(props.id, await signatureOf(file));
    if (entry.outcome === "mismatch") setDiffer(entry);
    else await props.done(entry);
  };
  return (
    <Page title={t("enrol.sign-title")}>
      <ol class="instructions">
        <li>
          <p>{t("enrol.sign-download")}</p>
          <Download
            id="request"
            label={t("enrol.request")}
            name={t("enrol.request-file")}
            file={() => fetchRequest(props.id)}
          />
        </li>
        <li>
          <p>{t("enrol.sign-sign")}</p>
        </li>
        <li>
          <p>{t("enrol.sign-upload")}</p>
        </li>
      </ol>
      {differ && (
        <div class="notice notice-danger" role="alert" id="names-differ">
          <p>
            {t("enrol.names-differ", {
              certificate: differ.certificate_name ?? "",
              record: differ.record_name ?? "",
            })}
          </p>
        </div>
      )}
      <Form id="hand-in" label={t("enrol.hand-in")} submit={submit} fieldOf={FIELD_OF}>
        <FileField
          name="signature"
          label={t("enrol.signature")}
          hint={t("enrol.signature-hint")}
          accept=".pdf,.p7s,.csig,.p7m,application/pdf"
        />
        <CheckField name="accepted" label={t("enrol.accept")} />
      </Form>
    </Page>
  );
}

/** A signed PDF carries its signature inside; any other file is the signature alone. */
async function signatureOf(file: File): Promise<object> {
  const content = await base64(file);
  return /\.pdf$/i.test(file.name) ? { signed_pdf: content } : { signature: content };
}

function base64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^data:[^,]*,/, ""));
    reader.onerror = () => reject(reader.error ?? new Error("unreadable file"));
    reader.readAsDataURL(file);
  });
}
