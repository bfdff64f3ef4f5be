/** The ways to settle a conflict: one order and one wording wherever they are offered. */
import type { Row } from "../protocol/schema";
import { POLICIES, type Policy } from "../protocol/words";

const ORDER = (Object.keys(POLICIES) as Policy[]).filter((policy) => policy !== "fail");

/** The ways that are offered for any of some rows. */
export function choicesOf(rows: readonly (Row | undefined)[]): readonly Policy[] {
  const offered = new Set(rows.flatMap((row) => [...(row?.choices ?? [])]));
  return ORDER.filter((policy) => offered.has(policy));
}

export function titleOfChoice(policy: Policy): string {
  return POLICIES[policy].title;
}
