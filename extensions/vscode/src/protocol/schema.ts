/** What travels between the extension and `dotstream lsp`. Made by `python -m tests.generated`. */
import type { Action, Folding, Policy } from "./words";

export const PROTOCOL_VERSION = 1;

/** A path: its bytes, percent-encoded. */
export type PathUri = string;

/** For people: ~ for the home directory, \xNN for bytes that cannot be shown. */
export type Label = string;

/** A progress token of the client's own. */
export type Token = string | number;

/** Stands for the operations of a plan in their order. */
export type Digest = string;

/** How many of each word; those that do not occur are left out. */
export type Counts = Readonly<Record<string, number>>;

/** What to plan. */
export interface PlanParams {
  readonly root: PathUri;
  readonly target?: PathUri;
  readonly action: Action;
  readonly packages?: readonly string[];
  readonly profile?: string;
  readonly package?: string;
  readonly source?: PathUri;
  readonly everything?: boolean;
  readonly path?: PathUri;
  readonly paths?: readonly PathUri[];
  readonly out?: boolean;
  readonly whole?: boolean;
  readonly options?: { readonly folding?: Folding; readonly onConflict?: Policy; readonly resolutions?: Readonly<Record<string, Policy>>; readonly explain?: boolean; readonly same?: boolean; readonly ask?: boolean };
  readonly window?: number;
  readonly maxRows?: number;
  readonly partialResultToken?: Token;
  readonly workDoneToken?: Token;
}

/** What to apply. */
export interface ApplyParams {
  readonly root: PathUri;
  readonly target?: PathUri;
  readonly action: Action;
  readonly packages?: readonly string[];
  readonly profile?: string;
  readonly package?: string;
  readonly source?: PathUri;
  readonly everything?: boolean;
  readonly path?: PathUri;
  readonly paths?: readonly PathUri[];
  readonly out?: boolean;
  readonly whole?: boolean;
  readonly options?: { readonly folding?: Folding; readonly onConflict?: Policy; readonly resolutions?: Readonly<Record<string, Policy>>; readonly explain?: boolean; readonly same?: boolean; readonly stream?: boolean; readonly ask?: boolean };
  readonly digest?: string;
  readonly only?: readonly PathUri[];
  readonly omit?: readonly PathUri[];
  readonly window?: number;
  readonly maxRows?: number;
  readonly partialResultToken?: Token;
  readonly workDoneToken?: Token;
}

/** Which file to link, or link to remove. */
export interface LinkParams {
  readonly root: PathUri;
  readonly target?: PathUri;
  readonly path: PathUri;
  readonly package?: string;
  readonly source?: PathUri;
  readonly dryRun?: boolean;
  readonly digest?: string;
  readonly window?: number;
  readonly maxRows?: number;
  readonly partialResultToken?: Token;
  readonly workDoneToken?: Token;
}

/** Which conflict to settle, and how. */
export interface ResolveParams {
  readonly root: PathUri;
  readonly target?: PathUri;
  readonly path: PathUri;
  readonly package?: string;
  readonly source?: PathUri;
  readonly policy: "skip" | "backup" | "overwrite" | "adopt";
  readonly dryRun?: boolean;
  readonly digest?: string;
  readonly window?: number;
  readonly maxRows?: number;
  readonly partialResultToken?: Token;
  readonly workDoneToken?: Token;
}

/** Which file is never to be linked. */
export interface IgnoreParams {
  readonly root: PathUri;
  readonly target?: PathUri;
  readonly path: PathUri;
  readonly package?: string;
  readonly source?: PathUri;
  readonly workDoneToken?: Token;
}

/** Where to write a configuration, and whose settings to take over. */
export interface InitParams {
  readonly root: PathUri;
  readonly target?: PathUri;
  readonly from?: "stow" | "dot";
  readonly dryRun?: boolean;
  readonly workDoneToken?: Token;
}

/** Whose wishes, and which of them the user was shown and agrees to. */
export interface AgreeParams {
  readonly root: PathUri;
  readonly target?: PathUri;
  readonly settings?: readonly string[];
  readonly workDoneToken?: Token;
}

