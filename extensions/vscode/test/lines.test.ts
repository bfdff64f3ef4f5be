import { describe, expect, it } from "vitest";
import { line, NAME_COLUMN } from "../src/plan/lines";
import type { Row } from "../src/protocol/schema";
import { conflict, link } from "./rows";

const at = { path: "file:///home/me/.x", label: "~/.x", package: "zsh" };

describe("a row as a line", () => {
  it.each<[Row, string]>([
    [{ ...at, op: "make_dir" }, "  + mkdir    .x/ (zsh)"],
    [{ ...at, op: "remove_dir" }, "  - rmdir    .x/ (zsh)"],
    [{ ...at, op: "create_link", to: "d/x" }, "  + link     .x → d/x (zsh)"],
    [{ ...at, op: "remove_link", before: "d/x" }, "  - unlink   .x → d/x (zsh)"],
    [
      { ...at, op: "replace_link", to: "d/x", before: "old" },
      "  ~ relink   .x → d/x instead of old (zsh)",
    ],
    [{ ...at, op: "unfold", before: "d/x" }, "  ~ unfold   .x instead of d/x (zsh)"],
    [{ ...at, op: "refold", to: "d/x" }, "  ~ fold     .x → d/x (zsh)"],
    [{ ...at, op: "move_file" }, "  ~ move     .x → the backup area (zsh)"],
    [{ ...at, op: "keep_link", to: "d/x" }, "  = keep     .x → d/x (zsh)"],
    [{ ...at, op: "error", message: "no access" }, "  ! error    .x: no access (zsh)"],
    [{ ...at, op: "notice", message: "left alone" }, "  · note     .x: left alone (zsh)"],
  ])("%o", (row, expected) => {
    expect(line(row)).toEqual(["~/", expected]);
  });

  it("says what is in the way of a conflict", () => {
    expect(line(conflict("~/.zshrc"))).toEqual([
      "~/",
      "  ! conflict .zshrc: a file is in its place (zsh)",
    ]);
  });

  it("has every name in the same column", () => {
    for (const row of [link("~/.zshrc"), conflict("~/.zshrc")]) {
      expect(line(row)[1].indexOf(".zshrc")).toBe(NAME_COLUMN);
    }
  });

  it("stays one line whatever is in a name", () => {
    const [directory, text] = line(link("~/a\nb/c\u2028d", "x\ty"));
    expect(`${directory}${text}`).toBe("~/a\\nb/  + link     c\\u2028d → x\\ty (zsh)");
  });

  it("shows a row of a newer server", () => {
    const row = { ...at, op: "teleport", message: "gone" } as unknown as Row;
    expect(line(row)[1]).toBe("  · other    .x: gone (zsh)");
  });
});
