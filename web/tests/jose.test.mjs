// The app's signatures and seals, against Node's own cryptography.
import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { test } from "node:test";
import { build } from "esbuild";

const { outputFiles } = await build({
  entryPoints: ["src/app/jose.ts"],
  absWorkingDir: new URL("..", import.meta.url).pathname,
  bundle: true,
  format: "esm",
  target: "es2022",
  write: false,
});
const source = Buffer.from(outputFiles[0].contents).toString("base64");
const jose = await import(`data:text/javascript;base64,${source}`);

test("the private keys are not extractable", async () => {
  const { signing, sealing } = await jose.makeKeys();
  assert.equal(signing.privateKey.extractable, false);
  assert.equal(sealing.privateKey.extractable, false);
});

test("a signature is a JWS that others verify", async () => {
  const { signing } = await jose.makeKeys();
  const token = await jose.sign(signing, { typ: "clavis-decision+jwt" }, { number: "482" });
  const [header, claims, signature] = token.split(".");
  const key = createPublicKey({ key: await jose.publicJwk(signing), format: "jwk" });
  const content = Buffer.from(`${header}.${claims}`);
  const raw = Buffer.from(signature, "base64url");
  assert.ok(verify("sha256", content, { key, dsaEncoding: "ieee-p1363" }, raw));
  const said = JSON.parse(Buffer.from(header, "base64url"));
  assert.deepEqual(said, { alg: "ES256", typ: "clavis-decision+jwt" });
});

// What is sealed as it should be is opened in tests/journeys, by a browser and for a real service.
test("what is sealed in another way is not opened", async () => {
  const { sealing } = await jose.makeKeys();
  const header = Buffer.from(JSON.stringify({ alg: "RSA-OAEP", enc: "A256GCM" }));
  await assert.rejects(jose.openSealed(`${header.toString("base64url")}....`, sealing));
});

test("base64url goes there and back", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
  assert.deepEqual(jose.fromBase64Url(jose.toBase64Url(bytes)), bytes);
});
