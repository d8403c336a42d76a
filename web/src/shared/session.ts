/** Who is signed in, as far as the backend tells: no token ever reaches this side. */
import { signal } from "@preact/signals";

export interface Session {
  authenticated: boolean;
  level?: "low" | "substantial" | "high" | null;
  auth_time?: string;
  expires_at?: string;
  brand: string;
  links: Record<string, string>;
  idle_seconds: number;
}

export const session = signal<Session | null>(null);
export const unreachable = signal(false);
/** True once a session that was there has ended, so that the page can say so. */
export const ended = signal(false);

/** Ask the backend who is signed in. */
export async function loadSession(): Promise<void> {
  try {
    const response = await fetch("/bff/session", { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(String(response.status));
    session.value = (await response.json()) as Session;
    unreachable.value = false;
  } catch {
    unreachable.value = true;
  }
}

/** Note that the backend no longer knows us. */
export function markSignedOut(): void {
  if (!session.value?.authenticated) return;
  ended.value = true;
  session.value = { ...session.value, authenticated: false };
}

/** Address that signs in (or raises the level) and comes back to a page of ours.
 *
 * `maxAge` asks for a login not older than so many seconds; 0 for one made now.
 */
export function signInAddress(
  returnPath: string,
  level?: string | null,
  maxAge?: number | null,
): string {
  const query = new URLSearchParams({ return: returnPath });
  if (level) query.set("acr", level);
  if (typeof maxAge === "number") query.set("max_age", String(maxAge));
  return `/bff/login?${query}`;
}

/** End the session here and go where it is ended everywhere. */
export async function signOut(): Promise<void> {
  const response = await fetch("/bff/logout", {
    method: "POST",
    headers: { "X-Clavis-CSRF": "1" },
  });
  const { redirect } = (await response.json()) as { redirect: string };
  location.assign(redirect);
}

/** The addresses that pages of ours have. The others, the backend's among them, are the browser's. */
export const ownPages = /^\/(?!bff\/|api\/)/;
