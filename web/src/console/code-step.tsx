/** A number or an address is proved: the person reads out the code that came to it. */
import { useState } from "preact/hooks";
import { Problem } from "../shared/api";
import { TextField } from "../shared/fields";
import { Form } from "../shared/form";
import { time } from "../shared/format";
import { t } from "../shared/i18n";
import { asProblem } from "../shared/load";
import { ProblemNotice } from "../shared/problem";

interface Sent {
  code_expires_at: string;
  delivered: boolean;
}

interface Steps {
  id: string;
  text: string;
  prove: (code: string) => Promise<{ verdict: string }>;
  resend: () => Promise<Sent>;
  next: () => Promise<void>;
}

const FIELD_OF = Object.fromEntries(
  ["wrong", "expired", "locked"].map((verdict) => [`phone-code-${verdict}`, "code"]),
);

export function CodeStep(props: Steps) {
  const submit = async (values: FormData) => {
    const { verdict } = await props.prove(String(values.get("code")));
    if (verdict !== "accepted") throw new Problem(409, `phone-code-${verdict}`);
    await props.next();
  };
  return (
    <>
      <p class="lead">{props.text}</p>
      <Form id={props.id} label={t("console.phone.submit")} submit={submit} fieldOf={FIELD_OF}>
        <TextField name="code" label={t("console.field.code")} numeric style="input-code" />
      </Form>
      <Resend resend={props.resend} />
    </>
  );
}

function Resend(props: { resend: () => Promise<Sent> }) {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const resend = async () => {
    try {
      const sent = await props.resend();
      setProblem(null);
      const key = sent.delivered ? "console.phone.resent" : "console.phone.undelivered";
      setText(t(key, { time: time(sent.code_expires_at) }));
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  return (
    <section aria-labelledby="resend-heading">
      <h2 id="resend-heading">{t("console.phone.no-code")}</h2>
      <p role="status" id="resend-status">
        {text}
      </p>
      {problem && <ProblemNotice problem={problem} />}
      <button type="button" class="button button-secondary" id="resend" onClick={resend}>
        {t("console.phone.resend")}
      </button>
    </section>
  );
}
