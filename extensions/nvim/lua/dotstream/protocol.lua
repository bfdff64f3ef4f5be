---@meta

--- What travels between the plugin and `dotstream lsp`. Made by `python -m tests.generated`.

--- A path: its bytes, percent-encoded.
---@alias dotstream.Uri string

--- For people: ~ for the home directory, \xNN for bytes that cannot be shown.
---@alias dotstream.Label string

--- A progress token of the client's own.
---@alias dotstream.Token string|integer

--- Stands for the operations of a plan in their order.
---@alias dotstream.Digest string

--- How many of each word; those that do not occur are left out.
---@alias dotstream.Counts table<string, integer>

--- What to plan.
---@class (exact) dotstream.PlanParams
---@field root dotstream.Uri
---@field target? dotstream.Uri
---@field action "manage"|"unmanage"|"remanage"|"adopt"
---@field packages? string[]
---@field profile? string
---@field package? string
---@field source? dotstream.Uri
---@field everything? boolean
---@field path? dotstream.Uri
---@field paths? dotstream.Uri[]
---@field out? boolean
---@field whole? boolean
---@field options? { folding?: "safe"|"always"|"never", onConflict?: "fail"|"skip"|"backup"|"overwrite"|"adopt", resolutions?: table<string, "fail"|"skip"|"backup"|"overwrite"|"adopt">, explain?: boolean, same?: boolean, ask?: boolean }
---@field window? integer
---@field maxRows? integer
---@field partialResultToken? dotstream.Token
---@field workDoneToken? dotstream.Token

--- What to apply.
---@class (exact) dotstream.ApplyParams
---@field root dotstream.Uri
---@field target? dotstream.Uri
---@field action "manage"|"unmanage"|"remanage"|"adopt"
---@field packages? string[]
---@field profile? string
---@field package? string
---@field source? dotstream.Uri
---@field everything? boolean
---@field path? dotstream.Uri
---@field paths? dotstream.Uri[]
---@field out? boolean
---@field whole? boolean
---@field options? { folding?: "safe"|"always"|"never", onConflict?: "fail"|"skip"|"backup"|"overwrite"|"adopt", resolutions?: table<string, "fail"|"skip"|"backup"|"overwrite"|"adopt">, explain?: boolean, same?: boolean, stream?: boolean, ask?: boolean }
---@field digest? string
---@field only? dotstream.Uri[]
---@field omit? dotstream.Uri[]
---@field window? integer
---@field maxRows? integer
---@field partialResultToken? dotstream.Token
---@field workDoneToken? dotstream.Token

--- Which file to link, or link to remove.
---@class (exact) dotstream.LinkParams
---@field root dotstream.Uri
---@field target? dotstream.Uri
---@field path dotstream.Uri
---@field package? string
---@field source? dotstream.Uri
---@field dryRun? boolean
---@field digest? string
---@field window? integer
---@field maxRows? integer
---@field partialResultToken? dotstream.Token
---@field workDoneToken? dotstream.Token

--- Which conflict to settle, and how.
---@class (exact) dotstream.ResolveParams
---@field root dotstream.Uri
---@field target? dotstream.Uri
---@field path dotstream.Uri
---@field package? string
---@field source? dotstream.Uri
---@field policy "skip"|"backup"|"overwrite"|"adopt"
---@field dryRun? boolean
---@field digest? string
---@field window? integer
---@field maxRows? integer
---@field partialResultToken? dotstream.Token
---@field workDoneToken? dotstream.Token

--- Which file is never to be linked.
---@class (exact) dotstream.IgnoreParams
---@field root dotstream.Uri
---@field target? dotstream.Uri
---@field path dotstream.Uri
---@field package? string
---@field source? dotstream.Uri
---@field workDoneToken? dotstream.Token

--- Where to write a configuration, and whose settings to take over.
---@class (exact) dotstream.InitParams
---@field root dotstream.Uri
---@field target? dotstream.Uri
---@field from? "stow"|"dot"
---@field dryRun? boolean
---@field workDoneToken? dotstream.Token

--- Whose wishes, and which of them the user was shown and agrees to.
---@class (exact) dotstream.AgreeParams
---@field root dotstream.Uri
---@field target? dotstream.Uri
---@field settings? string[]
---@field workDoneToken? dotstream.Token

