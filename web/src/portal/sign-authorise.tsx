/** The two secrets that make the signature: the permanent password and the code by SMS. */
import { useState } from "preact/hooks";
import { Problem } from "../shared/api";
import { TextField } from "../shared/fields";
import { Form } from "../shared/form";
import { time } from "../shared/format";
import { t } from "../shared/i18n";
import { asProblem } from "../shared/load";
import { Page } from "../shared/page";
import { ProblemNotice } from "../shared/problem";
import { askChallenge, signDocument } from "./api";
import type { Signing } from "./signing";

export function Authorise(props: { signing: Signing; done: () => void; restart: () => void }) {
  const { transaction } = props.signing;
  const submit = async (values: FormData) => {
    const password = String(values.get("password"));
    const otp = String(values.get("otp")).replace(/[\s-]/g, "");
    const { verdict } = await signDocument(transaction.transaction_id, password, otp);
    if (verdict !== "signed") throw new Problem(409, `signature-${verdict}`);
    props.done();
  };
  return (
    <Page title={t("sign.authorise-title")}>
      <Sent signing={props.signing} />
      <Form
        id="sign-authorise"
        label={t("sign.sign")}
        submit={submit}
        fieldOf={{ "signature-wrong": "password", "signature-expired": "otp" }}
        extra={
          <button type="button" class="button button-link" id="sign-restart" onClick={props.restart}>
            {t("sign.cancel")}
          </button>
        }
      >
        <TextField
          name="password"
          label={t("sign.password")}
          type="password"
          autocomplete="current-password"
        />
        <TextField
          name="otp"
          label={t("sign.otp")}
          hint={t("sign.otp-hint", { code: unbroken(transaction.short_code) })}
          autocomplete="one-time-code"
          numeric
          style="input-code"
        />
      </Form>
    </Page>
  );
}

/** Keep a code on one line: its hyphen is no place to break it. */
const unbroken = (code: string): string => code.replace("-", "\u2011");

function Sent(props: { signing: Signing }) {
  const { transaction, policiesAccepted } = props.signing;
  const [challenge, setChallenge] = useState(props.signing.challenge);
  const [problem, setProblem] = useState<Problem | null>(null);
  const again = async () => {
    try {
      const next = await askChallenge(transaction.transaction_id, policiesAccepted);
      if (next.outcome !== "sent") throw new Problem(409, `challenge-${next.reason ?? next.outcome}`);
      setChallenge(next);
      setProblem(null);
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  return (
    <>
      <div class="notice" role="status" id="code-sent">
        <p>
          {t("sign.code-sent", {
            phone: challenge.phone_hint ?? "",
            time: challenge.expires_at ? time(challenge.expires_at) : "",
          })}
        </p>
        <p>{t("sign.never-share")}</p>
      </div>
      {problem && <ProblemNotice problem={problem} />}
      <details>
        <summary>{t("sign.no-code")}</summary>
        <p>{t("sign.no-code-text")}</p>
        <button type="button" class="button button-secondary" id="resend" onClick={again}>
          {t("sign.resend")}
        </button>
      </details>
    </>
  );
}
