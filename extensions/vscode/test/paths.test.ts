import { describe, expect, it } from "vitest";
import { isOpenable, labelOf, oneLine, splitLabel } from "../src/protocol/paths";

describe("paths of the wire", () => {
  it.each([
    ["file:///home/me/caf%C3%A9", true],
    ["file:///home/me/100%25", true],
    ["file:///home/me/caf%E9", false],
    ["file:///home/me/%FF%FE/x", false],
  ])("%s can be opened: %s", (uri, expected) => {
    expect(isOpenable(uri)).toBe(expected);
  });

  it.each([
    ["~/.zshrc", ["~/", ".zshrc"]],
    ["~/.config/zsh/aliases", ["~/.config/zsh/", "aliases"]],
    ["~/.config/", ["~/", ".config/"]],
    ["/etc", ["/", "etc"]],
    ["name", ["", "name"]],
  ])("%s has a directory and a name", (label, expected) => {
    expect(splitLabel(label)).toEqual(expected);
  });

  it.each([
    ["file:///home/me/a%20b", "~/a b"],
    ["file:///home/me", "~"],
    ["file:///home/men/x", "/home/men/x"],
    ["file:///home/me/%FF", "~/%FF"],
  ])("%s is shown as %s", (uri, expected) => {
    expect(labelOf(uri, "/home/me")).toBe(expected);
  });

  it("fit on one line", () => {
    expect(oneLine("a\nb\u0085c")).toBe("a\\nb\\x85c");
  });
});
