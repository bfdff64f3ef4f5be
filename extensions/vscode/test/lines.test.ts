import { describe, expect, it } from "vitest";
import { columnAt, rowLine } from "../src/plan/lines";
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
    expect(rowLine(row, ".x", 0)).toBe(expected);
  });

  it("says what is in the way of a conflict", () => {
    expect(rowLine(conflict("~/.zshrc"), ".zshrc", 0)).toBe(
      "  ! conflict .zshrc: a file is in its place (zsh)",
    );
  });

  it.each([0, 1, 7])("has every name %i below the top in the same column", (depth) => {
    for (const row of [link("~/.zshrc"), conflict("~/.zshrc")]) {
      expect(rowLine(row, ".zshrc", depth).indexOf(".zshrc")).toBe(columnAt(depth));
    }
  });

  it("stays one line whatever is in a name", () => {
    expect(rowLine(link("~/c", "x\ty"), "c", 0)).toBe("  + link     c → x\\ty (zsh)");
  });

  it("shows a row of a newer server", () => {
    const row = { ...at, op: "teleport", message: "gone" } as unknown as Row;
    expect(rowLine(row, ".x", 0)).toBe("  · other    .x: gone (zsh)");
  });
});
