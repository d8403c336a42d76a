/** A change of phone or e-mail under way: prove, accept, print. The registry keeps where it is. */
import { useState } from "preact/hooks";
import { useRoute } from "preact-iso";
import { Form } from "../shared/form";
import { known, t } from "../shared/i18n";
import { Loaded, useLoad } from "../shared/load";
import { Page } from "../shared/page";
import { completeChange, getChanges, printChange, proveChange, resendChange } from "./acts-api";
import type { EndedChange, OpenChange } from "./acts-api";
import { CodeStep } from "./code-step";
import { PdfReady } from "./pdf";
import { acceptedTerms, TermsFields } from "./terms";

export function ChangeSteps() {
  const { kind = "", id = "" } = useRoute().params;
  const load = useLoad(getChanges, id);
  const [ended, setEnded] = useState<EndedChange | null>(null);
  const title = t(kind === "phone" ? "console.act.phone" : "console.act.email");
  if (ended) return <Ended kind={kind} id={id} ended={ended} />;
  return (
    <Page title={title}>
      <Loaded load={load}>
        {({ changes }) => (
          <Step
            kind={kind}
            id={id}
            change={changes.find((change) => change.change_id === id)}
            reload={load.reload}
            end={setEnded}
          />
        )}
      </Loaded>
    </Page>
  );
}

interface Steps {
  kind: string;
  id: string;
  change: OpenChange | undefined;
  reload: () => Promise<void>;
  end: (ended: EndedChange) => void;
}

function Step(props: Steps) {
  const { kind, id, change, reload } = props;
  switch (change?.state) {
    case "code_pending":
      return (
        <CodeStep
          id="change-proof"
          text={t("console.change.prove", { hint: change.hint })}
          prove={(code) => proveChange(kind, id, code)}
          resend={() => resendChange(kind, id)}
          next={reload}
        />
      );
    case "proved":
      return <Finish {...props} hint={change.hint} />;
    default:
      return <Over kind={kind} id={id} />;
  }
}

function Finish(props: Steps & { hint: string }) {
  const { kind, id, end } = props;
  const isPhone = kind === "phone";
  const submit = async (values: FormData) =>
    end(await completeChange(kind, id, isPhone ? acceptedTerms(values) : undefined));
  return (
    <>
      <p class="lead">{t("console.change.proved", { hint: props.hint })}</p>
      <Form id="change-completion" label={t("console.change.submit")} submit={submit}>
        {isPhone && <TermsFields />}
      </Form>
    </>
  );
}

/** It is not among the open ones: made, waiting for a second officer, refused or too old. */
function Over(props: { kind: string; id: string }) {
  return (
    <>
      <p>{t("console.change.over")}</p>
      <Print kind={props.kind} id={props.id} />
    </>
  );
}

function Ended(props: { kind: string; id: string; ended: EndedChange }) {
  const { kind, id, ended } = props;
  const isDone = ended.state === "done";
  return (
    <Page title={t(isDone ? "console.change.done" : "console.change.awaits")}>
      <div
        class={isDone ? "notice notice-success" : "notice notice-warning"}
        id="change-ended"
        data-state={ended.state}
        role="status"
      >
        <p>{t(isDone ? "console.change.done-text" : "console.change.awaits-text")}</p>
        <ul>
          {ended.risks.map((risk) => (
            <li key={risk}>{known(`console.risk.${risk}`, "console.risk.other")}</li>
          ))}
        </ul>
      </div>
      {isDone && <Print kind={kind} id={id} />}
      <div class="actions">
        {ended.approval_id && (
          <a class="button" id="next" href={`/approvals/${ended.approval_id}`}>
            {t("console.receipt.follow")}
          </a>
        )}
        <a href="/">{t("console.nav.desk")}</a>
      </div>
    </Page>
  );
}

function Print(props: { kind: string; id: string }) {
  const [document, setDocument] = useState<string | null>(null);
  const print = async () => setDocument(URL.createObjectURL(await printChange(props.kind, props.id)));
  if (document) {
    return (
      <PdfReady
        id="acceptance"
        address={document}
        text={t("console.acceptance.ready")}
        file={t("console.acceptance.file")}
      />
    );
  }
  return <Form id="print-change" label={t("console.acceptance.fetch")} submit={print} />;
}
