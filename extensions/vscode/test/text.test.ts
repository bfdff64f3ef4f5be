import { describe, expect, it } from "vitest";
import { HEADER, PlanText } from "../src/plan/text";
import { conflict, link } from "./rows";

function many(count: number, from = 0) {
  return Array.from({ length: count }, (_, index) => link(`~/.config/f${from + index}`));
}

describe("the text of a plan", () => {
  it("stands under a header, by directory", () => {
    const text = new PlanText(100);
    text.add([link("~/.config/a"), link("~/.config/b"), link("~/.zshrc")]);
    expect(text.between(0, text.length).split("\n")).toEqual([
      "~/.config/",
      "  + link     a → dotfiles/x (zsh)",
      "  + link     b → dotfiles/x (zsh)",
      "~/",
      "  + link     .zshrc → dotfiles/x (zsh)",
      "",
    ]);
    expect(text.sections()).toEqual([
      { start: 3, end: 5 },
      { start: 6, end: 7 },
    ]);
  });

  it("knows the row of every line", () => {
    const text = new PlanText(100);
    text.add([link("~/.config/a"), conflict("~/.zshrc")]);
    const lines = text.between(0, text.length).split("\n");
    lines.forEach((shown, at) => {
      const name = text
        .rowAt(HEADER + at)
        ?.label.split("/")
        .at(-1);
      if (name === undefined) expect(shown.startsWith("  ")).toBe(false);
      else expect(shown).toContain(name);
    });
    expect(text.problems).toEqual([HEADER + 3]);
  });

  it("is bounded, and counts the rest", () => {
    const text = new PlanText(1000);
    for (let batch = 0; batch < 1000; batch += 1) text.add(many(1000, batch * 1000));
    expect(text.length).toBeLessThan(1010);
    expect(text.omitted).toBe(1_000_000 - 999);
    expect(text.tail()).toContain("… 999,001 more");
  });

  it("can be had in pieces", () => {
    const text = new PlanText(100);
    text.add(many(20));
    expect(text.between(0, 7) + text.between(7, 21)).toBe(text.between(0, text.length));
    expect(text.tail()).toBe("");
  });

  it("shows conflicts that come after its end, a thousand of them", () => {
    const text = new PlanText(10);
    text.add(many(50));
    text.add([conflict("~/.zshrc")]);
    expect(text.between(0, text.length)).toContain("! conflict .zshrc");
    text.add(Array.from({ length: 5000 }, (_, index) => conflict(`~/.c${index}`)));
    expect(text.problems.length).toBe(1000);
  });
});
