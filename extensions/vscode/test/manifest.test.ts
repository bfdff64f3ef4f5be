/** What is stated twice: package.json beside the sources, the grammar and the README. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly colors: readonly { readonly id: string }[];
    readonly configuration: {
      readonly properties: Readonly<Record<string, { readonly default: unknown }>>;
    };
  };
}

const here = join(import.meta.dirname, "..");
const text = (name: string) => readFileSync(join(here, name), "utf8");
const { contributes } = JSON.parse(text("package.json")) as Manifest;
const sources = readdirSync(join(here, "src"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => text(join("src", name)))
  .join("\n");

// The language client reads the setting for its trace by itself.
const settings = Object.entries(contributes.configuration.properties).filter(
  ([key]) => key !== "dotstream.trace.server",
);

describe("package.json", () => {
  it.each(contributes.commands)("has the command $command registered", ({ command }) => {
    expect(sources).toContain(`add("${command}"`);
  });

  it.each(settings)("has %s read", (key, { default: value }) => {
    const name = key.replace("dotstream.", "");
    expect(sources.replaceAll("_", "")).toMatch(
      new RegExp(`read(<[^>]*>)?\\("${name}", ${JSON.stringify(value)}\\)`),
    );
  });

  it.each(contributes.colors)("has the colour $id used", ({ id }) => {
    expect(sources).toContain(`"${id}"`);
  });

  it.each(Object.keys(contributes.configuration.properties))("has %s in the README", (key) => {
    expect(text("README.md")).toContain(`\`${key}\``);
  });
});

describe("README.md", () => {
  const pictures = [...text("README.md").matchAll(/\]\((images\/[^)]+)\)/g)].map(
    ([, path]) => path,
  );

  it("has pictures", () => {
    expect(pictures.length).toBeGreaterThan(2);
  });

  it.each(pictures)("has %s to show", (path) => {
    expect(existsSync(join(here, path ?? ""))).toBe(true);
  });

  it("has its pictures in the package", () => {
    expect(text(".vscodeignore")).toContain("!images/**");
  });
});
