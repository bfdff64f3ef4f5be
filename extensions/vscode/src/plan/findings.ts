/** What the doctor found, as text; the grammar of plans colours it too. */
import type { DoctorResult, Finding } from "../protocol/schema";
import { oneLine, splitLabel } from "../protocol/paths";
import { number, plural } from "./sums";

/** Severities of what is wrong, as against what is only worth knowing. */
const SERIOUS = new Set(["error", "warning"]);

export interface Report {
  readonly text: string;
  /** What stands at a line. */
  readonly rows: readonly { readonly line: number; readonly finding: Finding }[];
}

/** The report, grouped by directory, each finding with the command that fixes it. */
export function findingReport(
  found: readonly Finding[],
  { findings, fixed, counts }: DoctorResult,
  fixing: boolean,
): Report {
  const kinds = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${number(count)} ${kind.replaceAll("_", " ")}`)
    .join(", ");
  const sum = findings === 0 ? "no problems found" : `${plural(findings, "finding")}: ${kinds}`;
  const lines = [`Doctor: ${sum}${fixing ? `; ${number(fixed)} fixed` : ""}`, ""];
  const rows: { line: number; finding: Finding }[] = [];
  let directory = "";
  for (const finding of found) {
    const [above, name] = splitLabel(finding.label);
    if (above !== directory) lines.push(above || "/");
    directory = above;
    const sign = SERIOUS.has(finding.severity) ? "!" : "·";
    rows.push({ line: lines.length, finding });
    lines.push(`  ${sign} ${name}: ${oneLine(finding.message)}`);
    if (finding.command !== null) lines.push(`      ${oneLine(finding.command)}`);
  }
  const more = findings - found.length;
  if (more > 0) lines.push("", `… ${number(more)} more`);
  return { text: `${lines.join("\n")}\n`, rows };
}
