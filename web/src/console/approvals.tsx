/** Second opinions: what waits for a decision, and the decision with its reason. */
import { useRoute } from "preact-iso";
import { SelectField, TextField } from "../shared/fields";
import { Form, valuesOf } from "../shared/form";
import { moment } from "../shared/format";
import { known, t } from "../shared/i18n";
import { Loaded, useLoad } from "../shared/load";
import { Page } from "../shared/page";
import { decideApproval, getApproval, getApprovals } from "./acts-api";
import type { Approval } from "./acts-api";
import { Facts } from "./facts";
import { has, SUPERVISION } from "./officer";

const FIELD_OF = { "reason-required": "reason", "reason-invalid": "reason" };
const kindOf = (approval: Approval) =>
  known(`console.approval.${approval.kind}`, "console.approval.other");

export function Approvals() {
  const load = useLoad(getApprovals);
  return (
    <Page title={t("console.task.approvals")}>
      <p>{t("console.approvals.text")}</p>
      <Loaded load={load}>{({ approvals }) => <List approvals={approvals} />}</Loaded>
    </Page>
  );
}

function List(props: { approvals: Approval[] }) {
  if (props.approvals.length === 0) return <p id="no-approvals">{t("console.approvals.none")}</p>;
  return (
    <ul id="approvals">
      {props.approvals.map((approval) => (
        <li key={approval.approval_id}>
          <a href={`/approvals/${approval.approval_id}`}>{kindOf(approval)}</a>,{" "}
          {approval.proposed_by}, {moment(approval.proposed_at)}
        </li>
      ))}
    </ul>
  );
}

export function ApprovalPage() {
  const { id = "" } = useRoute().params;
  const load = useLoad(() => getApproval(id), id);
  return (
    <Page title={t("console.approval.title")}>
      <Loaded load={load}>
        {(approval) => (
          <>
            <h2>{kindOf(approval)}</h2>
            <Facts id="approval" facts={factsOf(approval)} state={approval.state} />
            <Decision approval={approval} reload={load.reload} />
            <p>
              <a href="/">{t("console.nav.desk")}</a>
            </p>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function factsOf(approval: Approval): [string, string][] {
  const rows: [string, string][] = [
    [t("console.approval.state"), known(`console.approval-state.${approval.state}`, "data.none")],
    [t("console.approval.proposed-by"), `${approval.proposed_by}, ${approval.office}`],
    [t("console.approval.proposed-at"), moment(approval.proposed_at)],
    [t("console.field.reason"), approval.reason],
  ];
  if (approval.person) {
    const { national_id: number, initials } = approval.person;
    rows.unshift([t("data.national-id"), [number, initials].filter(Boolean).join(", ")]);
  }
  for (const [name, value] of Object.entries(approval.facts)) {
    if (name in SHOWN) rows.push([t(SHOWN[name]!), shown(name, value)]);
  }
  if (approval.decision_reason) {
    rows.push([t("console.approval.decision-reason"), approval.decision_reason]);
  }
  return rows;
}

/** The facts of a proposal that help to decide; the others are for the record. */
const SHOWN: Record<string, string> = {
  case_reference: "console.field.case",
  cause: "console.field.cause",
  effect: "console.approval.effect",
  phone_hint: "console.field.new-mobile",
  risks: "console.approval.risks",
  former_status: "console.approval.former-status",
};

function shown(name: string, value: unknown): string {
  const one = (code: string) => {
    if (name === "risks") return known(`console.risk.${code}`, "console.risk.other");
    if (name === "cause") return known(`console.cause.${code}`, "data.none");
    if (name === "effect") return known(`console.effect.${code}`, "data.none");
    if (name === "former_status") return known(`status.${code}`, "data.none");
    return code;
  };
  return (Array.isArray(value) ? value : [value]).map((item) => one(String(item))).join(", ");
}

function Decision(props: { approval: Approval; reload: () => Promise<void> }) {
  const { approval, reload } = props;
  if (approval.state !== "open") return null;
  if (approval.own || !has(SUPERVISION)) {
    return <p id="not-mine">{t("console.approval.somebody-else")}</p>;
  }
  const submit = async (form: FormData) => {
    await decideApproval(approval.approval_id, valuesOf(form));
    await reload();
  };
  return (
    <Form id="judgement" label={t("console.approval.submit")} submit={submit} fieldOf={FIELD_OF}>
      <SelectField
        name="decision"
        label={t("console.approval.decision")}
        undecided
        options={[
          ["approve", t("console.decision.approve")],
          ["reject", t("console.decision.reject")],
        ]}
      />
      <TextField name="reason" label={t("console.approval.decision-reason")} />
    </Form>
  );
}
