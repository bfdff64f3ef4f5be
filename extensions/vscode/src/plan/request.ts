/** What a plan was asked for, and how that is put to the server. */
import type { PlanOptions } from "../protocol/messages";
import type {
  LinkParams,
  PlanParams,
  ResolveParams,
  UndoParams,
  PathUri,
} from "../protocol/schema";
import { POLICIES, type Policy } from "../protocol/words";
import { labelOf, oneLine } from "../protocol/paths";

export type PlanRequest =
  | { readonly kind: "change"; readonly params: PlanParams }
  | { readonly kind: "undo"; readonly params: Undo }
  | { readonly kind: "link" | "unlink"; readonly params: LinkParams & Named }
  | { readonly kind: "resolve"; readonly params: ResolveParams & Named };

/** What an undo is asked for; all its conflicts are settled alike. */
type Undo = Omit<UndoParams, "options"> & { readonly options?: PlanOptions };

/** What concerns one file says how that is shown. */
interface Named {
  readonly label?: string;
  readonly options?: never;
}

/** Names in a title before the rest is only counted. */
const NAMED = 5;

/** What was asked for: `manage vim zsh`, `undo 7`, `unlink ~/.vimrc`. */
export function titleOf(request: PlanRequest): string {
  switch (request.kind) {
    case "undo": {
      const { transaction } = request.params;
      return transaction === undefined ? "undo" : `undo ${transaction}`;
    }
    case "link":
    case "unlink":
      return `${request.kind} ${nameOf(request.params)}`;
    case "resolve":
      return `${POLICIES[request.params.policy].title.toLowerCase()} ${nameOf(request.params)}`;
    case "change":
      return changeTitle(request.params);
  }
}

function nameOf({ path, label }: { readonly path: PathUri; readonly label?: string }): string {
  return label === undefined ? labelOf(path) : oneLine(label);
}

function changeTitle({ action, packages = [], paths = [], profile, out }: PlanParams): string {
  if (packages.length === 0 && profile != null) return `${action} profile ${oneLine(profile)}`;
  const names = action === "adopt" ? paths.map(baseName) : packages.map(oneLine);
  const shown = names.length > 0 ? names.slice(0, NAMED) : ["the default profile"];
  const more = names.length - NAMED;
  const into = action === "adopt" && packages[0] !== undefined ? ` into ${packages[0]}` : "";
  return `${action}${out === true ? " out" : ""} ${shown.join(" ")}${more > 0 ? ` and ${more} more` : ""}${into}`;
}

export interface Call {
  readonly method: string;
  readonly params: object;
}

/** What shows the plan; `ask` is whether the server asks about conflicts as it meets them. */
export function planCall({ kind, params }: PlanRequest, ask = false): Call {
  if (kind !== "change")
    return { method: `dotstream/${kind}`, params: { ...params, dryRun: true } };
  const asked = ask ? { ...params, options: { ...params.options, ask } } : params;
  return { method: "dotstream/plan", params: asked };
}

/** What carries out exactly what was shown, but for the paths that are left out. */
export function applyCall(request: PlanRequest, digest: string, omit: readonly PathUri[]): Call {
  const params = { ...request.params, digest };
  if (request.kind !== "change") return { method: `dotstream/${request.kind}`, params };
  return { method: "dotstream/apply", params: omit.length === 0 ? params : { ...params, omit } };
}

/** Whether single rows of its plan can be settled, or left out. */
export function isDivisible(request: PlanRequest): boolean {
  return request.kind === "change";
}

/** The same request with other options; one that has none stays as it is. */
function withOptions(request: PlanRequest, options: PlanOptions): PlanRequest {
  switch (request.kind) {
    case "change":
      return { kind: "change", params: { ...request.params, options } };
    case "undo":
      return { kind: "undo", params: { ...request.params, options } };
    default:
      return request;
  }
}

/** What was chosen in a plan. */
export interface Choices {
  /** For every conflict that has no choice of its own. */
  readonly all: Policy | undefined;
  readonly single: Readonly<Record<PathUri, Policy>>;
}

/** The same request as the settings are, and with what was chosen. */
export function asChosen(
  request: PlanRequest,
  set: PlanOptions,
  { all, single }: Choices,
): PlanRequest {
  const settable = request.kind === "change" && request.params.action !== "adopt";
  const options = {
    ...request.params.options,
    ...(settable ? set : {}),
    ...(all === undefined ? {} : { onConflict: all }),
    ...(Object.keys(single).length === 0 ? {} : { resolutions: single }),
  };
  return Object.keys(options).length === 0 ? request : withOptions(request, options);
}

/** Ways to ask for a plan otherwise, by a name that a command can have. */
export type Variant = "explained" | "same" | "whole";

/**
 * The same request in another way: with the rule for each name that is left out, or without;
 * with the files backed up that are the package's own; with git repositories moved as one.
 */
export function varied(request: PlanRequest, variant: Variant): PlanRequest {
  if (request.kind !== "change") return request;
  const { params } = request;
  if (variant === "whole") return { kind: "change", params: { ...params, whole: true } };
  const option =
    variant === "same" ? { same: true } : { explain: params.options?.explain !== true };
  return withOptions(request, { ...params.options, ...option });
}

/** What tells one plan's document from another's: everything but the choices made in it. */
export function identityOf(request: PlanRequest): string {
  const { options: _, ...rest } = request.params;
  return JSON.stringify({ kind: request.kind, ...rest });
}

/** The request of a document that an earlier window has left, if it can be read. */
export function requestOf(identity: string): PlanRequest | undefined {
  try {
    const { kind, ...params } = JSON.parse(identity) as Record<string, unknown>;
    if (typeof params.root !== "string") return undefined;
    return { kind, params } as unknown as PlanRequest;
  } catch {
    return undefined;
  }
}

function baseName(uri: string): string {
  const name = uri.slice(uri.lastIndexOf("/") + 1);
  try {
    return oneLine(decodeURIComponent(name));
  } catch {
    return name;
  }
}
