/** What rows and policies are called, and where dotstream comes from. Made by `python -m tests.generated`. */
export const VERSION = "0.1.0";

/** What pipx is given once dotstream is published. */
export const SOURCE = "" as string;

export type Action = "manage" | "unmanage" | "remanage" | "adopt";

export type Folding = "safe" | "always" | "never";

export type Policy = "fail" | "adopt" | "backup" | "overwrite" | "skip";

export type Op =
  | "create_link"
  | "replace_link"
  | "remove_link"
  | "move_file"
  | "make_dir"
  | "remove_dir"
  | "unfold"
  | "refold"
  | "keep_link"
  | "conflict"
  | "error"
  | "notice";

export type Effect = "add" | "change" | "remove" | "keep" | "conflict" | "error" | "note";

export interface Words {
  readonly sign: string;
  readonly word: string;
  readonly effect: Effect;
  readonly verb: string;
  readonly due: string;
  readonly done: string;
  readonly noun: string;
  readonly nouns: string;
}

/** Operations come first, in the order in which they are counted for a person. */
export const WORDS: Readonly<Record<Op, Words>> = {
  create_link: {
    sign: "+",
    word: "link",
    effect: "add",
    verb: "link",
    due: "to link",
    done: "linked",
    noun: "",
    nouns: "",
  },
  replace_link: {
    sign: "~",
    word: "relink",
    effect: "change",
    verb: "relink",
    due: "to relink",
    done: "relinked",
    noun: "",
    nouns: "",
  },
  remove_link: {
    sign: "-",
    word: "unlink",
    effect: "remove",
    verb: "unlink",
    due: "to unlink",
    done: "unlinked",
    noun: "",
    nouns: "",
  },
  move_file: {
    sign: "~",
    word: "move",
    effect: "change",
    verb: "move",
    due: "to move",
    done: "moved",
    noun: "",
    nouns: "",
  },
  make_dir: {
    sign: "+",
    word: "mkdir",
    effect: "add",
    verb: "make directory",
    due: "to make",
    done: "made",
    noun: "directory",
    nouns: "directories",
  },
  remove_dir: {
    sign: "-",
    word: "rmdir",
    effect: "remove",
    verb: "remove directory",
    due: "to remove",
    done: "removed",
    noun: "directory",
    nouns: "directories",
  },
  unfold: {
    sign: "~",
    word: "unfold",
    effect: "change",
    verb: "unfold",
    due: "to unfold",
    done: "unfolded",
    noun: "",
    nouns: "",
  },
  refold: {
    sign: "~",
    word: "fold",
    effect: "change",
    verb: "fold",
    due: "to fold",
    done: "folded",
    noun: "",
    nouns: "",
  },
  keep_link: {
    sign: "=",
    word: "keep",
    effect: "keep",
    verb: "keep",
    due: "",
    done: "",
    noun: "",
    nouns: "",
  },
  conflict: {
    sign: "!",
    word: "conflict",
    effect: "conflict",
    verb: "",
    due: "",
    done: "",
    noun: "",
    nouns: "",
  },
  error: {
    sign: "!",
    word: "error",
    effect: "error",
    verb: "",
    due: "",
    done: "",
    noun: "",
    nouns: "",
  },
  notice: {
    sign: "·",
    word: "note",
    effect: "note",
    verb: "",
    due: "",
    done: "",
    noun: "",
    nouns: "",
  },
};

export interface PolicyWords {
  readonly title: string;
  readonly meaning: string;
}

export const POLICIES: Readonly<Record<Policy, PolicyWords>> = {
  fail: {
    title: "Do nothing",
    meaning: "change nothing until it is resolved",
  },
  adopt: {
    title: "Adopt",
    meaning: "move what is there into the package, then link to it",
  },
  backup: {
    title: "Back up",
    meaning: "move what is there to the backup area, then link",
  },
  overwrite: {
    title: "Overwrite",
    meaning: "link over what is there, even another package's link; undo restores it",
  },
  skip: {
    title: "Skip",
    meaning: "leave what is there and do the rest",
  },
};

/** Conflicts in a few words; the server's sentence is too long for a tree. */
export const OBSTACLES: Readonly<Record<string, string>> = {
  changed_since: "changed since",
  real_file: "a file is in its place",
  real_directory: "a directory is in its place",
  foreign_link: "another link is in its place",
  dangling_link: "a broken link is in its place",
  other_package: "another package has this place",
  same_path: "two packages want this place",
  file_and_directory: "a file and a directory want this place",
  parent_link: "a directory above is a link",
  absolute_source: "an absolute symlink in the package",
  target_in_package_directory: "the target is inside the package directory",
  package_has_file: "the package already has it",
  not_invertible: "would come back under another name",
  missing_source: "there is nothing to link",
};
