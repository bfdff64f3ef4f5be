/** What the doctor found, as text; the grammar of plans colours it too. */
import type { DoctorResult, Finding } from "../protocol/schema";
import { oneLine, splitLabel } from "../protocol/paths";
import { number, plural } from "./sums";

/** Severities of what is wrong, as against what is only worth knowing. */
const SERIOUS = new Set(["error", "warning"]);

/** The report, grouped by directory, each finding with the command that fixes it. */
export function findingLines(
  found: readonly Finding[],
  { findings, fixed, counts }: DoctorResult,
  fixing: boolean,
): string {
  const kinds = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${number(count)} ${words(kind)}`)
    .join(", ");
  const sum = findings === 0 ? "no problems found" : `${plural(findings, "finding")}: ${kinds}`;
  const lines = [`Doctor: ${sum}${fixing ? `; ${number(fixed)} fixed` : ""}`, ""];
  let directory = "";
  for (const finding of found) {
    const [above, name] = splitLabel(finding.label);
    if (above !== directory) lines.push(above || "/");
    directory = above;
    const sign = SERIOUS.has(finding.severity) ? "!" : "·";
    lines.push(`  ${sign} ${name}: ${oneLine(finding.message)}`);
    if (finding.command !== null) lines.push(`      ${oneLine(finding.command)}`);
  }
  const more = findings - found.length;
  if (more > 0) lines.push("", `… ${number(more)} more`);
  return `${lines.join("\n")}\n`;
}

function words(kind: string): string {
  return kind.replaceAll("_", " ");
}
