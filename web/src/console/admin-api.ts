/** The officer API of supervisors and auditors: offices, officers, who did what. */
import { call } from "../shared/api";
import { OFFICER } from "./api";
import type { Role } from "./api";

export interface Office {
  id: string;
  code: string;
  name: string;
  street: string | null;
  postcode: string | null;
  municipality: string | null;
  province: string | null;
  phone: string | null;
  hours: Record<string, string[][]>;
  closures: string[];
  languages: string[];
  services: string[];
  listed: boolean;
  closed_at: string | null;
}

export interface Colleague {
  subject_id: string;
  name: string;
  role: Role;
  office_id: string;
  office: string;
  active: boolean;
}

export interface AuditEntry {
  id: number;
  at: string;
  action: string;
  actor_kind: string;
  actor_id: string | null;
  office: string | null;
  subject_id: string | null;
  facts: Record<string, unknown>;
}

export interface UnusualLookup {
  lookup_id: number;
  at: string;
  officer_name: string;
  office: string;
  reason: string;
  why: string[];
}

const officerPath = (id: string, step = "") => `${OFFICER}/officers/${encodeURIComponent(id)}${step}`;

export const getOffices = () => call<{ offices: Office[] }>("GET", `${OFFICER}/offices`);
export const writeOffice = (id: string, entry: object) =>
  call<Office>("PUT", `${OFFICER}/offices/${encodeURIComponent(id)}`, entry);
export const openOffice = (entry: object) => call<Office>("POST", `${OFFICER}/offices`, entry);
export const turnOffice = (id: string, reason: string, open: boolean) =>
  call<Office>(
    "POST",
    `${OFFICER}/offices/${encodeURIComponent(id)}/${open ? "reopening" : "closure"}`,
    { reason },
  );
export const getColleagues = () => call<{ officers: Colleague[] }>("GET", `${OFFICER}/officers`);
export const appoint = (values: object) => call<Colleague>("POST", `${OFFICER}/officers`, values);
export const moveColleague = (id: string, values: object) =>
  call<Colleague>("PATCH", officerPath(id), values);
export const suspend = (id: string, reason: string, active: boolean) =>
  call<Colleague>("POST", officerPath(id, active ? "/reinstatement" : "/suspension"), { reason });

export const getAudit = (query: URLSearchParams) =>
  call<{ entries: AuditEntry[]; next: number | null }>("GET", `${OFFICER}/audit?${query}`);
export const getUnusual = (query: URLSearchParams) =>
  call<{ lookups: UnusualLookup[] }>("GET", `${OFFICER}/audit/unusual-lookups?${query}`);
