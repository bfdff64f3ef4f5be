--- A plan as far as it has come: rows by directory, bounded, with the counts of all.
---
--- Rows past the bounds are only counted; `dotstream/children` brings them when asked for.
local WORDS = require("dotstream.words").WORDS

local M = {}

--- Directories kept, and conflicts kept whatever the other bounds say.
M.MAX_GROUPS = 2000
M.MAX_CONFLICTS = 1000

---@class dotstream.Model
---@field groups dotstream.Group[] in the order in which they came
---@field by_uri table<string, dotstream.Group>
---@field counts table<string, integer> of all rows, by op
---@field kept integer rows that are kept
---@field dropped integer rows of directories that are not
---@field conflicts integer that are kept
---@field max_rows integer
---@field max_per_group integer
local Model = {}
Model.__index = Model

---@param max_rows integer
---@param max_per_group integer
---@return dotstream.Model
function M.new(max_rows, max_per_group)
  local fields = {
    groups = {},
    by_uri = {},
    counts = {},
    kept = 0,
    dropped = 0,
    conflicts = 0,
    max_rows = max_rows,
    max_per_group = max_per_group,
  }
  return setmetatable(fields, Model)
end

---@param uri string
---@return string
local function parent(uri)
  return uri:match("^(.*/)[^/]+/?$") or uri
end

--- The group of a directory, made if there is room or if it must be.
---@param uri string of the directory, with a slash at its end
---@param label string
---@param at? integer where it goes
---@return dotstream.Group
function Model:group(uri, label, at)
  local group = self.by_uri[uri]
  if not group then
    group = {
      uri = uri,
      label = label,
      rows = {},
      subdirectories = {},
      total = 0,
      conflicts = 0,
      shown = 0,
      height = 0,
    }
    self.by_uri[uri] = group
    table.insert(self.groups, at or #self.groups + 1, group)
  end
  return group
end

--- Take in rows.
---@param rows dotstream.Row[]
---@param dirty table<dotstream.Group, boolean> the groups that changed are added
function Model:add(rows, dirty)
  local uri, group ---@type string?, dotstream.Group?
  for _, row in ipairs(rows) do
    local above = parent(row.path)
    local conflict = row.op == "conflict"
    if above ~= uri then
      uri, group = above, self.by_uri[above]
      local room = #self.groups < M.MAX_GROUPS and self.kept < self.max_rows
      if not group and (room or (conflict and self.conflicts < M.MAX_CONFLICTS)) then
        group = self:group(above, parent(row.label))
      end
    end
    if group then
      group.total = group.total + 1
      dirty[group] = true
      local room = self.kept < self.max_rows and #group.rows < self.max_per_group
      if room or (conflict and self.conflicts < M.MAX_CONFLICTS) then
        group.rows[#group.rows + 1] = row
        self.kept = self.kept + 1
      end
      if conflict then
        group.conflicts = group.conflicts + 1
        self.conflicts = self.conflicts + 1
      end
    else
      uri = nil
      self.dropped = self.dropped + 1
    end
  end
end

--- Take in one page of a directory, asked for with `dotstream/children`.
---@param group dotstream.Group
---@param items table[]
---@param next? integer
---@param first boolean whether the page replaces what is kept
function Model:add_page(group, items, next, first)
  if first then
    self.kept = self.kept - #group.rows
    group.rows, group.subdirectories, group.total = {}, {}, 0
  end
  for _, item in ipairs(items) do
    for _, row in ipairs(item.rows) do
      table.insert(group.rows, row)
      self.kept = self.kept + 1
    end
    if item.expandable then
      table.insert(group.subdirectories, { path = item.path, label = item.label })
    end
  end
  group.next = next
  group.total = math.max(group.total, #group.rows)
end

--- The line of a row in the buffer, counted from 1.
---@param path string a URI
---@return integer?
function Model:line_of(path)
  local first = 1
  for _, group in ipairs(self.groups) do
    for index = 1, math.min(group.shown, #group.rows) do
      if group.rows[index].path == path then
        return first + index
      end
    end
    first = first + group.height
  end
end

--- Rows of a directory that are not kept.
---@param group dotstream.Group
---@return integer
function M.missing(group)
  return group.total - #group.rows
end

--- What a row does to the target.
---@param op string
---@return dotstream.RowClass
function M.class(op)
  local words = WORDS[op]
  return words and words.effect or "note"
end

---@param counts table<string, integer>
---@return integer operations, integer conflicts, integer errors
function M.sums(counts)
  local operations = 0
  for op, number in pairs(counts) do
    if WORDS[op] and WORDS[op].due ~= "" then
      operations = operations + number
    end
  end
  return operations, counts.conflict or 0, counts.error or 0
end

return M
