/** Calls to our own backend: one function, one kind of failure. */
import { language } from "./i18n";
import { markSignedOut } from "./session";

export interface FieldFault {
  field: string;
  code: string;
}

/** A refusal with its stable code (RFC 9457 problem details), or a network that failed. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly faults: FieldFault[] = [],
    readonly members: Record<string, unknown> = {},
  ) {
    super(code);
  }

  /** The level to come back with (RFC 9470), or null when no step-up would help. */
  get level(): string | null {
    if (this.code !== "insufficient_user_authentication") return null;
    return /LoA\/(low|substantial|high)/.exec(String(this.members.acr_values))?.[1] ?? "substantial";
  }

  /** How many seconds ago the login may be at most (RFC 9470), or null when any will do. */
  get maxAge(): number | null {
    return typeof this.members.max_age === "number" ? this.members.max_age : null;
  }
}

type Body = FormData | object | undefined;

/** Call an API of ours and return its JSON. Throws Problem. */
export async function call<T>(method: string, path: string, body?: Body): Promise<T> {
  return (await (await send(method, path, body)).json()) as T;
}

/** Call an API of ours whose answer says nothing but that it is done. Throws Problem. */
export async function tell(method: string, path: string, body?: Body): Promise<void> {
  await send(method, path, body);
}

/** Fetch a document of ours. Throws Problem. */
export async function fetchFile(path: string): Promise<Blob> {
  return (await send("GET", path)).blob();
}

/** Have a document made that is made once. Throws Problem. */
export async function makeFile(path: string, body?: Body): Promise<Blob> {
  return (await send("POST", path, body)).blob();
}

async function send(method: string, path: string, body?: Body): Promise<Response> {
  const headers: Record<string, string> = {
    Accept: "application/json, application/pdf",
    "Accept-Language": language.value,
    "X-Clavis-CSRF": "1",
  };
  const isForm = body instanceof FormData;
  if (body !== undefined && !isForm) headers["Content-Type"] = "application/json";
  const content = body === undefined ? null : isForm ? body : JSON.stringify(body);
  let response: Response;
  try {
    response = await fetch(path, { method, headers, body: content });
  } catch {
    throw new Problem(0, "offline");
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function problemOf(response: Response): Promise<Problem> {
  const members = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const challenge = response.headers.get("WWW-Authenticate") ?? "";
  const steps = challenge.includes("insufficient_user_authentication");
  const code = steps ? "insufficient_user_authentication" : String(members.code ?? "unknown");
  const acr = /acr_values="([^"]+)"/.exec(challenge)?.[1];
  if (response.status === 401 && !steps) markSignedOut();
  const faults = Array.isArray(members.errors) ? (members.errors as FieldFault[]) : [];
  return new Problem(response.status, code, faults, { ...members, acr_values: members.acr_values ?? acr });
}
