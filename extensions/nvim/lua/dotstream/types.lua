---@meta

--- Settings, all of them.
---@class (exact) dotstream.Config
---@field cmd string[]
---@field enable boolean
---@field root string
---@field target string
---@field confirm boolean
---@field inline { enable: boolean, prefix: string }
---@field codelens { enable: boolean }
---@field plan dotstream.PlanConfig

---@class (exact) dotstream.PlanConfig
---@field open string
---@field max_rows integer
---@field max_rows_per_directory integer
---@field window integer
---@field fold_over integer
---@field signs table<dotstream.LineClass, string>
---@field keys table<string, string|false>

--- Settings as a user gives them: those to be changed.
---@class dotstream.Options
---@field cmd? string[]
---@field enable? boolean
---@field root? string
---@field target? string
---@field confirm? boolean
---@field inline? { enable?: boolean, prefix?: string }
---@field codelens? { enable?: boolean }
---@field plan? table

---@alias dotstream.RowClass "add"|"change"|"remove"|"conflict"|"error"|"note"|"keep"

--- What a plan is about.
---@class dotstream.PlanRequest
---@field action "manage"|"unmanage"|"remanage"|"adopt"|"undo"
---@field root? string absolute path; by default found from the current file
---@field target? string absolute path
---@field packages? string[]
---@field profile? string
---@field paths? string[] absolute paths, for adopt
---@field out? boolean adopt: move them out of their packages again
---@field whole? boolean adopt: move git repositories too
---@field transaction? integer for undo
---@field options? dotstream.PlanOptions
---@field mods? table where its window is to be, as `:vertical` and `:tab` say it
---@field after? "show"|"ask"|"apply" what `require("dotstream").plan()` does then

---@class dotstream.PlanOptions
---@field folding? string
---@field onConflict? string
---@field resolutions? table<string, string> by the URI of a path
---@field ask? boolean
---@field same? boolean
---@field explain? boolean

---@class dotstream.Fault
---@field code integer
---@field message string
---@field data? { kind?: string, [string]: any }

--- One request that is being worked on.
---@class dotstream.Handle
---@field ack fun(seq: integer)
---@field cancel fun()

---@class dotstream.Group
---@field uri string of the directory
---@field label string of the directory, with a slash at its end
---@field rows dotstream.Row[]
---@field subdirectories { path: string, label: string }[] that can be loaded
---@field total integer operations, conflicts and errors in it
---@field conflicts integer
---@field shown integer rows in the buffer
---@field height integer lines in the buffer
---@field next? integer where the next page begins
---@field cut? boolean whether there are more than `total`
