/** Enrolling, rising to the advanced level or renewing, with a certificate or the DNIe. */
import { useState } from "preact/hooks";
import { t } from "../../shared/i18n";
import { Loaded, useLoad } from "../../shared/load";
import { Page } from "../../shared/page";
import { getMe, getStanding } from "../api";
import { officesAddress, standing } from "../standing";
import { fetchReceipt, getUnfinished } from "./api";
import type { Begun, Entry, Purpose } from "./api";
import { Download } from "./download";
import { ContactStep } from "./enrol-contact";
import { PhoneStep } from "./enrol-phone";
import { SignStep } from "./enrol-sign";

const STEPS = ["contact", "phone", "sign", "done"] as const;
type Step = (typeof STEPS)[number];

export const Enrol = () => <Act purpose="enrol" />;
export const Renew = () => <Act purpose="renew" />;

function Act(props: { purpose: Purpose }) {
  const [begun, setBegun] = useState<Begun | null>(null);
  const [toSign, setToSign] = useState<string | null>(null);
  const [entry, setEntry] = useState<Entry | null>(null);
  const me = useLoad(getMe);
  const left = useLoad(getUnfinished);
  const resumed = left.data?.purpose === props.purpose && left.data.state === "phone_proved";
  const signing = toSign ?? (resumed ? left.data!.enrolment_id : null);
  if (entry && signing) return <Done id={signing} entry={entry} purpose={props.purpose} />;
  const done = async (entered: Entry) => {
    setToSign(signing);
    setEntry(entered);
    standing.value = await getStanding();
  };
  if (signing) {
    return (
      <>
        <Steps step="sign" />
        <SignStep id={signing} done={done} />
      </>
    );
  }
  if (begun?.enrolment_id) {
    const id = begun.enrolment_id;
    return (
      <>
        <Steps step="phone" />
        <PhoneStep begun={begun} done={() => setToSign(id)} />
      </>
    );
  }
  return (
    <>
      <Steps step="contact" />
      <Page title={t(`enrol.title.${props.purpose}`)}>
        <p class="lead">{t(`enrol.text.${props.purpose}`)}</p>
        <Loaded load={left}>
          {() => (
            <Loaded load={me}>
              {(person) => (
                <ContactStep purpose={props.purpose} person={person} done={setBegun} />
              )}
            </Loaded>
          )}
        </Loaded>
        <p>
          <a href={officesAddress()}>{t("enrol.office")}</a>
        </p>
      </Page>
    </>
  );
}

function Steps(props: { step: Step }) {
  return (
    <ol class="steps" aria-label={t("enrol.steps")}>
      {STEPS.map((step) => (
        <li key={step} aria-current={step === props.step ? "step" : undefined}>
          {t(`enrol.step.${step}`)}
        </li>
      ))}
    </ol>
  );
}

function Done(props: { id: string; entry: Entry; purpose: Purpose }) {
  return (
    <>
      <Steps step="done" />
      <Page title={t(`enrol.done.${props.purpose}`)}>
        <div class="notice notice-success" id="enrolled" data-level={props.entry.level ?? ""}>
          <p>{t("enrol.done-text")}</p>
          {props.entry.with_activation_code && <p>{t("enrol.done-code")}</p>}
        </div>
        <Download
          id="receipt"
          label={t("enrol.receipt")}
          name={t("enrol.receipt-file")}
          file={() => fetchReceipt(props.id)}
        />
        <p>
          <a href="/methods">{t("unfreeze.check")}</a>
        </p>
      </Page>
    </>
  );
}
