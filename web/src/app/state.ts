/** What the pages of the app share: where the person is, what waits, what the address brought. */
import { signal } from "@preact/signals";
import { Problem } from "../shared/api";
import { session } from "../shared/session";
import { forgetDevice, isActive, thisDevice, waitingRequests } from "./device";
import type { LoginRequest, ThisDevice } from "./device";
import { keep, read } from "./vault";

const BRAND = "brand";
const DEFAULT_BRAND = "Clavis";

export type View = "home" | "scan" | "pin" | "phone";

export const view = signal<View>("home");
export const phone = signal<ThisDevice | null>(null);
export const requests = signal<LoginRequest[]>([]);
/** What happened last, said on top of the page: a key of the catalogue. */
export const notice = signal<{ text: string; bad: boolean } | null>(null);
/** True while the service cannot be reached. */
export const offline = signal(false);
/** What the address brought: a login's code or a ticket of the portal. */
export const brought = signal<{ code?: string; ticket?: string }>({});

/** Turn to another page; what was said about the one before is over. */
export function turnTo(next: View): void {
  notice.value = null;
  view.value = next;
}

/** Take the code or the ticket out of the address, where nobody sees it over a shoulder. */
export function readAddress(): void {
  const values = new URLSearchParams(location.hash.slice(1));
  const code = values.get("r");
  const ticket = values.get("t");
  if (!code && !ticket) return;
  brought.value = { ...(code ? { code } : {}), ...(ticket ? { ticket } : {}) };
  history.replaceState(null, "", location.pathname);
}

/** Learn the brand: from the portal when it can be reached, else as it was last time. */
export async function loadBrand(): Promise<void> {
  const known = (await read<string>(BRAND)) ?? DEFAULT_BRAND;
  session.value = { authenticated: false, brand: known, links: {}, idle_seconds: 0 };
  try {
    const response = await fetch("/bff/session", { headers: { Accept: "application/json" } });
    const { brand, links } = (await response.json()) as { brand: string; links: Record<string, string> };
    session.value = { authenticated: false, brand, links, idle_seconds: 0 };
    await keep(BRAND, brand);
  } catch {
    // Without the network the name of last time does.
  }
}

/** Ask what waits for this phone. */
export async function refresh(): Promise<void> {
  if (!isActive()) return;
  try {
    phone.value = phone.value ?? (await thisDevice());
    requests.value = phone.value.frozen ? [] : await waitingRequests();
    offline.value = false;
  } catch (error) {
    await noteFailure(error);
  }
}

/** Act on a refusal that concerns the phone as a whole; throw any other on. */
export async function noteFailure(error: unknown): Promise<void> {
  if (!(error instanceof Problem)) throw error;
  if (error.code === "device-unknown") {
    await forgetDevice();
    phone.value = null;
    requests.value = [];
    notice.value = { text: "app.notice.deactivated", bad: true };
  } else if (error.code === "identity-frozen") {
    requests.value = [];
    if (phone.value) phone.value = { ...phone.value, frozen: true };
  } else {
    offline.value = true;
  }
}
