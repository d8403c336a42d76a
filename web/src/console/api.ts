/** The officer API, as the console's backend forwards it. */
import { call, fetchFile, tell } from "../shared/api";

export type Role = "officer" | "video_agent" | "supervisor" | "auditor";

export interface Officer {
  name: string;
  role: Role;
  office: { id: string; name: string };
}

export interface Terms {
  version: string;
  languages: Record<string, { title: string; text: string }[]>;
}

export interface PhoneCode {
  enrolment_id: string;
  state: string;
  phone_hint: string;
  code_expires_at: string;
  resend_at: string;
  delivered: boolean;
}

export interface Draft {
  given_name: string;
  first_surname: string;
  second_surname: string | null;
  national_id: string;
  language: string;
  birth_date: string;
  guardian: { national_id: string; proof: string } | null;
}

export interface Enrolment {
  enrolment_id: string;
  state: "phone_pending" | "phone_proved" | "completed";
  reason: string;
  phone_hint: string | null;
  draft: Draft | null;
  created_at: string;
  expires_at: string;
  completed_at: string | null;
  acceptance_printed: boolean;
}

export interface Summary {
  found: boolean;
  national_id: string;
  status: string;
  frozen: boolean;
  may_return: boolean;
  initials: string | null;
  level: string | null;
  channel: string | null;
  enrolled_at: string | null;
  phone: string | null;
  email: string | null;
}

export interface PhoneProof {
  verdict: "accepted" | "wrong" | "expired" | "locked";
  attempts_left: number | null;
}

export const OFFICER = "/api/registry/officer/v1";
const enrolment = (id: string) => `${OFFICER}/enrolments/${encodeURIComponent(id)}`;

export const getOfficer = () => call<Officer>("GET", `${OFFICER}/me`);
export const getTerms = () => call<Terms>("GET", `${OFFICER}/terms`);
export const getEnrolments = () =>
  call<{ enrolments: Enrolment[] }>("GET", `${OFFICER}/enrolments`);
export const getEnrolment = (id: string) => call<Enrolment>("GET", enrolment(id));
export const startEnrolment = (values: object) =>
  call<PhoneCode>("POST", `${OFFICER}/enrolments`, values);
export const resendCode = (id: string) => call<PhoneCode>("POST", `${enrolment(id)}/phone-codes`);
export const provePhone = (id: string, code: string) =>
  call<PhoneProof>("POST", `${enrolment(id)}/phone-proof`, { code });
export const complete = (id: string, declared: object) =>
  tell("POST", `${enrolment(id)}/completion`, declared);
export const fetchAcceptance = (id: string) => fetchFile(`${enrolment(id)}/acceptance.pdf`);
export const allowReprint = (id: string, reason: string) =>
  tell("POST", `${enrolment(id)}/acceptance-reprints`, { reason });
export const lookUp = (values: object) => call<Summary>("POST", `${OFFICER}/lookups`, values);
