import { expect, it } from "vitest";
import { findingReport } from "../src/plan/findings";
import type { Finding } from "../src/protocol/schema";

const broken: Finding = {
  kind: "broken_link",
  severity: "warning",
  path: "file:///home/me/.vimrc",
  label: "~/.vimrc",
  message: "leads nowhere",
  command: "dotstream remanage vim",
  fixable: true,
};
const result = { counts: { broken_link: 1 }, findings: 1, fixed: 0 };

it("a finding stands below its directory, with the command that fixes it", () => {
  expect(findingReport([broken], result, false)).toEqual({
    text: "Doctor: 1 finding: 1 broken link\n\n~/\n  ! .vimrc: leads nowhere\n      dotstream remanage vim\n",
    rows: [{ line: 3, finding: broken }],
  });
});

it("what is only worth knowing is not marked as wrong", () => {
  const finding = { ...broken, severity: "info", command: null };
  const { text } = findingReport([finding], result, false);
  expect(text).toContain("  · .vimrc: leads nowhere\n");
});

it("findings that are not kept are counted", () => {
  expect(findingReport([broken], { ...result, findings: 3 }, false).text).toContain("… 2 more");
});

it("it is said that no problems found, and what was fixed", () => {
  const none = { counts: {}, findings: 0, fixed: 2 };
  expect(findingReport([], none, true).text).toBe("Doctor: no problems found; 2 fixed\n\n");
});