/** Whose packages. */
export interface PackagesParams {
  readonly root: PathUri;
  readonly target?: PathUri;
  readonly workDoneToken?: Token;
}

/** Which packages, or which paths. */
export interface StatusParams {
  readonly root: PathUri;
  readonly target?: PathUri;
  readonly packages?: readonly string[];
  readonly paths?: readonly PathUri[];
  readonly window?: number;
  readonly maxRows?: number;
  readonly partialResultToken?: Token;
  readonly workDoneToken?: Token;
}

/** Which directory of a plan, and which part of it. */
export interface ChildrenParams {
  readonly root: PathUri;
  readonly target?: PathUri;
  readonly action: "manage" | "unmanage" | "remanage";
  readonly packages?: readonly string[];
  readonly profile?: string;
  readonly options?: { readonly folding?: Folding; readonly onConflict?: Policy; readonly resolutions?: Readonly<Record<string, Policy>> };
  readonly directory?: PathUri;
  readonly package?: string;
  readonly offset?: number;
  readonly limit?: number;
  readonly kept?: boolean;
  readonly workDoneToken?: Token;
}

/** How much of the history. */
export interface HistoryParams {
  readonly root: PathUri;
  readonly target?: PathUri;
  readonly limit?: number;
  readonly workDoneToken?: Token;
}

/** What to undo. */
export interface UndoParams {
  readonly root: PathUri;
  readonly target?: PathUri;
  readonly transaction?: number;
  readonly dryRun?: boolean;
  readonly digest?: string;
  readonly options?: { readonly onConflict?: "fail" | "skip" };
  readonly window?: number;
  readonly maxRows?: number;
  readonly partialResultToken?: Token;
  readonly workDoneToken?: Token;
}

/** What to do with what was cut short. */
export interface RecoverParams {
  readonly root: PathUri;
  readonly target?: PathUri;
  readonly resume?: boolean;
  readonly dryRun?: boolean;
  readonly workDoneToken?: Token;
}

/** Where to look, and whether to fix. */
export interface DoctorParams {
  readonly root: PathUri;
  readonly target?: PathUri;
  readonly mode?: string;
  readonly depth?: number;
  readonly skip?: readonly string[];
  readonly fix?: boolean;
  readonly window?: number;
  readonly maxRows?: number;
  readonly partialResultToken?: Token;
  readonly workDoneToken?: Token;
}

/** Which file, from either side. */
export interface DiffParams {
  readonly root: PathUri;
  readonly target?: PathUri;
  readonly path: PathUri;
  readonly workDoneToken?: Token;
}

/** The client is done with the batches up to seq. */
export interface AckParams {
  readonly token: Token;
  readonly seq: number;
}

/** A conflict to be settled now. */
export interface ConflictParams {
  readonly root: PathUri;
  readonly token: Token;
  readonly conflict: ConflictRow;
}

/** What a client answers to dotstream/conflict. */
export interface ConflictAnswer {
  readonly policy?: Policy | null;
  readonly cancel?: boolean | null;
}

/** What somebody changed. */
export interface ChangedParams {
  readonly root: PathUri;
  readonly target: PathUri;
  readonly transaction: number;
}

/** A plan in numbers; its rows came on the token. */
export interface PlanResult {
  readonly digest: Digest;
  readonly counts: Counts;
  readonly unchanged: number;
  readonly conflicts: number;
  readonly errors: number;
  readonly omitted: number;
  readonly elapsed: number;
}

/** What was applied. */
export interface ApplyResult {
  readonly digest: Digest;
  readonly counts: Counts;
  readonly unchanged: number;
  readonly conflicts: number;
  readonly errors: number;
  readonly omitted: number;
  readonly elapsed: number;
  readonly applied: number;
  readonly transaction: number | null;
}

/** What was changed; in a dry run nothing was. */
export type LinkResult = ApplyResult | PlanResult;

/** What was added to the configuration. */
export interface IgnoreResult {
  readonly configuration: PathUri;
  readonly package: string;
  readonly pattern: string;
  readonly saved: boolean;
}

