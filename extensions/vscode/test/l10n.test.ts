/** What the workbench shows can be translated: the bundle has all of it, and nothing else. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const TEXT = /l10n\.t\(\s*("(?:[^"\\]|\\.)*")/g;

test("the bundle has each text of the sources", () => {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" });
  const texts = files
    .filter((name) => name.endsWith(".ts"))
    .flatMap((name) => [...readFileSync(`src/${name}`, "utf8").matchAll(TEXT)])
    .map(([, text = ""]) => JSON.parse(text) as string);
  const wanted = Object.fromEntries([...new Set(texts)].sort().map((text) => [text, text]));
  expect(wanted).toEqual(JSON.parse(readFileSync("l10n/bundle.l10n.json", "utf8")));
});
