/** The citizen's APIs, as the portal's backend forwards them. */
import { call, tell } from "../shared/api";

export interface Me {
  name: string | null;
  national_id: string;
  level: "basic" | "advanced" | null;
  channel: string | null;
  enrolled_at: string | null;
  document: { kind: string; expires_on: string | null } | null;
  phone_masked: string | null;
  email_masked: string | null;
  language: string | null;
  status: string;
  last_strong_identification_at: string | null;
}

export interface Standing {
  status: "none" | "registered" | "renounced" | "revoked";
  level: "basic" | "advanced" | null;
  frozen: boolean;
}

export interface Credential {
  state: "inactive" | "active" | "blocked" | "expired";
  activated_at: string | null;
  expires_on: string | null;
}

export interface SessionEntry {
  session_id: string;
  started_at: string;
  last_seen_at: string;
  method: string;
  loa: string;
  current: boolean;
  services: { client_name: string; names: Record<string, string>; since: string }[];
}

export interface ConnectedService {
  client_id: string;
  names: Record<string, string>;
  purpose: Record<string, string>;
  claims: string[];
  first_at: string | null;
  last_at: string | null;
  level: string | null;
}

/** Entries, the newest first; `next` asks for older ones and is null where there are none. */
export interface PageOf<Entry> {
  entries: Entry[];
  next: string | null;
}

export interface Access {
  access_id: string;
  client_id: string;
  names: Record<string, string>;
  at: string;
  level: string;
  method: string;
  claims: string[];
  anew: boolean;
}

export type AccessPage = PageOf<Access>;

export interface HistoryEntry {
  at: string;
  kind: "lookup" | "change";
  action: string;
  actor: string;
  office: string | null;
  reason: string | null;
}

export type HistoryPage = PageOf<HistoryEntry>;

export interface Transaction {
  transaction_id: string;
  name: string;
  size: number;
  page_count: number;
  sha256: string;
  short_code: string;
  eligible: boolean;
  obstacles: string[];
  certificate: { state: "none" | "active" | "expiring"; not_after?: string | null };
  will_issue: boolean;
  policies_url: string;
}

export interface Challenge {
  outcome: string;
  phone_hint?: string;
  expires_at?: string;
  resend_at?: string;
  reason?: string;
}

export interface SignatureVerdict {
  verdict: "signed" | "wrong" | "locked" | "expired";
  signed_document?: string;
  receipt?: string;
  certificate_serial?: string;
}

const REGISTRY = "/api/registry/citizen/v1";
const PERMANENT = "/api/permanent/citizen/v1";
const SIGNING = "/api/signing/citizen/v1";
const GATEWAY = "/api/gateway/citizen/v1";

export const getMe = () => call<Me>("GET", `${REGISTRY}/me`);
export const getCredential = () => call<Credential>("GET", `${PERMANENT}/credential`);
export const getSessions = () => call<SessionEntry[]>("GET", `${GATEWAY}/sessions`);
export const endSession = (id: string) => tell("POST", `${GATEWAY}/sessions/${id}/end`);
export const endAllSessions = () => tell("POST", `${GATEWAY}/sessions/end-all`);
export const getServices = () => call<ConnectedService[]>("GET", `${GATEWAY}/services`);
export const withdrawService = (clientId: string) =>
  tell("POST", `${GATEWAY}/services/withdrawal`, { client_id: clientId });
export const getAccesses = (after: string | null) => {
  const query = new URLSearchParams(after ? { after } : {});
  return call<AccessPage>("GET", `${GATEWAY}/accesses?${query}`);
};
export const getLastAccess = () => call<{ last: Access | null }>("GET", `${GATEWAY}/last-access`);
const HISTORY_PAGE = 25;
export const getHistory = (after: string | null) => {
  const query = new URLSearchParams({ limit: String(HISTORY_PAGE), ...(after && { after }) });
  return call<HistoryPage>("GET", `${REGISTRY}/history?${query}`);
};
export const getStanding = () => call<Standing>("GET", `${REGISTRY}/standing`);
export const freeze = () => call<Standing>("POST", `${REGISTRY}/freeze`);
export const unfreeze = () => call<Standing>("POST", `${REGISTRY}/unfreezing`);

export const renounce = () =>
  call<{ renounced_at: string; proof_id: string }>("POST", `${REGISTRY}/renunciation`, {
    confirmed: true,
  });
export const proofAddress = (proofId: string) => `${REGISTRY}/renunciations/${proofId}.pdf`;

const transaction = (id: string) => `${SIGNING}/transactions/${id}`;
export function uploadDocument(document: File): Promise<Transaction> {
  const form = new FormData();
  form.set("document", document);
  return call("POST", `${SIGNING}/transactions`, form);
}
export const pageImage = (id: string, page: number) => `${transaction(id)}/pages/${page}`;
export const pageText = (id: string, page: number) => `${transaction(id)}/pages/${page}/text`;
export const askChallenge = (id: string, policiesAccepted: boolean) =>
  call<Challenge>("POST", `${transaction(id)}/challenge`, {
    reviewed: true,
    policies_accepted: policiesAccepted,
  });
export const signDocument = (id: string, password: string, otp: string) =>
  call<SignatureVerdict>("POST", `${transaction(id)}/signature`, { password, otp });
export const signedDocument = (id: string) => `${transaction(id)}/signed.pdf`;
export const signingReceipt = (id: string) => `${transaction(id)}/receipt.pdf`;
