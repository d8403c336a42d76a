/** Taking the permanent password away: a warning first, then password and code. */
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { TextField } from "../../shared/fields";
import { Form } from "../../shared/form";
import { t } from "../../shared/i18n";
import { asProblem } from "../../shared/load";
import { Page } from "../../shared/page";
import { removePassword } from "./api";
import type { CodeRequest } from "./api";
import { CodeField, CodeSent, NoCode, typedCode } from "./code-step";
import { FIELDS, insist, sendCode } from "./password-outcome";

const GONE = ["removed", "inactive"];

export function RemovePassword() {
  const [isLast, setIsLast] = useState(false);
  const [code, setCode] = useState<CodeRequest | null>(null);
  const ask = async () => setCode(await sendCode("password-removal"));
  if (code) return <Confirm code={code} again={ask} isLast={isLast} warn={() => setIsLast(true)} />;
  return <Warn isLast={isLast} warn={() => setIsLast(true)} ask={ask} />;
}

function Warn(props: { isLast: boolean; warn: () => void; ask: () => Promise<void> }) {
  const { route } = useLocation();
  const submit = async () => {
    // After a login with a certificate this is all; else the service asks for password and code.
    try {
      insist(await removePassword(props.isLast, null), GONE);
      route("/password?done=removed");
    } catch (error) {
      const problem = asProblem(error);
      if (problem.code === "last-strong-method") props.warn();
      else if (problem.code === "proof-required") await props.ask();
      else throw problem;
    }
  };
  return (
    <Page title={t("password.remove")}>
      <p class="lead">{t("password.remove-text")}</p>
      <ul>
        <li>{t("password.remove-enter")}</li>
        <li>{t("password.remove-sign")}</li>
        <li>{t("password.remove-code")}</li>
      </ul>
      {props.isLast && <LastWarning />}
      <Form
        id="password-removal"
        label={props.isLast ? t("removal.anyway") : t("password.remove")}
        submit={submit}
        danger
        extra={<Cancel />}
      />
    </Page>
  );
}

const Cancel = () => (
  <a href="/password" id="password-cancel">
    {t("removal.cancel")}
  </a>
);

const LastWarning = () => (
  <div class="notice notice-warning" role="alert" id="last-strong-method">
    <p>{t("removal.last")}</p>
  </div>
);

function Confirm(props: {
  code: CodeRequest;
  again: () => Promise<void>;
  isLast: boolean;
  warn: () => void;
}) {
  const { code } = props;
  const { route } = useLocation();
  const submit = async (values: FormData) => {
    const typed = { otp_id: code.otp_id ?? "", otp: typedCode(values, "otp") };
    const proof = { password: String(values.get("password")), code: typed };
    try {
      insist(await removePassword(props.isLast, proof), GONE);
      route("/password?done=removed");
    } catch (error) {
      const problem = asProblem(error);
      if (problem.code !== "last-strong-method") throw problem;
      props.warn();
    }
  };
  return (
    <Page title={t("password.remove-confirm")}>
      <CodeSent sent={{ hint: code.phone_hint ?? "", expiresAt: code.expires_at }} />
      {props.isLast && <LastWarning />}
      <Form
        id="password-removal"
        label={props.isLast ? t("removal.anyway") : t("password.remove")}
        submit={submit}
        fieldOf={FIELDS}
        danger
        extra={<Cancel />}
      >
        <TextField
          name="password"
          label={t("password.present")}
          type="password"
          autocomplete="current-password"
        />
        <CodeField name="otp" />
      </Form>
      <NoCode again={props.again} />
    </Page>
  );
}
