import { describe, expect, it } from "vitest";
import { HEADER, PlanText, type Wishes } from "../src/plan/text";
import type { Row } from "../src/protocol/schema";
import { conflict, link } from "./rows";

const ROOT = "file:///home/me/dotfiles";
const NONE: Wishes = { leftOut: new Set(), settled: new Map() };

function textOf(rows: readonly Row[], wishes = NONE, limit = 100) {
  const text = new PlanText(limit, ROOT, wishes, ["/srv/home"]);
  text.add(rows);
  return text;
}

function many(count: number, from = 0) {
  return Array.from({ length: count }, (_, index) => link(`~/.config/f${from + index}`));
}

describe("the text of a plan", () => {
  it("is a tree, in which no directory is repeated", () => {
    const text = textOf([
      link("~/.bashrc"),
      link("~/.config/git/config"),
      link("~/.config/nvim"),
      link("~/.zshrc"),
    ]);
    expect(text.lines).toEqual([
      "             ~/",
      "  + link       .bashrc → dotfiles/x (zsh)",
      "               .config/",
      "                 git/",
      "  + link           config → dotfiles/x (zsh)",
      "  + link         nvim → dotfiles/x (zsh)",
      "  + link       .zshrc → dotfiles/x (zsh)",
    ]);
    expect(text.sections()).toEqual([
      { start: 3, end: 9 },
      { start: 5, end: 8 },
      { start: 6, end: 7 },
    ]);
  });

  it("finds a row of another text, or the directory that it is in", () => {
    const [a, b, c] = [link("~/.x/a"), link("~/.x/b"), link("~/.x/c")];
    const [one, other] = [textOf([a, c]), textOf([b, c])];
    expect(one.lines.map((_, index) => one.placeAt(HEADER + index)?.(other))).toEqual([
      undefined, // that of `a`, which is gone
      undefined,
      undefined,
      HEADER + 3,
    ]);
    expect(other.placeAt(HEADER + 3)?.(textOf([c]))).toBe(HEADER + 2);
    expect(one.placeAt(0)).toBeUndefined();
  });

  it("begins at the target, or where the first row is", () => {
    const labels = ["/srv/home/.a/b", "/etc/zsh/zshrc", "/etc/zsh/more/z"];
    expect(textOf(labels.map((label) => link(label, "x"))).lines).toEqual([
      "             /srv/home/",
      "               .a/",
      "  + link         b → x (zsh)",
      "             /etc/zsh/",
      "  + link       zshrc → x (zsh)",
      "               more/",
      "  + link         z → x (zsh)",
    ]);
  });

  it("has a directory that is made as the heading of what is in it", () => {
    const directory: Row = { ...link("~/.vim"), op: "make_dir" };
    expect(textOf([directory, link("~/.vim/a")]).lines).toEqual([
      "             ~/",
      "  + mkdir      .vim/ (zsh)",
      "  + link         a → dotfiles/x (zsh)",
    ]);
  });

  it("has what is moved in the package where it is moved for", () => {
    const moved: Row = { ...link("~/dotfiles/zsh/dot-zshrc"), op: "move_file" };
    expect(textOf([link("~/.a/b"), moved, link("~/.a/c")]).lines.slice(2)).toEqual([
      "  + link         b → dotfiles/x (zsh)",
      "  ~ move         ~/dotfiles/zsh/dot-zshrc → dotfiles/x (zsh)",
      "  + link         c → dotfiles/x (zsh)",
    ]);
  });

  it("knows the row of every line, and where its name is", () => {
    const text = textOf([link("~/.config/a"), conflict("~/.zshrc"), link("/etc/motd")]);
    text.lines.forEach((shown, at) => {
      const row = text.rowAt(HEADER + at);
      const name = shown.slice(...text.nameAt(HEADER + at));
      if (row === undefined) expect(shown.trim()).toBe(name);
      else expect(row.label.endsWith(`/${name}`)).toBe(true);
    });
    expect(text.problems).toEqual([HEADER + 3]);
  });

  it("is bounded, and counts the rest", () => {
    const text = new PlanText(1000, ROOT, NONE, []);
    for (let batch = 0; batch < 1000; batch += 1) text.add(many(1000, batch * 1000));
    expect(text.lines.length).toBeLessThan(1010);
    expect(text.omitted).toBe(1_000_000 - 1000);
    expect(text.tail()).toEqual(["", "… 999,000 more"]);
  });

  it("shows conflicts that come after its end, a thousand of them", () => {
    const text = textOf([...many(50), conflict("~/.zshrc")], NONE, 10);
    expect(text.lines.at(-1)).toContain("! conflict   .zshrc");
    text.add(Array.from({ length: 5000 }, (_, index) => conflict(`~/.c${index}`)));
    expect(text.problems.length).toBe(1000);
  });

  it("strikes out what is left out, with all below it, and takes it in again", () => {
    const leftOut = new Set<string>();
    const text = textOf([link("~/.a/b"), conflict("~/.a/c"), link("~/.ab")], { ...NONE, leftOut });
    const whole = [...text.lines];
    leftOut.add("file:///home/me/.a");
    text.rewrite();
    expect(text.lines.slice(2)).toEqual([
      "  × left out     b",
      "  × left out     c",
      "  + link       .ab → dotfiles/x (zsh)",
    ]);
    expect([text.problems, text.conflicts, text.countLeftOut()]).toEqual([[], 1, 2]);
    leftOut.clear();
    text.rewrite();
    expect(text.lines).toEqual(whole);
  });

  it("says how a conflict was settled", () => {
    const settled = new Map([["file:///home/me/.zshrc", "Overwrite"]]);
    expect(textOf([link("~/.zshrc")], { ...NONE, settled }).lines[1]).toBe(
      "  + link       .zshrc → dotfiles/x (zsh) · Overwrite",
    );
  });
});
