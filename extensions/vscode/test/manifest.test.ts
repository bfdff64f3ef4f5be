/** What is stated twice: package.json beside the sources, the grammar and the README. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly colors: readonly {
      readonly id: string;
      readonly defaults: Readonly<Record<string, string>>;
    }[];
    readonly configuration: {
      readonly properties: Readonly<
        Record<string, { readonly default: unknown; readonly scope?: string }>
      >;
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

/** Behind lists, in VS Code's own themes. */
const BACKGROUNDS = {
  dark: "#252526",
  light: "#f3f3f3",
  highContrast: "#000000",
  highContrastLight: "#ffffff",
};

/** How well two colours can be told apart, as WCAG has it. */
function contrast(one: string, other: string): number {
  const [brighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (brighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe("package.json", () => {
  it.each(contributes.commands)("has the command $command registered", ({ command }) => {
    expect(sources).toContain(`add("${command}"`);
  });

  it.each(settings)("has %s read, and of a folder where one may have it", (key, setting) => {
    const name = key.replace("dotstream.", "");
    const given = JSON.stringify(setting.default) + (setting.scope === "resource" ? ", root" : "");
    expect(sources.replaceAll("_", "")).toMatch(
      new RegExp(`read(<[^>]*>)?\\("${name}", ${given}\\)`),
    );
  });

  it.each(contributes.colors)("has the colour $id used", ({ id }) => {
    expect(sources).toContain(`"${id}"`);
  });

  const foregrounds = contributes.colors
    .filter(({ id }) => id.endsWith("Foreground"))
    .flatMap(({ id, defaults }) =>
      Object.entries(BACKGROUNDS).map(([theme, behind]) => ({
        id,
        theme,
        ratio: contrast(defaults[theme] ?? "", behind),
      })),
    );

  it.each(foregrounds)("has $id readable in $theme: $ratio", ({ ratio }) => {
    expect(ratio).toBeGreaterThanOrEqual(4.5);
  });

  it.each(Object.keys(contributes.configuration.properties))("has %s in the README", (key) => {
    expect(text("README.md")).toContain(`\`${key}\``);
  });
});

describe("package.nls.json", () => {
  const texts = JSON.parse(text("package.nls.json")) as Readonly<Record<string, string>>;
  const used = [...text("package.json").matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key ?? "");

  it.each([...new Set(used)])("has %s", (key) => {
    expect(texts[key]).toBeTruthy();
  });

  it.each(Object.keys(texts))("is asked for %s", (key) => {
    expect(used).toContain(key);
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
