/** Signing a PDF: choose it, see what will be signed, authorise with two secrets, take it home. */
import { useState } from "preact/hooks";
import { FileField } from "../shared/fields";
import { Form } from "../shared/form";
import { t } from "../shared/i18n";
import { Page } from "../shared/page";
import { StepUpNotice, toLevel } from "../shared/problem";
import { session } from "../shared/session";
import { uploadDocument } from "./api";
import type { Transaction } from "./api";
import { Authorise } from "./sign-authorise";
import { Review } from "./sign-review";
import { Signed } from "./sign-done";
import type { Signing } from "./signing";

const STEPS = ["choose", "review", "authorise", "done"] as const;
type Step = (typeof STEPS)[number];

export function Sign() {
  const [step, setStep] = useState<Step>("choose");
  const [transaction, setTransaction] = useState<Transaction | null>(null);
  const [signing, setSigning] = useState<Signing | null>(null);
  const restart = () => {
    setTransaction(null);
    setSigning(null);
    setStep("choose");
  };
  // Asked before the upload, so that coming back from the step-up loses nothing.
  const level = session.value?.level;
  if (level !== "substantial" && level !== "high") {
    return (
      <Page title={t("nav.sign")}>
        <StepUpNotice way={toLevel("substantial")} />
      </Page>
    );
  }
  const chosen = (found: Transaction) => {
    setTransaction(found);
    setStep("review");
  };
  const challenged = (found: Signing) => {
    setSigning(found);
    setStep("authorise");
  };
  return (
    <>
      <Steps step={step} />
      {step === "choose" && <Choose done={chosen} />}
      {step === "review" && transaction && (
        <Review transaction={transaction} done={challenged} restart={restart} />
      )}
      {step === "authorise" && signing && (
        <Authorise signing={signing} done={() => setStep("done")} restart={restart} />
      )}
      {step === "done" && transaction && <Signed transaction={transaction} restart={restart} />}
    </>
  );
}

function Steps(props: { step: Step }) {
  return (
    <ol class="steps" aria-label={t("sign.steps")}>
      {STEPS.map((step) => (
        <li key={step} aria-current={step === props.step ? "step" : undefined}>
          {t(`sign.step.${step}`)}
        </li>
      ))}
    </ol>
  );
}

const DOCUMENT_FAULTS = [
  "not-pdf", "pdf-broken", "pdf-encrypted", "pdf-trailing-data", "pdf-javascript", "pdf-xfa",
  "pdf-launch-action", "pdf-embedded-files", "pdf-multimedia", "pdf-external-content",
  "pdf-hidden-layers", "pdf-locked", "pdf-no-pages", "pdf-too-many-pages", "pdf-too-complex",
  "document-too-large", "body-too-large",
]; // prettier-ignore

function Choose(props: { done: (transaction: Transaction) => void }) {
  const submit = async (values: FormData) => {
    props.done(await uploadDocument(values.get("document") as File));
  };
  return (
    <Page title={t("sign.title")}>
      <p class="lead">{t("sign.text")}</p>
      <Form
        id="sign-upload"
        label={t("sign.upload")}
        submit={submit}
        fieldOf={Object.fromEntries(DOCUMENT_FAULTS.map((code) => [code, "document"]))}
      >
        <FileField
          name="document"
          label={t("sign.document")}
          hint={t("sign.document-hint")}
          accept="application/pdf,.pdf"
        />
      </Form>
    </Page>
  );
}
