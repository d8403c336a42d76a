/** What a person's ways in are, and what is done with them. */
import { call, tell } from "../../shared/api";
import { language } from "../../shared/i18n";
import { session } from "../../shared/session";

export type PasswordState = "inactive" | "active" | "blocked" | "expired";

export interface Passkey {
  passkey_id: string;
  name: string;
  created_at: string;
  last_used_at: string | null;
  synced: boolean;
  suspended: boolean;
}

export interface AuthenticatorApp {
  authenticator_app_id: string;
  created_at: string;
  last_used_at: string | null;
}

export interface Methods {
  password: { state: PasswordState; expires_on: string | null };
  sms: { phone_hint: string | null };
  passkeys: Passkey[];
  authenticator_app: AuthenticatorApp | null;
  recovery_codes: { left: number; created_at: string } | null;
  strong_methods: number;
  can_add: boolean;
}

export interface Device {
  device_id: string;
  name: string;
  activated_at: string | null;
  last_used_at: string | null;
}

export interface Ticket {
  url: string;
  qr_svg: string;
  expires_at: string;
}

export interface AppEnrolment {
  enrolment_id: string;
  secret: string;
  otpauth_uri: string;
  qr_svg: string;
  expires_at: string;
}

export interface CodeRequest {
  outcome: "sent" | "limited" | "unavailable" | "expired";
  otp_id?: string;
  phone_hint?: string;
  expires_at?: string;
  resend_at?: string;
  reason?: string;
}

export interface TypedCode {
  otp_id: string;
  otp: string;
}

/** What became of a change or a removal of the password. */
export interface Outcome {
  outcome: string;
  expires_on?: string;
  reasons?: string[];
  attempts_left?: number;
}

export interface CredentialEvent {
  at: string;
  kind: string;
  proof: string | null;
}

const PERMANENT = "/api/permanent/citizen/v1";
const PIN = "/api/pin/citizen/v1";

export const getMethods = () => call<Methods>("GET", `${PERMANENT}/methods`);
export const getCredentialHistory = () =>
  call<CredentialEvent[]>("GET", `${PERMANENT}/credential/history`);

export const askCode = (action: "password-change" | "password-removal") =>
  call<CodeRequest>("POST", `${PERMANENT}/otps`, {
    action,
    relying_party: session.value?.brand ?? "",
    language: language.value,
  });
export const changePassword = (password: string, newPassword: string, code: TypedCode | null) =>
  call<Outcome>("POST", `${PERMANENT}/credential/change`, {
    password,
    new_password: newPassword,
    code,
  });
export const replacePassword = (newPassword: string) =>
  call<Outcome>("POST", `${PERMANENT}/credential/recovery`, { new_password: newPassword });
export const removePassword = (
  confirmed: boolean,
  proof: { password: string; code: TypedCode } | null,
) => call<Outcome>("POST", `${PERMANENT}/credential/removal`, { confirmed, ...proof });

export const passkeyOptions = (label: string | null) =>
  call<{ options: PublicKeyCredentialCreationOptionsJSON }>("POST", `${PERMANENT}/passkeys/options`, {
    account_label: label,
  });
export const addPasskey = (credential: unknown, name: string) =>
  call<Passkey>("POST", `${PERMANENT}/passkeys`, { credential, name });
export const renamePasskey = (id: string, name: string) =>
  tell("PATCH", `${PERMANENT}/passkeys/${id}`, { name });
export const removePasskey = (id: string, confirmed: boolean) =>
  tell("DELETE", `${PERMANENT}/passkeys/${id}?confirmed=${confirmed}`);

export const startApp = (label: string | null) =>
  call<AppEnrolment>("POST", `${PERMANENT}/authenticator-app`, { account_label: label });
export const confirmApp = (id: string, code: string) =>
  call<Outcome>("POST", `${PERMANENT}/authenticator-app/${id}/confirmation`, { code });
export const removeApp = (id: string, confirmed: boolean) =>
  tell("DELETE", `${PERMANENT}/authenticator-app/${id}?confirmed=${confirmed}`);
export const makeRecoveryCodes = () =>
  call<{ codes: string[] }>("POST", `${PERMANENT}/recovery-codes`);

export const getDevices = () => call<Device[]>("GET", `${PIN}/devices`);
export const removeDevice = (id: string, confirmed: boolean) =>
  tell("DELETE", `${PIN}/devices/${id}?confirmed=${confirmed}`);
export const issueTicket = () => call<Ticket>("POST", `${PIN}/device-tickets`);