--- Whose packages.
---@class (exact) dotstream.PackagesParams
---@field root dotstream.Uri
---@field target? dotstream.Uri
---@field workDoneToken? dotstream.Token

--- Which packages, or which paths.
---@class (exact) dotstream.StatusParams
---@field root dotstream.Uri
---@field target? dotstream.Uri
---@field packages? string[]
---@field paths? dotstream.Uri[]
---@field window? integer
---@field maxRows? integer
---@field partialResultToken? dotstream.Token
---@field workDoneToken? dotstream.Token

--- Which directory of a plan, and which part of it.
---@class (exact) dotstream.ChildrenParams
---@field root dotstream.Uri
---@field target? dotstream.Uri
---@field action "manage"|"unmanage"|"remanage"
---@field packages? string[]
---@field profile? string
---@field options? { folding?: "safe"|"always"|"never", onConflict?: "fail"|"skip"|"backup"|"overwrite"|"adopt", resolutions?: table<string, "fail"|"skip"|"backup"|"overwrite"|"adopt"> }
---@field directory? dotstream.Uri
---@field package? string
---@field offset? integer
---@field limit? integer
---@field kept? boolean
---@field workDoneToken? dotstream.Token

--- How much of the history.
---@class (exact) dotstream.HistoryParams
---@field root dotstream.Uri
---@field target? dotstream.Uri
---@field limit? integer
---@field workDoneToken? dotstream.Token

--- What to undo.
---@class (exact) dotstream.UndoParams
---@field root dotstream.Uri
---@field target? dotstream.Uri
---@field transaction? integer
---@field dryRun? boolean
---@field digest? string
---@field options? { onConflict?: "fail"|"skip" }
---@field window? integer
---@field maxRows? integer
---@field partialResultToken? dotstream.Token
---@field workDoneToken? dotstream.Token

--- What to do with what was cut short.
---@class (exact) dotstream.RecoverParams
---@field root dotstream.Uri
---@field target? dotstream.Uri
---@field resume? boolean
---@field dryRun? boolean
---@field workDoneToken? dotstream.Token

--- Where to look, and whether to fix.
---@class (exact) dotstream.DoctorParams
---@field root dotstream.Uri
---@field target? dotstream.Uri
---@field mode? string
---@field depth? integer
---@field skip? string[]
---@field fix? boolean
---@field window? integer
---@field maxRows? integer
---@field partialResultToken? dotstream.Token
---@field workDoneToken? dotstream.Token

--- Which file, from either side.
---@class (exact) dotstream.DiffParams
---@field root dotstream.Uri
---@field target? dotstream.Uri
---@field path dotstream.Uri
---@field workDoneToken? dotstream.Token

--- The client is done with the batches up to seq.
---@class (exact) dotstream.AckParams
---@field token dotstream.Token
---@field seq integer

--- A conflict to be settled now.
---@class (exact) dotstream.ConflictParams
---@field root dotstream.Uri
---@field token dotstream.Token
---@field conflict dotstream.ConflictRow

--- What a client answers to dotstream/conflict.
---@class (exact) dotstream.ConflictAnswer
---@field policy? "fail"|"skip"|"backup"|"overwrite"|"adopt"|nil
---@field cancel? boolean|nil

--- What somebody changed.
---@class (exact) dotstream.ChangedParams
---@field root dotstream.Uri
---@field target dotstream.Uri
---@field transaction integer

--- A plan in numbers; its rows came on the token.
---@class (exact) dotstream.PlanResult
---@field digest dotstream.Digest
---@field counts dotstream.Counts
---@field unchanged integer
---@field conflicts integer
---@field errors integer
---@field omitted integer
---@field elapsed number

--- What was applied.
---@class (exact) dotstream.ApplyResult
---@field digest dotstream.Digest
---@field counts dotstream.Counts
---@field unchanged integer
---@field conflicts integer
---@field errors integer
---@field omitted integer
---@field elapsed number
---@field applied integer
---@field transaction integer|nil

--- What was changed; in a dry run nothing was.
---@alias dotstream.LinkResult dotstream.ApplyResult|dotstream.PlanResult

