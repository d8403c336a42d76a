/** The acceptance document: it holds the activation code, so the registry gives it out once. */
import { useState } from "preact/hooks";
import { Problem } from "../shared/api";
import { TextField } from "../shared/fields";
import { Form } from "../shared/form";
import { t } from "../shared/i18n";
import { asProblem } from "../shared/load";
import { Page } from "../shared/page";
import { ProblemNotice } from "../shared/problem";
import { allowReprint, fetchAcceptance } from "./api";
import type { Enrolment } from "./api";
import { PdfReady } from "./pdf";

export function Acceptance(props: { enrolment: Enrolment; next: () => Promise<void> }) {
  const { enrolment_id: id, acceptance_printed: wasPrinted } = props.enrolment;
  const [document, setDocument] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const fetchOnce = async () => {
    try {
      setDocument(URL.createObjectURL(await fetchAcceptance(id)));
      setProblem(null);
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  return (
    <Page title={t("console.acceptance.title")}>
      <div class="notice notice-success" id="enrolled">
        <p>{t("console.acceptance.text")}</p>
      </div>
      {problem && <ProblemNotice problem={problem} />}
      {document && (
        <PdfReady
          id="acceptance"
          address={document}
          text={t("console.acceptance.ready")}
          file={t("console.acceptance.file")}
        />
      )}
      {!document && !wasPrinted && (
        <>
          <p>{t("console.acceptance.once")}</p>
          <button type="button" class="button" id="print-acceptance" onClick={fetchOnce}>
            {t("console.acceptance.fetch")}
          </button>
        </>
      )}
      {wasPrinted && !document && <Reprint id={id} next={props.next} />}
      <div class="actions">
        <a class="button button-secondary" id="next-person" href="/enrolments/new">
          {t("console.acceptance.next")}
        </a>
        <a href="/">{t("console.nav.desk")}</a>
      </div>
    </Page>
  );
}

function Reprint(props: { id: string; next: () => Promise<void> }) {
  const submit = async (values: FormData) => {
    await allowReprint(props.id, String(values.get("reason")));
    await props.next();
  };
  return (
    <section aria-labelledby="reprint-heading">
      <h2 id="reprint-heading">{t("console.acceptance.printed")}</h2>
      <p>{t("console.acceptance.reprint-text")}</p>
      <Form
        id="reprint"
        label={t("console.acceptance.reprint")}
        submit={submit}
        fieldOf={{ "reason-required": "reason", "reason-invalid": "reason" }}
      >
        <TextField name="reason" label={t("console.field.reason")} />
      </Form>
    </section>
  );
}
