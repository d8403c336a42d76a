import assert from "node:assert/strict";
import { test } from "node:test";
import { findFaults, findUses, parsePo } from "../po.mjs";

const header = 'msgid ""\nmsgstr ""\n"Language: es\\n"\n\n';

test("a text may go on over several lines", () => {
  const source = `${header}# note\nmsgid "a.b"\nmsgstr ""\n"one \\"two\\" "\n"three\\n"\n`;
  assert.deepEqual(parsePo(source), { "a.b": 'one "two" three\n' });
});

test("a line that is not understood is an error, not a lost text", () => {
  assert.throws(() => parsePo(`${header}msgid "a.b"\nmsgstr 'x'\n`), /:6: not understood/);
});

test("a fuzzy entry is an error", () => {
  assert.throws(() => parsePo(`${header}#, fuzzy\nmsgid "a.b"\nmsgstr "x"\n`), /fuzzy/);
});

const used = (source) => findUses(source);

test("a missing text, a missing key and other placeholders are faults", () => {
  const catalogues = { es: { "a.b": "x {n}", "a.c": "y" }, en: { "a.b": "x {m}" } };
  assert.deepEqual(findFaults(catalogues, used('t("a.b"); t("a.c"); t("a.d")')), [
    "en: a.b has other placeholders",
    "en: a.c is missing",
    "a page uses a.d, which has no text",
  ]);
});

test("a text that no page uses is a fault, unless it is of a family or a literal", () => {
  const catalogues = { es: { "a.b": "x", "code.one": "y", "nav.home": "z", "a.c": "w" } };
  const source = 't("a.b"); known(`code.${code}`, "a.b"); const item = { text: "nav.home" };';
  assert.deepEqual(findFaults(catalogues, used(source)), ["no page uses a.c"]);
});
