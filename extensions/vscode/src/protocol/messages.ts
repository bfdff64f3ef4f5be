/** What the extension says with the types of the protocol, beside them. */
import type {
  ApplyResult,
  Counts,
  Done,
  PackagesResult,
  PackageStatus,
  PathStatus,
  PlanParams,
  PlanResult,
  PathUri,
} from "./schema";
import type { Action, Policy } from "./words";

export type Package = PackagesResult["packages"][number];
export type PackageState = PackageStatus["state"];
export type PathState = PathStatus["state"];
export type PlanOptions = NonNullable<PlanParams["options"]>;

/** A value on a `partialResultToken`; `kind` names the items, or says that they are over. */
export interface Batch<Item> {
  readonly kind: string;
  readonly seq: number;
  readonly items?: readonly Item[];
  readonly counts?: Counts;
  readonly reason?: Done["reason"];
}

export interface Place {
  readonly root: PathUri;
  readonly target?: PathUri;
}

/** A plan in numbers, and what was applied of it. */
export type Summary = PlanResult & Partial<Pick<ApplyResult, "applied" | "transaction">>;

/** The one argument of the commands that code actions and code lenses of the server call. */
export interface CommandArgument {
  readonly root?: PathUri;
  readonly target?: PathUri;
  readonly path?: PathUri;
  readonly source?: PathUri | null;
  readonly package?: string | null;
  readonly policy?: Policy;
  readonly action?: Action;
  readonly label?: string;
}

/** `data` of an error answer. */
export interface FaultData {
  readonly kind?: string;
  readonly [field: string]: unknown;
}