/** The configuration to start from. */
export interface InitResult {
  readonly configuration: PathUri;
  readonly text: string;
  readonly written: boolean;
}

/** What a repository asks for beyond links in the home. */
export interface AgreeResult {
  readonly configuration: PathUri | null;
  readonly wishes: readonly Wish[];
}

/** A setting of a repository that counts once its user has agreed to it. */
export interface Wish {
  readonly setting: string;
  readonly package: string | null;
  readonly meaning: string;
  readonly agreed: boolean;
}

/** What was undone; in a dry run nothing was applied. */
export interface UndoResult {
  readonly digest: Digest;
  readonly counts: Counts;
  readonly unchanged: number;
  readonly conflicts: number;
  readonly errors: number;
  readonly omitted: number;
  readonly elapsed: number;
  readonly applied?: number;
  readonly transaction?: number | null;
  readonly undone: number;
}

/** What there is to manage. */
export interface PackagesResult {
  readonly root: PathUri;
  readonly rootLabel: Label;
  readonly target: PathUri;
  readonly targetLabel: Label;
  readonly configuration: PathUri | null;
  readonly packages: readonly { readonly name: string; readonly path: PathUri; readonly target: PathUri; readonly active: boolean; readonly reason: string | null; readonly required: boolean }[];
  readonly profiles: readonly { readonly name: string; readonly packages: readonly string[] }[];
}

/** How far a package is linked. */
export interface PackageStatus {
  readonly name: string;
  readonly path: PathUri;
  readonly target: PathUri;
  readonly state: "managed" | "partial" | "unmanaged" | "conflict" | "empty";
  readonly links: number;
  readonly changes: number;
  readonly conflicts: number;
  readonly errors: number;
}

/** A package with links that are not to be any more. */
export interface UnwantedPackage {
  readonly name: string;
  readonly reason: string;
  readonly links: readonly LinksInTarget[];
}

/** How many links of a package a target has. */
export interface LinksInTarget {
  readonly target: PathUri;
  readonly links: number;
}

/** Where a path stands. */
export interface PathStatus {
  readonly path: PathUri;
  readonly role: "source" | "target" | null;
  readonly package: string | null;
  readonly source: PathUri | null;
  readonly sourceLabel: string | null;
  readonly target: PathUri | null;
  readonly targetLabel: string | null;
  readonly state: "linked" | "unlinked" | "conflict" | "ignored" | "directory" | "other";
  readonly broken?: boolean;
  readonly message: string;
}

/** Packages or paths, as asked; streamed packages came on the token. */
export type StatusResult = { readonly packages: readonly PackageStatus[]; readonly omitted: number; readonly unwanted: readonly UnwantedPackage[] } | { readonly paths: readonly PathStatus[] };

/** One name of a directory. */
export interface Child {
  readonly name: string;
  readonly path: PathUri;
  readonly label: Label;
  readonly source: PathUri | null;
  readonly expandable: boolean;
  readonly rows: readonly Row[];
}

/** A page of a directory's names. */
export interface ChildrenResult {
  readonly directory: PathUri;
  readonly label: Label;
  readonly rows?: readonly Row[];
  readonly items: readonly Child[];
  readonly next: number | null;
}

/** A change that was made, or begun. */
export interface Transaction {
  readonly id: number;
  readonly action: "manage" | "unmanage" | "remanage" | "adopt" | "undo" | "restore" | "doctor";
  readonly packages: readonly string[];
  readonly state: "active" | "rolling_back" | "committed" | "rolled_back" | "stuck" | "undone";
  readonly began: string;
  readonly operations: number;
  readonly counts: Counts;
  readonly undoable: boolean;
  readonly undoes: number | null;
  readonly undoneBy?: number | null;
}

/** What was done, newest first. */
export interface HistoryResult {
  readonly transactions: readonly Transaction[];
}

/** What was unfinished, and what became of it. */
export interface RecoverResult {
  readonly unfinished: Transaction | null;
  readonly recovered: Transaction | null;
  readonly resumed: boolean;
  readonly reverted: number;
  readonly left: readonly string[];
}

