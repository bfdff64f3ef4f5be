/** What travels between the extension and `dotstream lsp`: docs/reference/protocol.md in types. */

export const PROTOCOL_VERSION = 1;

/** A `file:` URI that percent-encodes the bytes of a path, which need not be UTF-8. */
export type PathUri = string;

export type Action = "manage" | "unmanage" | "remanage" | "adopt";
export type Folding = "safe" | "always" | "never";
export type Policy = "fail" | "skip" | "backup" | "overwrite" | "adopt";

export type Operation =
  | "make_dir"
  | "remove_dir"
  | "create_link"
  | "remove_link"
  | "replace_link"
  | "unfold"
  | "refold"
  | "move_file"
  | "keep_link";

/** One line of a plan. Which of the optional fields are there depends on `op`. */
export interface Row {
  readonly op: Operation | "conflict" | "error" | "notice";
  readonly path: PathUri;
  readonly label: string;
  readonly package?: string;
  readonly to?: string;
  readonly before?: string;
  readonly conflict?: string;
  readonly source?: PathUri | null;
  readonly other?: string | null;
  readonly choices?: readonly Policy[];
  readonly message?: string;
}

export type Counts = Readonly<Record<string, number>>;

/** A value on a `partialResultToken`; `kind` names the items, or says that they are over. */
export interface Batch<Item> {
  readonly kind: string;
  readonly seq: number;
  readonly items?: readonly Item[];
  readonly counts?: Counts;
  readonly reason?: "complete" | "cancelled" | "failed";
}

export interface Place {
  readonly root: PathUri;
  readonly target?: PathUri;
}

export interface PlanOptions {
  readonly folding?: Folding;
  readonly onConflict?: Policy;
  readonly resolutions?: Readonly<Record<PathUri, Policy>>;
}

export interface PlanParams extends Place {
  readonly action: Action;
  readonly packages?: readonly string[];
  readonly profile?: string | null;
  readonly paths?: readonly PathUri[];
  readonly options?: PlanOptions;
}

export interface Summary {
  readonly digest: string;
  readonly counts: Counts;
  readonly unchanged: number;
  readonly conflicts: number;
  readonly errors: number;
  readonly omitted?: number;
  readonly elapsed: number;
  readonly applied?: number;
  readonly transaction?: number | null;
}

export interface UndoParams extends Place {
  readonly transaction?: number;
  readonly options?: PlanOptions;
}

export interface Package {
  readonly name: string;
  readonly path: PathUri;
  readonly target: PathUri;
  readonly active: boolean;
  readonly reason: string | null;
  readonly required: boolean;
}

export interface Packages {
  readonly root: PathUri;
  readonly rootLabel: string;
  readonly target: PathUri;
  readonly targetLabel: string;
  readonly configuration: PathUri | null;
  readonly packages: readonly Package[];
  readonly profiles: readonly { readonly name: string; readonly packages: readonly string[] }[];
}

export type PackageState = "managed" | "partial" | "unmanaged" | "conflict" | "empty";

export interface PackageStatus {
  readonly name: string;
  readonly state: PackageState;
  readonly links: number;
  readonly changes: number;
  readonly conflicts: number;
  readonly errors: number;
}

export type PathState = "linked" | "unlinked" | "conflict" | "ignored" | "directory" | "other";

export interface PathStatus {
  readonly uri: PathUri;
  readonly role: "source" | "target" | null;
  readonly package: string | null;
  readonly source: PathUri | null;
  readonly target: PathUri | null;
  readonly sourceLabel: string | null;
  readonly targetLabel: string | null;
  readonly state: PathState;
  readonly message: string | null;
}

export interface Child {
  readonly name: string;
  readonly path: PathUri;
  readonly label: string;
  readonly source: PathUri | null;
  readonly expandable: boolean;
  readonly rows: readonly Row[];
}

export interface Children {
  readonly directory: PathUri;
  readonly label: string;
  readonly items: readonly Child[];
  readonly next: number | null;
}

export interface Transaction {
  readonly id: number;
  readonly action: string;
  readonly packages: readonly string[];
  readonly state: string;
  readonly began: string;
  readonly operations: number;
  readonly undoable: boolean;
  readonly undoes: number | null;
}

export interface Recovered {
  readonly unfinished?: Transaction | null;
  readonly recovered?: Transaction | null;
  readonly resumed?: boolean;
  readonly reverted?: number;
  readonly left?: readonly string[];
}

export interface Finding {
  readonly kind: string;
  readonly severity: string;
  readonly path: PathUri;
  readonly label: string;
  readonly message: string;
  readonly command: string | null;
}

export interface Doctor {
  readonly counts: Counts;
  readonly findings: number;
  readonly fixed: number;
  readonly items?: readonly Finding[];
  readonly omitted?: number;
}

export interface Difference {
  readonly source: PathUri | null;
  readonly target: PathUri | null;
  readonly sourceLabel: string;
  readonly targetLabel: string;
  readonly kind: "same" | "text" | "binary" | "directory" | "missing";
  readonly diff: string | null;
  readonly truncated: boolean;
}

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
