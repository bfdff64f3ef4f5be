--- A plan as far as it has come: rows by directory, bounded, with the counts of all.
---
--- Rows past the bounds are only counted; `dotstream/children` brings them when asked for.
local WORDS = require("dotstream.words").WORDS

local M = {}

--- Directories kept, conflicts kept whatever the other bounds say, and rows that every
--- directory may keep.
M.MAX_GROUPS = 2000
M.MAX_CONFLICTS = 1000
M.FAIR = 5

--- How many times the rows that are kept the server sends, so that every directory has its share;
--- what comes after those it only counts.
M.SENT = 20

---@class dotstream.Model
---@field groups dotstream.Group[] in the order in which they came
---@field by_uri table<string, dotstream.Group>
---@field counts table<string, integer> of all rows, by op
---@field kept integer rows that are kept
---@field dropped integer rows of directories that are not
---@field came integer rows that the server sent
---@field last? string where the server stopped sending all
---@field conflicts integer that are kept
---@field max_rows integer
---@field share integer rows that one directory may keep
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
    came = 0,
    conflicts = 0,
    max_rows = max_rows,
    share = max_per_group,
  }
  return setmetatable(fields, Model)
end

--- The directory of a path, with a slash at its end.
---@param uri string
---@return string
function M.parent(uri)
  return uri:match("^(.*/)[^/]+/?$") or uri
end

--- The group of a directory, made if it is not there.
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
    local above = M.parent(row.path)
    local conflict = row.op == "conflict" and self.conflicts < M.MAX_CONFLICTS
    if above ~= uri then
      uri, group = above, self.by_uri[above]
      if not group and (conflict or (#self.groups < M.MAX_GROUPS and self:room(0, dirty))) then
        group = self:group(above, M.parent(row.label))
      end
    end
    if group then
      group.total = group.total + 1
      dirty[group] = true
      if conflict or (#group.rows < self.share and self:room(#group.rows, dirty)) then
        group.rows[#group.rows + 1] = row
        self.kept = self.kept + 1
      end
      if row.op == "conflict" then
        group.conflicts = group.conflicts + 1
        self.conflicts = self.conflicts + 1
      end
    else
      uri = nil
      self.dropped = self.dropped + 1
    end
  end
  self.last = self.came < self:sent() and rows[1] and rows[#rows].path or self.last
  self.came = self.came + #rows
  for each in pairs(self.came > self:sent() and dirty or {}) do
    each.cut = true -- conflicts come all the same, without what is beside them
  end
end

--- Rows that the server is to send, conflicts apart.
---@return integer
function Model:sent()
  return self.max_rows * M.SENT
end

--- Take in how many rows were not sent: of the directory where that began, of those above it, and
--- of those that came after.
---@param omitted integer
---@param dirty table<dotstream.Group, boolean> the groups that changed are added
function Model:cut(omitted, dirty)
  self.dropped = self.dropped + omitted
  for _, group in ipairs(self.groups) do
    if vim.startswith(self.last or "", group.uri) then
      group.cut, dirty[group] = true, true
    end
  end
end

--- Whether there is room for one more row of a directory that has some; directories that have
--- more than their share make it.
---@param has integer
---@param dirty table<dotstream.Group, boolean>
---@return boolean
function Model:room(has, dirty)
  while self.kept >= self.max_rows and self.share > M.FAIR and has * 2 < self.share do
    self.share = math.max(M.FAIR, math.floor(self.share / 2))
    for _, group in ipairs(self.groups) do
      if #group.rows > self.share then
        self:trim(group)
        dirty[group] = true
      end
    end
  end
  return self.kept < self.max_rows
end

--- Forget the rows of a directory that are more than its share, conflicts excepted.
---@param group dotstream.Group
function Model:trim(group)
  local before = #group.rows
  local rows = vim.list_slice(group.rows, 1, self.share)
  if group.conflicts > 0 then
    for index = self.share + 1, before do
      if group.rows[index].op == "conflict" then
        table.insert(rows, group.rows[index])
      end
    end
  end
  group.rows = rows
  group.shown = math.min(group.shown, self.share)
  self.kept = self.kept - before + #rows
end

--- Take in one page of a directory, asked for with `dotstream/children`.
---@param group dotstream.Group
---@param items table[]
---@param next? integer
---@param first boolean whether the page replaces what is kept
function Model:add_page(group, items, next, first)
  if first then
    self.kept = self.kept - #group.rows
    group.rows, group.subdirectories, group.shown = {}, {}, 0
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
  group.next, group.cut = next, nil
  group.total = next and math.max(group.total, #group.rows) or #group.rows
end

--- Call with each row that is kept, its group, and its line in the buffer.
---@param visit fun(row: dotstream.Row, group: dotstream.Group, line: integer): boolean? true ends it
function Model:each(visit)
  local first = 1
  for _, group in ipairs(self.groups) do
    for index = 1, math.min(group.shown, #group.rows) do
      if visit(group.rows[index], group, first + index) then
        return
      end
    end
    first = first + group.height
  end
end

--- The line of a path in the buffer: of its row, or of its heading.
---@param uri string
---@return integer?
function Model:line_of(uri)
  local found
  if self.by_uri[uri] then
    found = 1
    for _, group in ipairs(self.groups) do
      if group.uri == uri then
        return found
      end
      found = found + group.height
    end
  end
  self:each(function(row, _, line)
    found = row.path == uri and line or nil
    return found ~= nil
  end)
  return found
end

--- What a line of the buffer is.
---@param line integer counted from 1
---@return { group?: dotstream.Group, row?: dotstream.Row, directory?: table, more?: boolean }
function Model:at(line)
  local first = 1
  for _, group in ipairs(self.groups) do
    if line < first + group.height then
      local index = line - first
      local beyond = index - #group.rows
      return {
        group = group,
        row = group.rows[index],
        directory = beyond > 0 and group.subdirectories[beyond] or nil,
        more = beyond > #group.subdirectories,
      }
    end
    first = first + group.height
  end
  return {}
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
