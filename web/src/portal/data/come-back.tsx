/** Undoing a renunciation with a certificate. */
import { useState } from "preact/hooks";
import { Form } from "../../shared/form";
import { t } from "../../shared/i18n";
import { Page } from "../../shared/page";
import { getStanding } from "../api";
import { officesAddress, standing } from "../standing";
import { comeBack } from "./api";
import { TermsFields, acceptedTerms } from "./terms";

export function ComeBack() {
  const [phoneVerified, setPhoneVerified] = useState<boolean | null>(null);
  if (phoneVerified !== null) return <Back phoneVerified={phoneVerified} />;
  const submit = async (values: FormData) => {
    const back = await comeBack(acceptedTerms(values));
    standing.value = await getStanding();
    setPhoneVerified(back.phone_verified);
  };
  return (
    <Page title={t("come-back.title")}>
      <p class="lead">{t("come-back.text")}</p>
      <Form
        id="come-back"
        label={t("come-back.submit")}
        submit={submit}
        extra={<a href={officesAddress()}>{t("ended.office")}</a>}
      >
        <TermsFields />
      </Form>
    </Page>
  );
}

function Back(props: { phoneVerified: boolean }) {
  return (
    <Page title={t("come-back.done-title")}>
      <div class="notice notice-success" id="back">
        <p>{t("come-back.done-text")}</p>
      </div>
      <div class="actions">
        {props.phoneVerified ? (
          <a class="button" href="/methods">
            {t("unfreeze.check")}
          </a>
        ) : (
          <a class="button" id="name-phone" href="/data/phone">
            {t("come-back.phone")}
          </a>
        )}
      </div>
    </Page>
  );
}
