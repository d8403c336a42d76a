/** The phone's own lock before a secret is shown or an answer is signed, where the phone offers it.
 *
 * A page can ask for the fingerprint, the face or the phone's PIN (WebAuthn, user verification), but
 * it cannot tie the use of a WebCrypto key to it as a native app can: this guards against whoever
 * holds the phone in the hand, not against somebody who changed the page.
 */
import { keepUnlock, unlockId } from "./device";

const TIMEOUT = 60_000;

/** Say whether this phone can ask for its lock. */
export async function canUnlock(): Promise<boolean> {
  if (!("PublicKeyCredential" in window)) return false;
  return PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable().catch(() => false);
}

export const isProtected = (): boolean => unlockId() !== undefined;

/** Let the app be opened only with the phone's lock from now on; false when it was declined. */
export async function protect(name: string): Promise<boolean> {
  const made = await navigator.credentials
    .create({
      publicKey: {
        challenge: crypto.getRandomValues(new Uint8Array(32)),
        rp: { name: document.title },
        user: { id: crypto.getRandomValues(new Uint8Array(16)), name, displayName: name },
        pubKeyCredParams: [{ type: "public-key", alg: -7 }],
        authenticatorSelection: {
          authenticatorAttachment: "platform",
          userVerification: "required",
          residentKey: "discouraged",
        },
        timeout: TIMEOUT,
      },
    })
    .catch(() => null);
  if (!(made instanceof PublicKeyCredential)) return false;
  await keepUnlock(made.rawId);
  return true;
}

/** Ask for the phone's lock where the app is protected; false when it was not opened. */
export async function unlocked(): Promise<boolean> {
  const id = unlockId();
  if (!id) return true;
  const shown = await navigator.credentials
    .get({
      publicKey: {
        challenge: crypto.getRandomValues(new Uint8Array(32)),
        allowCredentials: [{ type: "public-key", id }],
        userVerification: "required",
        timeout: TIMEOUT,
      },
    })
    .catch(() => null);
  return shown instanceof PublicKeyCredential && userWasVerified(shown);
}

// WebAuthn Level 3 section 6.1: bit 2 of the flags says that the user was verified.
function userWasVerified(credential: PublicKeyCredential): boolean {
  const response = credential.response as AuthenticatorAssertionResponse;
  const flags = new Uint8Array(response.authenticatorData)[32] ?? 0;
  return (flags & 0b100) !== 0;
}