--- What was added to the configuration.
---@class (exact) dotstream.IgnoreResult
---@field configuration dotstream.Uri
---@field package string
---@field pattern string
---@field saved boolean

--- The configuration to start from.
---@class (exact) dotstream.InitResult
---@field configuration dotstream.Uri
---@field text string
---@field written boolean

--- What a repository asks for beyond links in the home.
---@class (exact) dotstream.AgreeResult
---@field configuration dotstream.Uri|nil
---@field wishes dotstream.Wish[]

--- A setting of a repository that counts once its user has agreed to it.
---@class (exact) dotstream.Wish
---@field setting string
---@field package string|nil
---@field meaning string
---@field agreed boolean

--- What was undone; in a dry run nothing was applied.
---@class (exact) dotstream.UndoResult
---@field digest dotstream.Digest
---@field counts dotstream.Counts
---@field unchanged integer
---@field conflicts integer
---@field errors integer
---@field omitted integer
---@field elapsed number
---@field applied? integer
---@field transaction? integer|nil
---@field undone integer

--- What there is to manage.
---@class (exact) dotstream.PackagesResult
---@field root dotstream.Uri
---@field rootLabel dotstream.Label
---@field target dotstream.Uri
---@field targetLabel dotstream.Label
---@field configuration dotstream.Uri|nil
---@field packages { name: string, path: dotstream.Uri, target: dotstream.Uri, active: boolean, reason: string|nil, required: boolean }[]
---@field profiles { name: string, packages: string[] }[]

--- How far a package is linked.
---@class (exact) dotstream.PackageStatus
---@field name string
---@field path dotstream.Uri
---@field target dotstream.Uri
---@field state "managed"|"partial"|"unmanaged"|"conflict"|"empty"
---@field links integer
---@field changes integer
---@field conflicts integer
---@field errors integer

--- A package with links that are not to be any more.
---@class (exact) dotstream.UnwantedPackage
---@field name string
---@field reason string
---@field links dotstream.LinksInTarget[]

--- How many links of a package a target has.
---@class (exact) dotstream.LinksInTarget
---@field target dotstream.Uri
---@field links integer

--- Where a path stands.
---@class (exact) dotstream.PathStatus
---@field path dotstream.Uri
---@field role "source"|"target"|nil
---@field package string|nil
---@field source dotstream.Uri|nil
---@field sourceLabel string|nil
---@field target dotstream.Uri|nil
---@field targetLabel string|nil
---@field state "linked"|"unlinked"|"conflict"|"ignored"|"directory"|"other"
---@field broken? boolean
---@field message string

--- Packages or paths, as asked; streamed packages came on the token.
---@alias dotstream.StatusResult { packages: dotstream.PackageStatus[], omitted: integer, unwanted: dotstream.UnwantedPackage[] }|{ paths: dotstream.PathStatus[] }

--- One name of a directory.
---@class (exact) dotstream.Child
---@field name string
---@field path dotstream.Uri
---@field label dotstream.Label
---@field source dotstream.Uri|nil
---@field expandable boolean
---@field rows dotstream.Row[]

--- A page of a directory's names.
---@class (exact) dotstream.ChildrenResult
---@field directory dotstream.Uri
---@field label dotstream.Label
---@field rows? dotstream.Row[]
---@field items dotstream.Child[]
---@field next integer|nil

--- A change that was made, or begun.
---@class (exact) dotstream.Transaction
---@field id integer
---@field action "manage"|"unmanage"|"remanage"|"adopt"|"undo"|"restore"|"doctor"
---@field packages string[]
---@field state "active"|"rolling_back"|"committed"|"rolled_back"|"stuck"|"undone"
---@field began string
---@field operations integer
---@field counts dotstream.Counts
---@field undoable boolean
---@field undoes integer|nil
---@field undoneBy? integer|nil

--- What was done, newest first.
---@class (exact) dotstream.HistoryResult
---@field transactions dotstream.Transaction[]

--- What was unfinished, and what became of it.
---@class (exact) dotstream.RecoverResult
---@field unfinished dotstream.Transaction|nil
---@field recovered dotstream.Transaction|nil
---@field resumed boolean
---@field reverted integer
---@field left string[]

