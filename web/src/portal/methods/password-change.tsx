/** Another permanent password: the present one, the new one, and the code that confirms it. */
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { Problem } from "../../shared/api";
import { TextField } from "../../shared/fields";
import { Form } from "../../shared/form";
import { t } from "../../shared/i18n";
import { asProblem } from "../../shared/load";
import { Page } from "../../shared/page";
import { StepUpNotice } from "../../shared/problem";
import { changePassword, replacePassword } from "./api";
import type { CodeRequest } from "./api";
import { CodeField, CodeSent, NoCode, typedCode } from "./code-step";
import { FIELDS, insist, isAboutCode, sendCode } from "./password-outcome";

interface Typed {
  password: string;
  newPassword: string;
}

export function ChangePassword() {
  const [typed, setTyped] = useState<Typed | null>(null);
  const [code, setCode] = useState<CodeRequest | null>(null);
  const [refused, setRefused] = useState<Problem | null>(null);
  if (typed && code) {
    return (
      <ConfirmChange
        typed={typed}
        code={code}
        again={async () => setCode(await sendCode("password-change"))}
        back={(problem) => {
          setRefused(problem);
          setTyped(null);
        }}
      />
    );
  }
  // A code that was sent and not used still counts: it is not asked for twice.
  const next = async (passwords: Typed) => {
    if (code === null) setCode(await sendCode("password-change"));
    setRefused(null);
    setTyped(passwords);
  };
  return <TypePasswords refused={refused} next={next} />;
}

const Cancel = () => (
  <a href="/password" id="password-cancel">
    {t("removal.cancel")}
  </a>
);

function TypePasswords(props: { refused: Problem | null; next: (typed: Typed) => Promise<void> }) {
  const { route } = useLocation();
  const submit = async (values: FormData) => {
    const typed = {
      password: String(values.get("password")),
      newPassword: String(values.get("new_password")),
    };
    // After a login with a certificate this is all; else the service asks for the code.
    try {
      insist(await changePassword(typed.password, typed.newPassword, null), ["changed"]);
      route("/password?done=password-changed");
    } catch (error) {
      if (asProblem(error).code !== "proof-required") throw error;
      await props.next(typed);
    }
  };
  return (
    <Page title={t("password.change")}>
      <p>{t("password.change-text")}</p>
      <Form
        id="password-change"
        label={t("password.continue")}
        submit={submit}
        fieldOf={FIELDS}
        refused={props.refused}
        extra={<Cancel />}
      >
        <TextField
          name="password"
          label={t("password.present")}
          type="password"
          autocomplete="current-password"
        />
        <NewPasswordField />
      </Form>
    </Page>
  );
}

function NewPasswordField() {
  return (
    <TextField
      name="new_password"
      label={t("password.new")}
      hint={t("password.new-hint")}
      type="password"
      autocomplete="new-password"
    />
  );
}

function ConfirmChange(props: {
  typed: Typed;
  code: CodeRequest;
  again: () => Promise<void>;
  back: (problem: Problem) => void;
}) {
  const { typed, code } = props;
  const { route } = useLocation();
  const submit = async (values: FormData) => {
    const answer = { otp_id: code.otp_id ?? "", otp: typedCode(values, "otp") };
    try {
      insist(await changePassword(typed.password, typed.newPassword, answer), ["changed"]);
      route("/password?done=password-changed");
    } catch (error) {
      const problem = asProblem(error);
      if (problem.status === 401 || isAboutCode(problem)) throw problem;
      props.back(problem);
    }
  };
  return (
    <Page title={t("password.confirm-title")}>
      <CodeSent sent={{ hint: code.phone_hint ?? "", expiresAt: code.expires_at }} />
      <Form
        id="password-code"
        label={t("password.change")}
        submit={submit}
        fieldOf={FIELDS}
        extra={<Cancel />}
      >
        <CodeField name="otp" />
      </Form>
      <NoCode again={props.again} />
    </Page>
  );
}

/** A new password without the former one: what a certificate proves is enough. */
export function ReplacePassword() {
  const { route } = useLocation();
  const [needsProof, setNeedsProof] = useState(false);
  const submit = async (values: FormData) => {
    try {
      insist(await replacePassword(String(values.get("new_password"))), ["changed"]);
      route("/password?done=password-changed");
    } catch (error) {
      if (asProblem(error).code !== "proof-required") throw error;
      setNeedsProof(true);
    }
  };
  return (
    <Page title={t("password.replace")}>
      <p>{t("password.replace-text")}</p>
      {needsProof && (
        <StepUpNotice way={{ text: "certificate", level: "substantial", maxAge: 0 }} />
      )}
      <Form
        id="password-replace"
        label={t("password.replace-submit")}
        submit={submit}
        fieldOf={FIELDS}
        extra={<Cancel />}
      >
        <NewPasswordField />
      </Form>
    </Page>
  );
}
