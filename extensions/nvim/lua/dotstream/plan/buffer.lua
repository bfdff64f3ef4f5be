--- The buffer of a plan: brings lines up to date group by group, with marks and folds.
local highlights = require("dotstream.highlights")
local view = require("dotstream.plan.view")

local M = {}

local namespace = vim.api.nvim_create_namespace("dotstream.plan")
M.NAMESPACE = namespace

---@class dotstream.Buffer
---@field bufnr integer
---@field has_tail boolean whether the last line says what was dropped
---@field has_message boolean whether there is one line that is no group's
local Buffer = {}
Buffer.__index = Buffer

---@param name string
---@return dotstream.Buffer
function M.new(name)
  highlights.define()
  local bufnr = vim.api.nvim_create_buf(true, true)
  vim.api.nvim_buf_set_name(bufnr, name)
  for option, value in pairs({
    buftype = "acwrite",
    bufhidden = "hide",
    swapfile = false,
    undolevels = -1,
    modifiable = false,
    filetype = "dotstreamplan",
  }) do
    vim.bo[bufnr][option] = value
  end
  return setmetatable({ bufnr = bufnr, has_tail = false, has_message = true }, Buffer)
end

---@param first integer
---@param last integer
---@param lines dotstream.Line[]
function Buffer:set(first, last, lines)
  local texts = {}
  for index, line in ipairs(lines) do
    texts[index] = line.text
  end
  local bo = vim.bo[self.bufnr]
  bo.modifiable = true
  vim.api.nvim_buf_clear_namespace(self.bufnr, namespace, first, last)
  vim.api.nvim_buf_set_lines(self.bufnr, first, last, false, texts)
  bo.modifiable = false
  bo.modified = false
  for index, line in ipairs(lines) do
    self:mark(first + index - 1, line)
  end
end

--- Mark one line: its sign, its colours and what follows it.
---@param row integer
---@param line dotstream.Line
function Buffer:mark(row, line)
  if line.heading then
    vim.api.nvim_buf_set_extmark(self.bufnr, namespace, row, 0, {
      end_col = #line.text,
      hl_group = "DotstreamDirectory",
      virt_text = line.virtual,
    })
    return
  end
  local group = view.HIGHLIGHTS[line.class]
  local sign = require("dotstream.config").get().plan.signs[line.class]
  vim.api.nvim_buf_set_extmark(self.bufnr, namespace, row, line.name and line.name[1] or 0, {
    end_col = line.name and line.name[2] or #line.text,
    hl_group = group,
    sign_text = line.name and sign ~= "" and sign or nil,
    sign_hl_group = group,
    virt_text = line.virtual,
    virt_lines = line.below and { line.below },
  })
  if line.name and line.name[2] < #line.text then
    vim.api.nvim_buf_set_extmark(self.bufnr, namespace, row, line.name[2], {
      end_col = #line.text,
      hl_group = "DotstreamDetail",
    })
  end
end

--- Show one line and nothing else.
---@param text string
function Buffer:message(text)
  self:set(0, -1, { { text = text, class = "note" } })
  self.has_message, self.has_tail = true, false
end

--- Bring the buffer up to date with the groups that changed.
---@param plan dotstream.Model
---@param dirty table<dotstream.Group, boolean>
---@param resolutions table<string, string>
function Buffer:update(plan, dirty, resolutions)
  local first = 0
  for _, group in ipairs(plan.groups) do
    if dirty[group] then
      self:update_group(group, first, resolutions)
    end
    first = first + group.height
  end
  if plan.dropped > 0 then
    local line = { text = view.dropped(plan.dropped), class = "note" }
    self:set(first, self.has_tail and first + 1 or first, { line })
    self.has_tail = true
  elseif self.has_tail then
    self:set(first, first + 1, {})
    self.has_tail = false
  end
end

---@param group dotstream.Group
---@param first integer its first line
---@param resolutions table<string, string>
function Buffer:update_group(group, first, resolutions)
  local lines = {}
  local from, to = first + 1 + group.shown, first + group.height
  if group.height == 0 then
    table.insert(lines, view.heading(group))
    from, to = first, first
    if self.has_message then
      to, self.has_message = -1, false
    end
  end
  for index = group.shown + 1, #group.rows do
    local row = group.rows[index]
    table.insert(lines, view.row(row, resolutions[row.path]))
  end
  vim.list_extend(lines, view.tail(group))
  self:set(from, to, lines)
  group.height = from - first + #lines
  group.shown = #group.rows
  vim.api.nvim_buf_clear_namespace(self.bufnr, namespace, first, first + 1)
  self:mark(first, view.heading(group))
end

--- Forget what of a group is shown, so that all of it is written anew.
---@param plan dotstream.Model
---@param group dotstream.Group
function Buffer:reset_group(plan, group)
  local first = 0
  for _, other in ipairs(plan.groups) do
    if other == group then
      break
    end
    first = first + other.height
  end
  if group.height > 1 then
    self:set(first + 1, first + group.height, {})
    group.height = 1
  end
  group.shown = 0
end

--- What a line of the buffer is.
---@param plan dotstream.Model
---@param line integer counted from 1
---@return { group?: dotstream.Group, row?: dotstream.Row, directory?: table, more?: boolean, dropped?: boolean }
function Buffer:at(plan, line)
  local first = 1
  for _, group in ipairs(plan.groups) do
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
  return { dropped = self.has_tail and line == first }
end

return M