--- Something that is wrong.
---@class (exact) dotstream.Finding
---@field kind string
---@field severity string
---@field path dotstream.Uri
---@field label dotstream.Label
---@field message string
---@field command string|nil
---@field fixable boolean

--- What was found; streamed findings came on the token.
---@class (exact) dotstream.DoctorResult
---@field counts dotstream.Counts
---@field findings integer
---@field fixed integer
---@field items? dotstream.Finding[]
---@field omitted? integer

--- What differs between a file and its counterpart.
---@class (exact) dotstream.DiffResult
---@field source dotstream.Uri|nil
---@field target dotstream.Uri|nil
---@field sourceLabel string|nil
---@field targetLabel string|nil
---@field kind "same"|"text"|"binary"|"directory"|"missing"
---@field diff string|nil
---@field truncated boolean

--- A link is made, removed, changed, opened, folded or as wanted.
---@class (exact) dotstream.LinkRow
---@field op "create_link"|"remove_link"|"replace_link"|"unfold"|"refold"|"keep_link"
---@field path dotstream.Uri
---@field label dotstream.Label
---@field to? string
---@field before? string
---@field package string
---@field why? string

--- A directory is made or removed.
---@class (exact) dotstream.DirectoryRow
---@field op "make_dir"|"remove_dir"
---@field path dotstream.Uri
---@field label dotstream.Label
---@field package string
---@field why? string

--- A file is moved; no `to` means into the backup area.
---@class (exact) dotstream.MoveRow
---@field op "move_file"
---@field path dotstream.Uri
---@field label dotstream.Label
---@field to? string
---@field package string

--- Something stands in the way.
---@class (exact) dotstream.ConflictRow
---@field op "conflict"
---@field path dotstream.Uri
---@field label dotstream.Label
---@field conflict "changed_since"|"real_file"|"real_directory"|"foreign_link"|"dangling_link"|"other_package"|"same_path"|"file_and_directory"|"parent_link"|"absolute_source"|"target_in_package_directory"|"package_has_file"|"not_invertible"|"missing_source"
---@field package string
---@field source dotstream.Uri
---@field other string|nil
---@field choices ("fail"|"skip"|"backup"|"overwrite"|"adopt")[]
---@field message string
---@field rivals? string[]
---@field same? boolean

--- Something could not be read, or was left alone on purpose.
---@class (exact) dotstream.RemarkRow
---@field op "error"|"notice"
---@field path dotstream.Uri
---@field label dotstream.Label
---@field message string

--- One item of a plan.
---@class (exact) dotstream.Row
---@field op "create_link"|"remove_link"|"replace_link"|"unfold"|"refold"|"keep_link"|"make_dir"|"remove_dir"|"move_file"|"conflict"|"error"|"notice"
---@field path dotstream.Uri
---@field label dotstream.Label
---@field to? string
---@field before? string
---@field package? string
---@field why? string
---@field conflict? "changed_since"|"real_file"|"real_directory"|"foreign_link"|"dangling_link"|"other_package"|"same_path"|"file_and_directory"|"parent_link"|"absolute_source"|"target_in_package_directory"|"package_has_file"|"not_invertible"|"missing_source"
---@field source? dotstream.Uri
---@field other? string|nil
---@field choices? ("fail"|"skip"|"backup"|"overwrite"|"adopt")[]
---@field message? string
---@field rivals? string[]
---@field same? boolean

--- Rows of a plan, in the order in which they are carried out.
---@class (exact) dotstream.OperationBatch
---@field kind "operations"
---@field seq integer
---@field items dotstream.Row[]
---@field counts dotstream.Counts

--- Packages that were looked at.
---@class (exact) dotstream.StatusBatch
---@field kind "statuses"
---@field seq integer
---@field items dotstream.PackageStatus[]
---@field counts dotstream.Counts

--- Findings of doctor.
---@class (exact) dotstream.FindingBatch
---@field kind "findings"
---@field seq integer
---@field items dotstream.Finding[]
---@field counts dotstream.Counts

--- The last value on a token.
---@class (exact) dotstream.Done
---@field kind "done"
---@field reason "complete"|"cancelled"|"failed"
---@field seq integer
---@field counts dotstream.Counts
