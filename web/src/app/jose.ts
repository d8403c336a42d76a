/** Signing and opening as JOSE writes it (RFC 7515, RFC 7516), with keys that never leave WebCrypto. */

const ECDSA = { name: "ECDSA", namedCurve: "P-256" };
const ECDH = { name: "ECDH", namedCurve: "P-256" };
const CONTENT = "A256GCM";
const KEY_BITS = 256;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export interface Keys {
  signing: CryptoKeyPair;
  sealing: CryptoKeyPair;
}

/** Make the two key pairs of a phone. The private halves are not extractable. */
export async function makeKeys(): Promise<Keys> {
  const [signing, sealing] = await Promise.all([
    crypto.subtle.generateKey(ECDSA, false, ["sign", "verify"]),
    crypto.subtle.generateKey(ECDH, false, ["deriveBits"]),
  ]);
  return { signing: signing as CryptoKeyPair, sealing: sealing as CryptoKeyPair };
}

/** Return the four public members of a key. */
export async function publicJwk(pair: CryptoKeyPair): Promise<Record<string, unknown>> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  return { kty, crv, x, y };
}

export function toBase64Url(bytes: Uint8Array): string {
  const text = String.fromCharCode(...bytes);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

const part = (value: unknown): string => toBase64Url(encoder.encode(JSON.stringify(value)));

/** Sign claims as a compact JWS, ES256. */
export async function sign(
  pair: CryptoKeyPair,
  header: Record<string, unknown>,
  claims: Record<string, unknown>,
): Promise<string> {
  const content = `${part({ alg: "ES256", ...header })}.${part(claims)}`;
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  const signature = await crypto.subtle.sign(algorithm, pair.privateKey, encoder.encode(content));
  return `${content}.${toBase64Url(new Uint8Array(signature))}`;
}

/** Return the base64url of a SHA-256. */
export async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", encoder.encode(text));
  return toBase64Url(new Uint8Array(hash));
}

/** Open a compact JWE (ECDH-ES, A256GCM) that was sealed to this phone. Throws when it is not. */
export async function openSealed<T>(token: string, pair: CryptoKeyPair): Promise<T> {
  const [header = "", , iv = "", content = "", tag = ""] = token.split(".");
  const { alg, enc, epk } = JSON.parse(decoder.decode(fromBase64Url(header))) as {
    alg: string;
    enc: string;
    epk: JsonWebKey;
  };
  if (alg !== "ECDH-ES" || enc !== CONTENT) throw new Error("sealed in another way");
  const sender = await crypto.subtle.importKey("jwk", epk, ECDH, false, []);
  const agreement = { name: "ECDH", public: sender };
  const shared = await crypto.subtle.deriveBits(agreement, pair.privateKey, KEY_BITS);
  const raw = await deriveKey(new Uint8Array(shared));
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
  const plain = await crypto.subtle.decrypt(
    { name: "AES-GCM", iv: fromBase64Url(iv), additionalData: encoder.encode(header) },
    key,
    joined(fromBase64Url(content), fromBase64Url(tag)),
  );
  return JSON.parse(decoder.decode(plain)) as T;
}

// RFC 7518 section 4.6.2: Concat KDF, one round, without PartyUInfo and PartyVInfo.
async function deriveKey(shared: Uint8Array): Promise<ArrayBuffer> {
  const name = encoder.encode(CONTENT);
  const input = joined(
    number(1), shared, number(name.length), name, number(0), number(0), number(KEY_BITS),
  );
  return crypto.subtle.digest("SHA-256", input);
}

function number(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((length, each) => length + each.length, 0));
  let at = 0;
  for (const each of parts) {
    all.set(each, at);
    at += each.length;
  }
  return all;
}
