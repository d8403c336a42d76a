/** Giving up the digital identity: explain, confirm in words, done with a proof to keep. */
import { useState } from "preact/hooks";
import { Problem, fetchFile } from "../shared/api";
import { TextField } from "../shared/fields";
import { Form } from "../shared/form";
import { moment } from "../shared/format";
import { t } from "../shared/i18n";
import { Loaded, useLoad } from "../shared/load";
import { Page } from "../shared/page";
import { StepUpNotice, toLevel } from "../shared/problem";
import { session } from "../shared/session";
import { Welcome } from "../shared/welcome";
import { getMe, proofAddress, renounce } from "./api";

interface Done {
  renouncedAt: string;
  proof: string | null;
}
type Step = "explain" | "confirm" | Done;

export function Renounce() {
  const [step, setStep] = useState<Step>("explain");
  if (typeof step === "object") return <Renounced done={step} />;
  if (!session.value?.authenticated) {
    return <Welcome title={t("portal.welcome.title")} text={t("portal.welcome.text")} />;
  }
  if (step === "explain") return <Explain next={() => setStep("confirm")} />;
  return <Confirm done={setStep} />;
}

function Explain(props: { next: () => void }) {
  const me = useLoad(getMe);
  return (
    <Page title={t("renounce.title")}>
      <p class="lead">{t("renounce.text")}</p>
      <h2>{t("renounce.stops")}</h2>
      <ul>
        <li>{t("renounce.stops-pin")}</li>
        <li>{t("renounce.stops-certificate")}</li>
        <li>{t("renounce.stops-sessions")}</li>
      </ul>
      <h2>{t("renounce.stays")}</h2>
      <ul>
        <li>{t("renounce.stays-acts")}</li>
        <li>{t("renounce.stays-record")}</li>
        <li>{t("renounce.stays-back")}</li>
      </ul>
      <Loaded load={me}>
        {({ level }) =>
          // Asked before the confirmation, so that coming back from the step-up loses nothing.
          level === "advanced" && session.value?.level === "low" ? (
            <StepUpNotice way={toLevel("substantial")} />
          ) : (
            <button type="button" class="button" id="renounce-continue" onClick={props.next}>
              {t("renounce.continue")}
            </button>
          )
        }
      </Loaded>
      <div class="actions">
        <a href="/" id="renounce-cancel">
          {t("renounce.cancel")}
        </a>
      </div>
    </Page>
  );
}

function Confirm(props: { done: (done: Done) => void }) {
  const word = t("renounce.word");
  const submit = async (values: FormData) => {
    const typed = String(values.get("confirmation")).trim();
    if (typed.toLocaleUpperCase() !== word) throw new Problem(422, "confirmation-word");
    const { renounced_at: renouncedAt, proof_id: proofId } = await renounce();
    // The session ends within a moment: the proof is fetched while its token still works.
    const proof = await fetchFile(proofAddress(proofId)).then(URL.createObjectURL, () => null);
    props.done({ renouncedAt, proof });
  };
  return (
    <Page title={t("renounce.confirm-title")}>
      <p>{t("renounce.confirm-text")}</p>
      <Form
        id="renounce"
        label={t("renounce.submit")}
        submit={submit}
        fieldOf={{ "confirmation-word": "confirmation" }}
        danger
        extra={
          <a href="/" id="renounce-cancel">
            {t("renounce.cancel")}
          </a>
        }
      >
        <TextField
          name="confirmation"
          label={t("renounce.confirmation", { word })}
          style="input-medium input-upper"
        />
      </Form>
    </Page>
  );
}

function Renounced(props: { done: Done }) {
  return (
    <Page title={t("renounce.done-title")}>
      <div class="notice notice-success" id="renounced">
        <p>{t("renounce.done-text", { date: moment(props.done.renouncedAt) })}</p>
      </div>
      {props.done.proof ? (
        <div class="actions">
          <a class="button" id="renunciation-proof" href={props.done.proof} download={t("renounce.file")}>
            {t("renounce.proof")}
          </a>
        </div>
      ) : (
        <p>{t("renounce.no-proof")}</p>
      )}
    </Page>
  );
}
