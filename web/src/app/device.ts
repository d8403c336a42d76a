/** This phone: its keys, its signed calls, and what it may do. */
import { signal } from "@preact/signals";
import { Problem } from "../shared/api";
import { language } from "../shared/i18n";
import { digest, makeKeys, openSealed, publicJwk, sign } from "./jose";
import type { Keys } from "./jose";
import { forget, keep, read } from "./vault";

const DEVICE = "device";
const BASE = new URL("/app/", location.origin).href;

interface Kept {
  keys: Keys;
  deviceId: string;
  active: boolean;
  unlockId?: ArrayBuffer;
}

export interface ThisDevice {
  device_id: string;
  name: string;
  activated_at: string | null;
  has_push: boolean;
  frozen: boolean;
  application_server_key: string;
}

export interface LoginRequest {
  app_request_id: string;
  relying_party: { name: string; domain: string };
  purpose: string | null;
  place: string | null;
  created_at: string;
  expires_at: string;
}

export interface ShownPin {
  pin: string;
  relying_party: string;
  expires_at: string;
}

export type Decision = "confirm" | "reject" | "report";

/** What is kept of this phone; null before it is enrolled. */
const kept = signal<Kept | null>(null);
/** How far our clock is from the service's, in milliseconds. */
let clockOffset = 0;

export const isActive = (): boolean => kept.value?.active === true;
export const unlockId = (): ArrayBuffer | undefined => kept.value?.unlockId;

/** Read what is kept of this phone. */
export async function loadDevice(): Promise<void> {
  kept.value = (await read<Kept>(DEVICE)) ?? null;
}

async function store(value: Kept): Promise<void> {
  await keep(DEVICE, value);
  kept.value = value;
}

/** Forget the keys: this phone confirms nothing any more. */
export async function forgetDevice(): Promise<void> {
  await forget(DEVICE);
  kept.value = null;
}

/** Remember the credential that unlocks the app. */
export async function keepUnlock(id: ArrayBuffer): Promise<void> {
  if (kept.value) await store({ ...kept.value, unlockId: id });
}

async function call<T>(method: string, path: string, body?: object, keys?: Keys): Promise<T> {
  try {
    return await callOnce<T>(method, path, body, keys);
  } catch (error) {
    // A phone whose clock is wrong learns the time and tries once more.
    if (!(error instanceof Problem) || error.code !== "proof-stale") throw error;
    clockOffset = Date.parse(String(error.members.now)) - Date.now();
    return callOnce<T>(method, path, body, keys);
  }
}

async function callOnce<T>(method: string, path: string, body?: object, keys?: Keys): Promise<T> {
  const own = keys ?? kept.value?.keys;
  if (!own) throw new Problem(401, "device-unknown");
  const content = body === undefined ? "" : JSON.stringify(body);
  const url = `${BASE}api${path}`;
  const header = { typ: "clavis-device+jwt", kid: keys ? "" : kept.value?.deviceId };
  const proof = await sign(own.signing, header, {
    htm: method,
    htu: url,
    iat: (Date.now() + clockOffset) / 1000,
    jti: crypto.randomUUID(),
    bth: await digest(content),
  });
  const response = await fetch(url, {
    method,
    credentials: "omit",
    headers: {
      "Accept-Language": language.value,
      "X-Clavis-CSRF": "1",
      "Clavis-Device-Proof": proof,
      ...(content ? { "Content-Type": "application/json" } : {}),
    },
    body: content || null,
  }).catch(() => {
    throw new Problem(0, "offline");
  });
  const answer: unknown = await response.json().catch(() => ({}));
  if (response.ok) return answer as T;
  const members = answer as Record<string, unknown>;
  const faults = Array.isArray(members.errors) ? (members.errors as Problem["faults"]) : [];
  throw new Problem(response.status, String(members.code ?? "unknown"), faults, members);
}

export interface Begun {
  outcome: "begun" | "limited";
  enrolment_id: string;
  phone_hint?: string;
  retry_at?: string;
}

/** Make keys and begin an enrolment; without a person where a ticket will vouch. */
export async function beginEnrolment(
  name: string,
  person?: { national_id: string; contrast: string },
): Promise<Begun> {
  const keys = await makeKeys();
  const [signing, sealing] = await Promise.all([publicJwk(keys.signing), publicJwk(keys.sealing)]);
  const body = {
    ...person,
    device_name: name,
    public_key_jwk: signing,
    encryption_key_jwk: sealing,
    language: language.value,
  };
  const begun = await call<Begun>("POST", "/enrolments", body, keys);
  if (begun.outcome === "begun") {
    await store({ keys, deviceId: begun.enrolment_id, active: false });
  }
  return begun;
}

export interface Proof {
  verdict: "accepted" | "wrong" | "expired" | "used" | "locked";
  attempts_left?: number;
}

/** Prove whose phone this is. */
export async function prove(proof: { code: string } | { ticket: string }): Promise<Proof> {
  const pending = kept.value;
  if (!pending) throw new Problem(401, "device-unknown");
  const path = `/enrolments/${pending.deviceId}/proof`;
  const judged = await call<Proof>("POST", path, proof);
  if (judged.verdict === "accepted") await store({ ...pending, active: true });
  return judged;
}

export const thisDevice = (): Promise<ThisDevice> => call("GET", "/device");

/** End this phone at the service, then forget its keys. */
export async function removeDevice(): Promise<void> {
  await call("DELETE", "/device");
  await forgetDevice();
}

export const waitingRequests = async (): Promise<LoginRequest[]> =>
  (await call<{ requests: LoginRequest[] }>("GET", "/requests")).requests;

export interface Claimed {
  outcome: "claimed" | "expired" | "another-pending" | "limited";
  request?: LoginRequest;
}

export const claim = (qr: string): Promise<Claimed> => call("POST", "/requests/claim", { qr });

export interface Answered {
  outcome: "confirmed" | "rejected" | "reported" | "wrong-number" | "closed";
  attempts_left?: number;
}

/** Sign the answer to a login and send it. The number is what the person typed. */
export async function decide(
  request: LoginRequest,
  decision: Decision,
  number?: string,
): Promise<Answered> {
  const own = kept.value;
  if (!own) throw new Problem(401, "device-unknown");
  const header = { typ: "clavis-decision+jwt", kid: own.deviceId };
  const signature = await sign(own.keys.signing, header, {
    request_id: request.app_request_id,
    relying_party: request.relying_party,
    decision,
    ...(number === undefined ? {} : { number }),
  });
  const path = `/requests/${request.app_request_id}/decision`;
  return call("POST", path, { decision, signature });
}

/** Return the PIN that waits, opened with this phone's key, or null. */
export async function waitingPin(): Promise<ShownPin | null> {
  const { sealed } = await call<{ sealed: string | null }>("GET", "/pin");
  const keys = kept.value?.keys;
  return sealed && keys ? openSealed<ShownPin>(sealed, keys.sealing) : null;
}

export const subscribe = (subscription: PushSubscriptionJSON): Promise<void> =>
  call("POST", "/push-subscription", {
    endpoint: subscription.endpoint,
    keys: subscription.keys,
  });
