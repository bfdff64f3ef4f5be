--- The buffer of a plan: brings lines up to date group by group, with marks and folds.
local highlights = require("dotstream.highlights")
local view = require("dotstream.plan.view")

local M = {}

local namespace = vim.api.nvim_create_namespace("dotstream.plan")
M.NAMESPACE = namespace

---@class dotstream.Buffer
---@field bufnr integer
---@field has_tail boolean whether the last line says what was dropped
---@field is_old boolean whether what it shows is no part of the plan that is coming
local Buffer = {}
Buffer.__index = Buffer

---@param bufnr integer
---@return dotstream.Buffer
function M.new(bufnr)
  highlights.define()
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
  return setmetatable({ bufnr = bufnr, has_tail = false, is_old = true }, Buffer)
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
  local modified = bo.modified
  bo.modifiable = true
  vim.api.nvim_buf_clear_namespace(self.bufnr, namespace, first, last)
  vim.api.nvim_buf_set_lines(self.bufnr, first, last, false, texts)
  bo.modifiable = false
  bo.modified = modified
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
  local group = view.HIGHLIGHTS[line.class] ---@type string|string[]
  local sign = require("dotstream.config").get().plan.signs[line.class]
  local omitted = line.class == "omit"
  if omitted then
    group = { "DotstreamKeep", group }
  end
  vim.api.nvim_buf_set_extmark(self.bufnr, namespace, row, line.name and line.name[1] or 0, {
    end_col = line.name and not omitted and line.name[2] or #line.text,
    hl_group = group,
    sign_text = line.name and sign ~= "" and sign or nil,
    sign_hl_group = view.HIGHLIGHTS[omitted and "keep" or line.class],
    virt_text = line.virtual,
    virt_lines = line.below,
  })
  if line.name and not omitted and line.name[2] < #line.text then
    vim.api.nvim_buf_set_extmark(self.bufnr, namespace, row, line.name[2], {
      end_col = #line.text,
      hl_group = "DotstreamDetail",
    })
  end
end

--- How many lines stand below a row that are no lines of the buffer.
---@param line integer counted from 1
---@return integer
function Buffer:below(line)
  local at = { line - 1, 0 }
  local count = 0
  for _, mark in
    ipairs(
      vim.api.nvim_buf_get_extmarks(self.bufnr, namespace, at, { line - 1, -1 }, { details = true })
    )
  do
    count = count + #(mark[4].virt_lines or {})
  end
  return count
end

--- Show one line and nothing else.
---@param text string
function Buffer:message(text)
  self:set(0, -1, { { text = text, class = "note" } })
  self.is_old, self.has_tail = true, false
end

--- Bring the buffer up to date with the groups that changed.
---@param plan dotstream.Model
---@param dirty table<dotstream.Group, boolean>
---@param choices dotstream.Choices
function Buffer:update(plan, dirty, choices)
  local first = 0
  for _, group in ipairs(plan.groups) do
    if dirty[group] then
      self:update_group(group, first, choices)
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
---@param choices dotstream.Choices
function Buffer:update_group(group, first, choices)
  local lines = {}
  local from, to = first + 1 + group.shown, first + group.height
  if group.height == 0 then
    table.insert(lines, view.heading(group))
    from, to = first, first
    if self.is_old then
      to, self.is_old, self.has_tail = -1, false, false
    end
  end
  for index = group.shown + 1, #group.rows do
    table.insert(lines, view.row(group.rows[index], M.choice(group.rows[index], choices)))
  end
  vim.list_extend(lines, view.tail(group))
  self:set(from, to, lines)
  group.height = from - first + #lines
  group.shown = #group.rows
  vim.api.nvim_buf_clear_namespace(self.bufnr, namespace, first, first + 1)
  self:mark(first, view.heading(group))
end

---@param row dotstream.Row
---@param choices dotstream.Choices
---@return dotstream.RowChoice
function M.choice(row, choices)
  return { policy = choices:now().policies[row.path], omitted = choices:omits(row.path) }
end

--- Mark all rows anew, after something was left out or put back.
---@param plan dotstream.Model
---@param choices dotstream.Choices
function Buffer:remark(plan, choices)
  plan:each(function(row, _, line)
    vim.api.nvim_buf_clear_namespace(self.bufnr, namespace, line - 1, line)
    self:mark(line - 1, view.row(row, M.choice(row, choices)))
  end)
end

return M
