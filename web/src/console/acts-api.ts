/** The officer API for people already enrolled: changes, endings, returns, second opinions. */
import { call, fetchFile, makeFile } from "../shared/api";
import { OFFICER } from "./api";

type Values = Record<string, unknown>;

export interface Standing {
  status: string;
  level: string | null;
  frozen: boolean;
}

export interface OpenChange {
  change_id: string;
  kind: "phone" | "email";
  state: "code_pending" | "proved" | "awaiting_approval";
  hint: string;
  reason: string | null;
  created_at: string;
}

export interface BegunChange {
  change_id: string;
  hint: string;
  code_expires_at: string;
  delivered: boolean;
}

export interface EndedChange {
  state: string;
  approval_id: string | null;
  risks: string[];
}

export interface Approval {
  approval_id: string;
  kind: string;
  office: string;
  proposed_by: string;
  reason: string;
  facts: Record<string, unknown>;
  state: string;
  proposed_at: string;
  expires_at: string;
  decided_at: string | null;
  decision_reason: string | null;
  own: boolean;
  person: { national_id: string; initials: string | null } | null;
}

const post =
  <T>(path: string) =>
  (values: Values) =>
    call<T>("POST", `${OFFICER}/${path}`, values);
const change = (kind: string, id: string, step: string) =>
  `${OFFICER}/${kind}-changes/${encodeURIComponent(id)}/${step}`;
const approval = (id: string) => `${OFFICER}/approvals/${encodeURIComponent(id)}`;

export const getChanges = () => call<{ changes: OpenChange[] }>("GET", `${OFFICER}/changes`);
export const beginPhone = post<BegunChange>("phone-changes");
export const beginEmail = post<BegunChange>("email-changes");
export const resendChange = (kind: string, id: string) =>
  call<BegunChange>("POST", change(kind, id, "codes"));
export const proveChange = (kind: string, id: string, code: string) =>
  call<{ verdict: string; attempts_left: number | null }>("POST", change(kind, id, "proof"), {
    code,
  });
export const completeChange = (kind: string, id: string, terms?: object) =>
  call<EndedChange>("POST", change(kind, id, "completion"), terms);
export const printChange = (kind: string, id: string) => makeFile(change(kind, id, "acceptance"));

export const changeLanguage = post<{ language: string }>("language-changes");
export const changeDocument = post<Standing>("document-changes");
export const issueCode = (values: Values) => makeFile(`${OFFICER}/activation-codes`, values);
export const renounce = post<{ proof: string }>("renunciations");
export const revokeCertificates = post<{ proof: string }>("certificate-revocations");
export const rehabilitate = post<Standing & { phone_verified: boolean }>("rehabilitations");
export const revoke = post<Standing>("revocations");
export const proposeLifting = post<{ approval_id: string }>("revocation-liftings");
export const proposeCorrection = post<{ approval_id: string }>("death-corrections");
export const recordDeath = post<{ outcome: string }>("deaths");
export const freeze = post<Standing>("freezes");
export const unfreeze = post<Standing>("unfreezings");
export const invite = post<{ outcome: string }>("letters");
/** Fetch the proof whose path an answer of the registry names. */
export const fetchProof = (path: string) => fetchFile(`/api/registry${path}`);

export const getApprovals = () => call<{ approvals: Approval[] }>("GET", `${OFFICER}/approvals`);
export const getApproval = (id: string) => call<Approval>("GET", approval(id));
export const decideApproval = (id: string, values: object) =>
  call<Approval>("POST", `${approval(id)}/decision`, values);
