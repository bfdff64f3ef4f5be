/** What a plan was asked for, and how that is put to the server: a new change, or an undo. */
import type { PlanOptions } from "../protocol/messages";
import type { PlanParams, UndoParams, PathUri } from "../protocol/schema";
import type { Policy } from "../protocol/words";
import { oneLine } from "../protocol/paths";

export type PlanRequest =
  | { readonly kind: "change"; readonly params: PlanParams }
  | { readonly kind: "undo"; readonly params: Undo };

/** What an undo is asked for; all its conflicts are settled alike. */
type Undo = Omit<UndoParams, "options"> & { readonly options?: PlanOptions };

/** Names in a title before the rest is only counted. */
const NAMED = 5;

/** What was asked for: `manage vim zsh`, `undo 7`. */
export function titleOf(request: PlanRequest): string {
  if (request.kind === "undo") {
    const { transaction } = request.params;
    return transaction === undefined ? "undo" : `undo ${transaction.toString()}`;
  }
  const { action, packages = [], paths = [], profile } = request.params;
  if (packages.length === 0 && profile != null) return `${action} profile ${oneLine(profile)}`;
  const names = action === "adopt" ? paths.map(baseName) : packages.map(oneLine);
  const shown = names.length > 0 ? names.slice(0, NAMED) : ["the default profile"];
  const more = names.length - NAMED;
  const into = action === "adopt" && packages[0] !== undefined ? ` into ${packages[0]}` : "";
  return `${action} ${shown.join(" ")}${more > 0 ? ` and ${more.toString()} more` : ""}${into}`;
}

/** The method and the parameters that show the plan. */
export function planCall(request: PlanRequest): readonly [method: string, params: object] {
  return request.kind === "undo"
    ? ["dotstream/undo", { ...request.params, dryRun: true }]
    : ["dotstream/plan", request.params];
}

/** The method and the parameters that carry out exactly what was shown. */
export function applyCall(
  request: PlanRequest,
  digest: string,
): readonly [method: string, params: object] {
  return request.kind === "undo"
    ? ["dotstream/undo", { ...request.params, digest }]
    : ["dotstream/apply", { ...request.params, digest }];
}

/** The same request with other options. */
export function withOptions(request: PlanRequest, options: PlanOptions): PlanRequest {
  return request.kind === "undo"
    ? { kind: "undo", params: { ...request.params, options } }
    : { kind: "change", params: { ...request.params, options } };
}

/** The same request with a policy for one path. */
export function resolved(request: PlanRequest, path: PathUri, policy: Policy): PlanRequest {
  const options = request.params.options ?? {};
  return withOptions(request, {
    ...options,
    resolutions: { ...options.resolutions, [path]: policy },
  });
}

/** The same request with a policy for everything that no single choice was made for. */
export function resolvedAll(request: PlanRequest, policy: Policy): PlanRequest {
  return withOptions(request, { ...request.params.options, onConflict: policy });
}

/** What tells one plan's document from another's: everything but the choices made in it. */
export function identityOf(request: PlanRequest): string {
  const { options: _, ...rest } = request.params;
  return JSON.stringify({ kind: request.kind, ...rest });
}

function baseName(uri: string): string {
  const name = uri.slice(uri.lastIndexOf("/") + 1);
  try {
    return oneLine(decodeURIComponent(name));
  } catch {
    return name;
  }
}
