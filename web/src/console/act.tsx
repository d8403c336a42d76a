/** The frame of every act on a person: identify, evidence, change, receipt. */
import { useState } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso";
import { CheckField, TextField } from "../shared/fields";
import { Form, valuesOf } from "../shared/form";
import { t } from "../shared/i18n";
import { Page } from "../shared/page";
import { NotFound } from "../shared/welcome";
import { ACTS } from "./acts";
import type { Act, Receipt } from "./acts";
import { has } from "./officer";
import { PdfReady } from "./pdf";
import { served } from "./served";

const FIELD_OF = {
  "wrong-format": "national_id",
  "wrong-check-letter": "national_id",
  "not-registered": "national_id",
  "own-record": "national_id",
  "reason-required": "reason",
  "reason-invalid": "reason",
};

/** The page of one act, named by its address. */
export function ActPage() {
  const { name = "" } = useRoute().params;
  const act = ACTS[name];
  if (!act || !has(act.roles)) return <NotFound />;
  return <ActForm key={name} name={name} act={act} />;
}

function ActForm(props: { name: string; act: Act }) {
  const { name, act } = props;
  const { route } = useLocation();
  const [receipt, setReceipt] = useState<Receipt | null>(null);
  const title = t(`console.act.${name}`);
  if (receipt) return <ReceiptPage title={title} receipt={receipt} />;
  const submit = async (form: FormData) => {
    const ended = await act.send(bodyOf(act, form), form);
    if (typeof ended === "string") route(ended);
    else setReceipt(ended);
  };
  return (
    <Page title={title}>
      <p class="lead">{t(`console.act.${name}-text`)}</p>
      <Form
        id={`act-${name}`}
        label={t(`console.act.${name}-submit`)}
        submit={submit}
        danger={act.danger ?? false}
        fieldOf={{ ...FIELD_OF, ...act.fieldOf }}
      >
        <Identification />
        {act.present && <Evidence />}
        {act.Change && (
          <fieldset>
            <legend>{t("console.act.change")}</legend>
            <act.Change />
          </fieldset>
        )}
      </Form>
    </Page>
  );
}

/** The values of the form as the registry wants them, with what was seen at the desk. */
function bodyOf(act: Act, form: FormData): Record<string, unknown> {
  const values = valuesOf(form);
  if (!act.present) return values;
  return { ...values, present: form.has("present"), document_checked: form.has("document_checked") };
}

function Identification() {
  const person = served.value;
  return (
    <fieldset>
      <legend>{t("console.act.identify")}</legend>
      <TextField
        name="national_id"
        label={t("console.field.national_id")}
        hint={t("console.field.national_id-hint")}
        style="input-medium input-upper"
        value={person?.national_id}
      />
      <TextField
        name="reason"
        label={t("console.field.reason")}
        hint={t("console.look-up.reason-hint")}
        value={person?.reason}
      />
    </fieldset>
  );
}

function Evidence() {
  return (
    <fieldset>
      <legend>{t("console.act.evidence")}</legend>
      <CheckField name="present" label={t("console.tick.present")} />
      <CheckField name="document_checked" label={t("console.tick.document_checked")} />
    </fieldset>
  );
}

function ReceiptPage(props: { title: string; receipt: Receipt }) {
  const { text, document, link, warning } = props.receipt;
  return (
    <Page title={t("console.receipt.title", { act: props.title })}>
      <div class={warning ? "notice notice-warning" : "notice notice-success"} id="receipt" role="status">
        <p>{text}</p>
      </div>
      {document && (
        <PdfReady
          id="document"
          address={URL.createObjectURL(document.content)}
          text={t("console.receipt.document")}
          file={document.file}
        />
      )}
      <div class="actions">
        {link && (
          <a class="button" id="next" href={link.path}>
            {link.text}
          </a>
        )}
        <a id="again" href="/look-up">
          {t("console.nav.look-up")}
        </a>
        <a href="/">{t("console.nav.desk")}</a>
      </div>
    </Page>
  );
}
