--- Keys of the plan buffer, and what is under them.
local apply = require("dotstream.plan.apply")
local config = require("dotstream.config")
local errors = require("dotstream.errors")
local paths = require("dotstream.paths")
local sessions = require("dotstream.plan.session")
local settle = require("dotstream.plan.settle")
local window = require("dotstream.plan.window")

local M = {}

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
---@param from integer
---@param to integer
local function resolve(session, from, to)
  if planned(session) then
    settle.rows(session, rows(session, from, to))
  end
end

--- Show what was left out or put back.
---@param session dotstream.Session
local function choices_changed(session)
  session.buffer:remark(session.model, session.choices)
  session:show_state()
end

---@param session dotstream.Session
---@param from integer
---@param to integer
local function omit(session, from, to)
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
---@field [1] fun(session: dotstream.Session, from?: integer, to?: integer)
---@field [2] string
---@field lines? boolean whether it is an operator, with counts, Visual mode and `.`

---@type table<string, dotstream.Action>
M.ACTIONS = {
  open = { open, "open the source; on a heading, fold; on …, load more" },
  diff = { diff, "diff the source against the target" },
  explain = { explain, "say all there is to say about the row" },
  resolve = { resolve, "settle the conflict", lines = true },
  resolve_all = { settle.rest, "settle all open conflicts alike" },
  omit = { omit, "leave out, or put back", lines = true },
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

---@type fun() what 'operatorfunc' does in a plan
M.operate = function() end

---@param action dotstream.Action
---@param motion string
---@return fun(): string
local function operator(action, motion)
  return function()
    M.operate = function()
      local session = sessions.by_buffer[vim.api.nvim_get_current_buf()]
      if session then
        action[1](session, vim.fn.line("'["), vim.fn.line("']"))
      end
    end
    vim.o.operatorfunc = "v:lua.require'dotstream.plan.keys'.operate"
    return "g@" .. motion
  end
end

---@param session dotstream.Session
---@param action dotstream.Action
---@param key string
local function map(session, action, key)
  local options = { buffer = session.buffer.bufnr, nowait = true, expr = action.lines }
  options.desc = "dotstream: " .. action[2]
  if not action.lines then
    return vim.keymap.set("n", key, function()
      action[1](session)
    end, options)
  end
  local doubled = key:match("^(.)%1$") -- as `d` is of `dd`, which takes motions, too
  vim.keymap.set("x", doubled or key, operator(action, ""), options)
  vim.keymap.set("n", doubled or key, operator(action, doubled and "" or "_"), options)
  if doubled then
    options.expr = false
    vim.keymap.set("o", doubled, "_", options)
  end
end

---@param session dotstream.Session
function M.map(session)
  for name, key in pairs(config.get().plan.keys) do
    if key and key ~= "" then
      map(session, M.ACTIONS[name], key)
    end
  end
end

return M
