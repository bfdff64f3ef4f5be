--- Keys of the plan buffer, and what is under them.
local apply = require("dotstream.plan.apply")
local config = require("dotstream.config")
local errors = require("dotstream.errors")
local paths = require("dotstream.paths")
local settle = require("dotstream.plan.settle")
local window = require("dotstream.plan.window")

local M = {}

--- The first and last line that a key is about: of the selection, or the cursor's.
---@return integer, integer
local function range()
  if vim.fn.mode():find("^[vV\22]") then
    local from, to = vim.fn.line("v"), vim.fn.line(".")
    vim.api.nvim_feedkeys("\27", "nx", false)
    return math.min(from, to), math.max(from, to)
  end
  local line = vim.fn.line(".")
  local last = vim.fn.foldclosedend(line)
  return line, math.max(last, line + vim.v.count1 - 1)
end

---@param session dotstream.Session
---@param from integer
---@param to integer
---@return dotstream.Row[]
local function rows(session, from, to)
  local found = {}
  session.model:each(function(row, _, line)
    if line >= from and line <= to then
      table.insert(found, row)
    end
    return line > to
  end)
  return found
end

--- The paths of a range: those of rows, and of directories for their headings.
---@param session dotstream.Session
---@param from integer
---@param to integer
---@return string[]
function M.uris(session, from, to)
  local uris, seen = {}, {}
  local function add(uri)
    if not seen[uri] then
      seen[uri] = true
      table.insert(uris, uri)
    end
  end
  for line = from, math.min(to, vim.api.nvim_buf_line_count(session.buffer.bufnr)) do
    local at = session.model:at(line)
    if at.row then
      add(at.row.path)
    elseif at.directory then
      add(at.directory.path)
    elseif at.group and not at.more then
      add((at.group.uri:gsub("/$", "")))
    end
  end
  return uris
end

---@param session dotstream.Session
local function at_cursor(session)
  return session.model:at(vim.fn.line("."))
end

---@param session dotstream.Session
local function open(session)
  local pages = require("dotstream.plan.pages")
  local place = at_cursor(session)
  if place.directory then
    pages.load_directory(session, place.directory, place.group)
  elseif place.row then
    require("dotstream.diff").open(session.client, session.request, place.row)
  elseif place.more then
    pages.load(session, place.group)
  elseif place.group then
    vim.cmd.normal({ "za", bang = true })
  elseif session.buffer.has_tail then
    pages.load_root(session)
  end
end

---@param session dotstream.Session
local function diff(session)
  local row = at_cursor(session).row
  if row then
    local asked = session.request
    require("dotstream.diff").show(session.client, asked.root, asked.target, row.path)
  end
end

---@param session dotstream.Session
local function explain(session)
  local line = vim.fn.line(".")
  local uri = M.uris(session, line, line)[1]
  if uri then
    require("dotstream.plan.details").show(session, uri)
  end
end

---@param session dotstream.Session
---@return boolean
local function planned(session)
  if session.state ~= "planned" then
    errors.hint("there is no complete plan here; {refresh} plans again", vim.log.levels.WARN)
  end
  return session.state == "planned"
end

---@param session dotstream.Session
local function resolve(session)
  if planned(session) then
    settle.rows(session, rows(session, range()))
  end
end

--- Show what was left out or put back.
---@param session dotstream.Session
local function choices_changed(session)
  session.buffer:remark(session.model, session.choices)
  session:show_state()
end

---@param session dotstream.Session
local function omit(session)
  local from, to = range()
  if not planned(session) then
    return
  elseif session.request.action == "undo" then
    return errors.notify("an undo is done as a whole")
  end
  local uris = M.uris(session, from, to)
  if #uris > 0 then
    session.choices:toggle(uris)
    choices_changed(session)
  end
end

---@param session dotstream.Session
---@param by 1|-1
local function move(session, by)
  local changed = session.choices:move(by)
  if changed == "plan" then
    session:plan()
  elseif changed == "rows" then
    choices_changed(session)
  else
    errors.notify(by < 0 and "there is nothing to undo" or "there is nothing to redo")
  end
end

---@param session dotstream.Session
local function undo(session)
  if session.state ~= "applied" then
    return move(session, -1)
  end
  require("dotstream.start").confirmed(
    ("Undo %s, transaction %s?"):format(session:title(), tostring(session.transaction)),
    session.transaction ~= nil,
    function()
      apply.undo(session)
    end
  )
end

--- Put the conflicts that are shown into the quickfix list.
---@param session dotstream.Session
local function quickfix(session)
  local items = {}
  session.model:each(function(row)
    if row.op == "conflict" and not session.choices:omits(row.path) then
      table.insert(items, {
        filename = paths.from_uri(row.path),
        lnum = 1,
        text = paths.shown(row.message),
        type = "E",
      })
    end
  end)
  if #items == 0 then
    return errors.notify("there are no conflicts")
  end
  vim.fn.setqflist({}, " ", { title = "dotstream " .. session:title(), items = items })
  vim.cmd("botright copen")
end

---@class dotstream.Action
---@field [1] fun(session: dotstream.Session)
---@field [2] string
---@field visual? boolean

---@type table<string, dotstream.Action>
M.ACTIONS = {
  open = { open, "open the source; on a heading, fold; on …, load more" },
  diff = { diff, "diff the source against the target" },
  explain = { explain, "say all there is to say about the row" },
  resolve = { resolve, "settle the conflict", visual = true },
  resolve_all = { settle.rest, "settle all open conflicts alike" },
  omit = { omit, "leave out, or put back", visual = true },
  quickfix = { quickfix, "conflicts into the quickfix list" },
  undo = { undo, "undo the last choice, or what was applied" },
  cancel = {
    function(session)
      session:cancel()
    end,
    "cancel",
  },
  refresh = {
    function(session)
      session:plan()
    end,
    "plan again",
  },
  redo = {
    function(session)
      move(session, 1)
    end,
    "redo the choice that was undone",
  },
  next_conflict = {
    function(session)
      window.next_conflict(session, 1)
    end,
    "next conflict",
  },
  previous_conflict = {
    function(session)
      window.next_conflict(session, -1)
    end,
    "previous conflict",
  },
  close = { window.close, "close the window" },
  help = {
    function()
      vim.cmd.help("dotstream-plan-keys")
    end,
    "help",
  },
}

---@param session dotstream.Session
function M.map(session)
  local bufnr = session.buffer.bufnr
  for name, key in pairs(config.get().plan.keys) do
    local action = M.ACTIONS[name]
    local function map(mode, lhs)
      vim.keymap.set(mode, lhs, function()
        action[1](session)
      end, { buffer = bufnr, nowait = true, desc = "dotstream: " .. action[2] })
    end
    if key and key ~= "" then
      map("n", key)
      if action.visual then
        map("x", key == "dd" and "d" or key)
      end
    end
  end
end

return M