/** Something that is wrong. */
export interface Finding {
  readonly kind: string;
  readonly severity: string;
  readonly path: PathUri;
  readonly label: Label;
  readonly message: string;
  readonly command: string | null;
  readonly fixable: boolean;
}

/** What was found; streamed findings came on the token. */
export interface DoctorResult {
  readonly counts: Counts;
  readonly findings: number;
  readonly fixed: number;
  readonly items?: readonly Finding[];
  readonly omitted?: number;
}

/** What differs between a file and its counterpart. */
export interface DiffResult {
  readonly source: PathUri | null;
  readonly target: PathUri | null;
  readonly sourceLabel: string | null;
  readonly targetLabel: string | null;
  readonly kind: "same" | "text" | "binary" | "directory" | "missing";
  readonly diff: string | null;
  readonly truncated: boolean;
}

/** A link is made, removed, changed, opened, folded or as wanted. */
export interface LinkRow {
  readonly op: "create_link" | "remove_link" | "replace_link" | "unfold" | "refold" | "keep_link";
  readonly path: PathUri;
  readonly label: Label;
  readonly to?: string;
  readonly before?: string;
  readonly package: string;
  readonly why?: string;
}

/** A directory is made or removed. */
export interface DirectoryRow {
  readonly op: "make_dir" | "remove_dir";
  readonly path: PathUri;
  readonly label: Label;
  readonly package: string;
  readonly why?: string;
}

/** A file is moved; no `to` means into the backup area. */
export interface MoveRow {
  readonly op: "move_file";
  readonly path: PathUri;
  readonly label: Label;
  readonly to?: string;
  readonly package: string;
}

/** Something stands in the way. */
export interface ConflictRow {
  readonly op: "conflict";
  readonly path: PathUri;
  readonly label: Label;
  readonly conflict: "changed_since" | "real_file" | "real_directory" | "foreign_link" | "dangling_link" | "other_package" | "same_path" | "file_and_directory" | "parent_link" | "absolute_source" | "target_in_package_directory" | "package_has_file" | "not_invertible" | "missing_source";
  readonly package: string;
  readonly source: PathUri;
  readonly other: string | null;
  readonly choices: readonly Policy[];
  readonly message: string;
  readonly rivals?: readonly string[];
  readonly same?: boolean;
}

/** Something could not be read, or was left alone on purpose. */
export interface RemarkRow {
  readonly op: "error" | "notice";
  readonly path: PathUri;
  readonly label: Label;
  readonly message: string;
}

/** One item of a plan. */
export interface Row {
  readonly op: "create_link" | "remove_link" | "replace_link" | "unfold" | "refold" | "keep_link" | "make_dir" | "remove_dir" | "move_file" | "conflict" | "error" | "notice";
  readonly path: PathUri;
  readonly label: Label;
  readonly to?: string;
  readonly before?: string;
  readonly package?: string;
  readonly why?: string;
  readonly conflict?: "changed_since" | "real_file" | "real_directory" | "foreign_link" | "dangling_link" | "other_package" | "same_path" | "file_and_directory" | "parent_link" | "absolute_source" | "target_in_package_directory" | "package_has_file" | "not_invertible" | "missing_source";
  readonly source?: PathUri;
  readonly other?: string | null;
  readonly choices?: readonly Policy[];
  readonly message?: string;
  readonly rivals?: readonly string[];
  readonly same?: boolean;
}

/** Rows of a plan, in the order in which they are carried out. */
export interface OperationBatch {
  readonly kind: "operations";
  readonly seq: number;
  readonly items: readonly Row[];
  readonly counts: Counts;
}

/** Packages that were looked at. */
export interface StatusBatch {
  readonly kind: "statuses";
  readonly seq: number;
  readonly items: readonly PackageStatus[];
  readonly counts: Counts;
}

/** Findings of doctor. */
export interface FindingBatch {
  readonly kind: "findings";
  readonly seq: number;
  readonly items: readonly Finding[];
  readonly counts: Counts;
}

/** The last value on a token. */
export interface Done {
  readonly kind: "done";
  readonly reason: "complete" | "cancelled" | "failed";
  readonly seq: number;
  readonly counts: Counts;
}
