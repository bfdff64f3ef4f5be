/** Error answers of the server, as what a person reads and can do next. */
import type { FaultData } from "./messages";
import type { AgreeResult } from "./schema";

/** What helps against a failure, offered as a button. */
export type Remedy = "refresh" | "recover" | "configuration" | "doctor" | "log";

export interface Fault {
  readonly message: string;
  readonly remedies: readonly Remedy[];
  /** Whether it is what the user asked for, and so no failure. */
  readonly cancelled: boolean;
  /** Whether what was to be applied is not what there is any longer; nothing was changed. */
  readonly outdated: boolean;
  /** Whether there was no server to answer, or none any longer. */
  readonly gone: boolean;
  /** What the repository asks for, where that is not agreed to; nothing was changed. */
  readonly wishes?: AgreeResult["wishes"];
  /** What it is about, where that is one path. */
  readonly path?: string;
  readonly line?: number;
  readonly column?: number;
}

const OUTDATED = ["stale_plan", "target_changed", "conflict", "scan_failed"];

const CANCELLED = -32800;
const METHOD_NOT_FOUND = -32601;
/** An answer that does not come, since the connection has ended. */
export const REJECTED = -32097;
/** There is no connection at all. */
export const INACTIVE = -32096;

const REMEDIES: Readonly<Record<string, readonly Remedy[]>> = {
  stale_plan: ["refresh"],
  target_changed: ["refresh"],
  conflict: ["refresh"],
  scan_failed: ["doctor"],
  config: ["configuration"],
  no_such_package: [],
  usage: [],
  invalid_params: [],
  rollback_incomplete: ["recover", "log"],
  journal: ["doctor", "log"],
  locked: [],
  busy: [],
};

interface Answer {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly data?: unknown;
}

/** Read a rejected request; anything else than an error answer is shown as it is. */
export function faultOf(error: unknown): Fault {
  const answer = (typeof error === "object" && error !== null ? error : {}) as Answer;
  const data = (
    typeof answer.data === "object" && answer.data !== null ? answer.data : {}
  ) as FaultData;
  const text = typeof answer.message === "string" ? answer.message : String(error);
  if (answer.code === METHOD_NOT_FOUND) {
    return {
      message: `This server is too old for that (${text}). Bring it up to date, or remove it: the extension has its own.`,
      remedies: ["log"],
      cancelled: false,
      outdated: false,
      gone: false,
    };
  }
  return {
    message:
      answer.code === REJECTED
        ? "The server ended meanwhile."
        : sentenceCase(reasonFirst(text, data)),
    remedies: REMEDIES[data.kind ?? ""] ?? ["log"],
    cancelled: answer.code === CANCELLED || data.kind === "cancelled",
    outdated: OUTDATED.includes(data.kind ?? ""),
    gone: answer.code === REJECTED || answer.code === INACTIVE,
    ...(data.kind === "not_agreed" ? { wishes: (data.wishes ?? []) as AgreeResult["wishes"] } : {}),
    ...(typeof data.path === "string" ? { path: data.path } : {}),
    ...(typeof data.line === "number" ? { line: data.line } : {}),
    ...(typeof data.column === "number" ? { column: data.column } : {}),
  };
}

/** What is wrong, and then where, shortly: a long path would push the reason out of sight. */
function reasonFirst(text: string, { kind, line, column }: FaultData): string {
  if (kind === "invalid_params") return text.replace(/^root: /, "");
  if (kind !== "config" || typeof line !== "number") return text;
  const place = `:${line}:${typeof column === "number" ? `${column}:` : ""} `;
  const end = text.indexOf(place);
  if (end < 0) return text;
  const file = text.slice(text.lastIndexOf("/", end) + 1, end);
  return `${text.slice(end + place.length)} (${file}, line ${line})`;
}

function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
