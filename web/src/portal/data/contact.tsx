/** A new e-mail address or phone: named, proved by a code, done. */
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { Problem } from "../../shared/api";
import { SelectField, TextField } from "../../shared/fields";
import { Form } from "../../shared/form";
import { languages, nativeName, t } from "../../shared/i18n";
import { Loaded, useLoad } from "../../shared/load";
import { Page } from "../../shared/page";
import { getMe } from "../api";
import { CodeField, CodeSent, NoCode, typedCode } from "../methods/code-step";
import { beginChange, changeLanguage, completePhone, proveChange, resendChange } from "./api";
import type { Change, Kind } from "./api";
import { NewCode } from "./activation-code";
import { NewAcceptance } from "./new-acceptance";
import { TermsFields, acceptedTerms } from "./terms";

const Cancel = () => (
  <a href="/data" id="change-cancel">
    {t("removal.cancel")}
  </a>
);

export function ChangeEmail() {
  const [change, setChange] = useState<Change | null>(null);
  const { route } = useLocation();
  const begin = async (values: FormData) =>
    setChange(await beginChange("email", { email: String(values.get("email")).trim() }));
  if (change) {
    return (
      <Prove
        kind="email"
        change={change}
        renew={setChange}
        done={() => route(`/data?done=email-changed&change=${change.change_id}`)}
      />
    );
  }
  return (
    <Page title={t("data.change-email")}>
      <p>{t("email.text")}</p>
      <Form
        id="email-change"
        label={t("email.send")}
        submit={begin}
        fieldOf={{ "invalid-email": "email", "contact-unchanged": "email" }}
        extra={<Cancel />}
      >
        <TextField name="email" label={t("email.new")} type="email" autocomplete="email" />
      </Form>
    </Page>
  );
}

/** The code that came: a right one goes on, a wrong one says how many tries are left. */
function Prove(props: {
  kind: Kind;
  change: Change;
  renew: (change: Change) => void;
  done: () => void;
}) {
  const { kind, change } = props;
  const submit = async (values: FormData) => {
    const proof = await proveChange(kind, change.change_id, typedCode(values, "code"));
    if (proof.verdict === "accepted") return props.done();
    throw new Problem(409, `phone-code-${proof.verdict}`, [], { left: proof.attempts_left ?? 0 });
  };
  return (
    <Page title={t("code.title")}>
      <CodeSent
        sent={{ hint: change.hint, expiresAt: change.code_expires_at }}
        text={kind === "email" ? "code.sent-mail" : "sign.code-sent"}
      />
      <Form
        id="code-proof"
        label={t("code.confirm")}
        submit={submit}
        fieldOf={CODE_FIELDS}
        extra={<Cancel />}
      >
        <CodeField name="code" />
      </Form>
      <NoCode again={async () => props.renew(await resendChange(kind, change.change_id))} />
    </Page>
  );
}

/** The field that refusals of a code are about. */
export const CODE_FIELDS: Record<string, string> = {
  "phone-code-wrong": "code",
  "phone-code-expired": "code",
  "phone-code-locked": "code",
};

export function ChangePhone() {
  const [change, setChange] = useState<Change | null>(null);
  const [isProved, setIsProved] = useState(false);
  const [code, setCode] = useState<string | null>(null);
  if (change && code !== null) {
    return (
      <NewCode code={code} title={t("phone.done-title")}>
        <NewAcceptance kind="phone" id={change.change_id} />
      </NewCode>
    );
  }
  if (change && isProved) return <Accept change={change} done={setCode} />;
  if (change) {
    return (
      <Prove kind="phone" change={change} renew={setChange} done={() => setIsProved(true)} />
    );
  }
  const begin = async (values: FormData) =>
    setChange(await beginChange("phone", { mobile: String(values.get("mobile")).trim() }));
  return (
    <Page title={t("data.change-phone")}>
      <p>{t("phone.text")}</p>
      <Form
        id="phone-change"
        label={t("phone.send")}
        submit={begin}
        fieldOf={{ "invalid-phone": "mobile", "contact-unchanged": "mobile" }}
        extra={<Cancel />}
      >
        <TextField
          name="mobile"
          label={t("phone.new")}
          hint={t("phone.hint")}
          type="tel"
          autocomplete="tel"
        />
      </Form>
    </Page>
  );
}

function Accept(props: { change: Change; done: (code: string) => void }) {
  const submit = async (values: FormData) => {
    const ended = await completePhone(props.change.change_id, acceptedTerms(values));
    props.done(ended.activation_code ?? "");
  };
  return (
    <Page title={t("phone.accept-title")}>
      <p>{t("phone.accept-text")}</p>
      <Form id="phone-accept" label={t("phone.accept")} submit={submit} extra={<Cancel />}>
        <TermsFields />
      </Form>
    </Page>
  );
}

/** The languages that messages are written in. */
export const WRITTEN_LANGUAGES = ["es", "ca", "gl", "eu", "en"];

export function ChangeLanguage() {
  const me = useLoad(getMe);
  const { route } = useLocation();
  const submit = async (values: FormData) => {
    await changeLanguage(String(values.get("language")));
    route("/data?done=language-changed");
  };
  return (
    <Page title={t("data.change-language")}>
      <p>{t("language.text")}</p>
      <Loaded load={me}>
        {(person) => (
          <Form
            id="language-change"
            label={t("language.save")}
            submit={submit}
            fieldOf={{ "contact-unchanged": "language" }}
            extra={<Cancel />}
          >
            <SelectField
              name="language"
              label={t("data.language")}
              options={WRITTEN_LANGUAGES.map((tag) => [tag, nativeName(tag)])}
              value={person.language ?? languages[0] ?? "es"}
            />
          </Form>
        )}
      </Loaded>
    </Page>
  );
}
