/** Changes of a person's own data, and the ways in by certificate. */
import { call, fetchFile, makeFile } from "../../shared/api";

export interface Change {
  change_id: string;
  hint: string;
  code_expires_at: string;
  resend_at: string;
  delivered: boolean;
}

export interface ChangeProof {
  verdict: "accepted" | "wrong" | "expired" | "locked";
  attempts_left: number | null;
}

export interface ChangeEnd {
  state: string;
  activation_code: string | null;
}

export interface Terms {
  version: string;
  languages: Record<string, { title: string; text: string }[]>;
}

export interface Accepted {
  terms_version: string;
  terms_language: string;
}

export type Purpose = "enrol" | "renew";

export interface Begun {
  outcome: "code_sent" | "mismatch";
  enrolment_id?: string;
  name?: string;
  national_id?: string;
  phone_hint?: string;
  expires_at?: string;
  certificate_name?: string;
  record_name?: string;
}

export interface Unfinished {
  enrolment_id: string | null;
  purpose: string | null;
  state: "phone_pending" | "phone_proved" | null;
}

export interface Entry {
  outcome: "registered" | "mismatch";
  level?: string | null;
  with_activation_code?: boolean;
  certificate_name?: string;
  record_name?: string;
}

export interface Proved {
  outcome: "proved" | "wrong" | "expired" | "locked";
  attempts_left?: number | null;
}

const REGISTRY = "/api/registry/citizen/v1";
export type Kind = "email" | "phone";

export const beginChange = (kind: Kind, body: object) =>
  call<Change>("POST", `${REGISTRY}/${kind}-changes`, body);
export const resendChange = (kind: Kind, id: string) =>
  call<Change>("POST", `${REGISTRY}/${kind}-changes/${id}/codes`);
export const proveChange = (kind: Kind, id: string, code: string) =>
  call<ChangeProof>("POST", `${REGISTRY}/${kind}-changes/${id}/proof`, { code });
export const completePhone = (id: string, accepted: Accepted) =>
  call<ChangeEnd>("POST", `${REGISTRY}/phone-changes/${id}/completion`, accepted);
export const fetchAcceptance = (kind: Kind, id: string) =>
  fetchFile(`${REGISTRY}/${kind}-changes/${id}/acceptance.pdf`);

export const changeLanguage = (language: string) =>
  call<{ language: string }>("POST", `${REGISTRY}/language`, { language });
export const getTerms = () => call<Terms>("GET", `${REGISTRY}/terms`);

export const issueActivationCode = () =>
  call<{ activation_code: string; issued_at: string }>("POST", `${REGISTRY}/activation-codes`);
export const activationSheet = (code: string) =>
  makeFile(`${REGISTRY}/activation-codes/sheet`, { activation_code: code });

export const revokeCertificates = (keyCompromise: boolean) =>
  call<{ proof_id: string; at: string }>("POST", `${REGISTRY}/certificate-revocation`, {
    confirmed: true,
    key_compromise: keyCompromise,
  });
export const revocationReceipt = (id: string) => `${REGISTRY}/certificate-revocation/${id}.pdf`;

export const exportPdf = () => fetchFile(`${REGISTRY}/export.pdf`);
export const exportJson = () => fetchFile(`${REGISTRY}/export.json`);

export const comeBack = (accepted: Accepted) =>
  call<{ phone_verified: boolean }>("POST", `${REGISTRY}/rehabilitation`, accepted);

export const beginEnrolment = (purpose: "enrol" | "renew", body: object) => {
  const path = purpose === "renew" ? "renewal" : "certificate-enrolments";
  return call<Begun>("POST", `${REGISTRY}/${path}`, body);
};
export const getUnfinished = () => call<Unfinished>("GET", `${REGISTRY}/certificate-enrolments`);
const enrolment = (id: string) => `${REGISTRY}/certificate-enrolments/${id}`;
export const resendEnrolment = (id: string) =>
  call<Begun>("POST", `${enrolment(id)}/phone-codes`);
export const proveEnrolment = (id: string, code: string) =>
  call<Proved>("POST", `${enrolment(id)}/phone-proof`, { code });
export const fetchRequest = (id: string) => fetchFile(`${enrolment(id)}/request.pdf`);
export const handIn = (id: string, signature: object) =>
  call<Entry>("POST", `${enrolment(id)}/signature`, { ...signature, accepted: true });
export const fetchReceipt = (id: string) => makeFile(`${enrolment(id)}/receipt`);
