import { describe, expect, it } from "vitest";
import { discover, type Surroundings } from "../src/server/discover";

function around(programs: readonly string[], given: Partial<Surroundings> = {}): Surroundings {
  return {
    configured: "",
    interpreter: undefined,
    path: "/usr/local/bin:/usr/bin",
    home: "/home/me",
    isExecutable: (path) => Promise.resolve(programs.includes(path)),
    isPython: (path) => Promise.resolve(!path.includes("old")),
    bundled: "/ext/dotstream.py",
    ...given,
  };
}

const EVERYWHERE = [
  "/opt/dotstream",
  "/venv/bin/dotstream",
  "/usr/bin/dotstream",
  "/home/me/.local/bin/dotstream",
];

describe("the server is found", () => {
  it("first by the setting", async () => {
    const given = { configured: "/opt/dotstream", interpreter: "/venv/bin/python" };
    expect(await discover(around(EVERYWHERE, given))).toEqual({
      found: true,
      command: "/opt/dotstream",
      args: ["lsp"],
      by: "setting",
    });
  });

  it("then in the chosen Python environment", async () => {
    const found = await discover(around(EVERYWHERE, { interpreter: "/venv/bin/python" }));
    expect(found).toMatchObject({ command: "/venv/bin/dotstream", by: "Python environment" });
  });

  it("then on PATH", async () => {
    const found = await discover(around(EVERYWHERE, { interpreter: "/other/bin/python" }));
    expect(found).toMatchObject({ command: "/usr/bin/dotstream", by: "PATH" });
  });

  it("then where user installations go", async () => {
    const found = await discover(around(["/home/me/.local/bin/dotstream"]));
    expect(found).toMatchObject({ by: "user installation" });
  });

  it("then in the extension, for which there is a Python that is new enough", async () => {
    const pythons = ["/old/python3", "/usr/bin/python3", "/usr/bin/python3.11"];
    expect(await discover(around(pythons, { path: "/old:/usr/bin" }))).toEqual({
      found: true,
      command: "/usr/bin/python3",
      args: ["/ext/dotstream.py", "lsp"],
      by: "extension",
    });
  });

  it("with ~ in the setting", async () => {
    const given = { configured: " ~/bin/dotstream " };
    expect(await discover(around(["/home/me/bin/dotstream"], given))).toMatchObject({
      command: "/home/me/bin/dotstream",
    });
  });
});

describe("the server is not found", () => {
  it("elsewhere where the setting names no program", async () => {
    expect(await discover(around(EVERYWHERE, { configured: "/nowhere" }))).toEqual({
      found: false,
      tried: ["/nowhere"],
      configured: true,
    });
  });

  it("and all that was tried is told", async () => {
    const found = await discover(
      around([], { interpreter: "/venv/bin/python", path: "/usr/bin:" }),
    );
    expect(found).toEqual({
      found: false,
      tried: ["/venv/bin/dotstream", "/usr/bin/dotstream", "/home/me/.local/bin/dotstream"],
      configured: false,
    });
  });
});
