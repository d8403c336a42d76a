/** A code that was sent to the phone: typed here, or asked for again. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Problem } from "../../shared/api";
import { TextField } from "../../shared/fields";
import { time } from "../../shared/format";
import { t } from "../../shared/i18n";
import { asProblem } from "../../shared/load";
import { ProblemNotice } from "../../shared/problem";

export interface SentTo {
  hint: string;
  expiresAt: string | undefined;
}

/** Where the code went and until when it counts. */
export function CodeSent(props: { sent: SentTo; text?: string }) {
  const { hint, expiresAt } = props.sent;
  return (
    <div class="notice" role="status" id="code-sent">
      <p>
        {t(props.text ?? "sign.code-sent", { phone: hint, time: expiresAt ? time(expiresAt) : "" })}
      </p>
      <p>{t("sign.never-share")}</p>
    </div>
  );
}

/** The field for it. */
export function CodeField(props: { name: string; hint?: string }) {
  return (
    <TextField
      name={props.name}
      label={t("code.label")}
      hint={props.hint}
      autocomplete="one-time-code"
      numeric
      style="input-code"
    />
  );
}

/** The code does not come: ask for another. */
export function NoCode(props: { again: () => Promise<void>; children?: ComponentChildren }) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isSent, setIsSent] = useState(false);
  const again = async () => {
    try {
      await props.again();
      setProblem(null);
      setIsSent(true);
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  return (
    <>
      {problem && <ProblemNotice problem={problem} />}
      <details>
        <summary>{t("sign.no-code")}</summary>
        <p>{t("sign.no-code-text")}</p>
        {props.children}
        <button type="button" class="button button-secondary" id="resend" onClick={again}>
          {t("sign.resend")}
        </button>
        <p role="status" id="resent">
          {isSent && t("code.resent")}
        </p>
      </details>
    </>
  );
}

/** Read a typed code as the services compare it. */
export const typedCode = (values: FormData, name: string): string =>
  String(values.get(name)).replace(/[\s-]/g, "");
