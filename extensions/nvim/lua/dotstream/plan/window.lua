--- The window of a plan: the bar on top, folds, keys and the cursor.
local apply = require("dotstream.plan.apply")
local bar = require("dotstream.plan.bar")
local config = require("dotstream.config")
local errors = require("dotstream.errors")
local pages = require("dotstream.plan.pages")
local paths = require("dotstream.paths")

local M = {}

---@param session dotstream.Session
function M.open(session)
  vim.cmd(config.get().plan.open)
  vim.api.nvim_win_set_buf(0, session.buffer.bufnr)
  M.keys(session)
  vim.api.nvim_create_autocmd("BufWriteCmd", {
    buffer = session.buffer.bufnr,
    desc = "dotstream: apply exactly what is shown",
    callback = function()
      apply.apply(session)
    end,
  })
  vim.api.nvim_create_autocmd("BufWinEnter", {
    buffer = session.buffer.bufnr,
    callback = function()
      M.dress(session)
    end,
  })
  M.dress(session)
end

--- Set the options of the window that shows the plan, for as long as it does.
---@param session dotstream.Session
function M.dress(session)
  for option, value in pairs({
    foldmethod = "expr",
    foldexpr = [[getline(v:lnum)=~'^  '?1:'>1']],
    foldlevel = 99,
    foldtext = "",
    foldenable = true,
    fillchars = "fold: ",
    signcolumn = "yes:1",
    number = false,
    relativenumber = false,
    wrap = false,
    list = false,
    spell = false,
    cursorline = true,
  }) do
    vim.api.nvim_set_option_value(option, value, { win = 0, scope = "local" })
  end
  M.show_state(session)
end

---@param session dotstream.Session
function M.show_state(session)
  local parts = {}
  for _, chunk in ipairs(bar.chunks(session)) do
    table.insert(parts, ("%%#%s#%s"):format(chunk[2], (chunk[1]:gsub("%%", "%%%%"))))
  end
  local text = table.concat(parts) .. "%*"
  for _, window in ipairs(vim.fn.win_findbuf(session.buffer.bufnr)) do
    vim.api.nvim_set_option_value("winbar", text, { win = window, scope = "local" })
  end
end

--- Close the folds of long directories, now that nothing more is coming.
---@param session dotstream.Session
function M.fold(session)
  local limit = config.get().plan.fold_over
  for _, window in ipairs(vim.fn.win_findbuf(session.buffer.bufnr)) do
    vim.api.nvim_win_call(window, function()
      local line = 1
      for _, group in ipairs(session.model.groups) do
        if group.height > limit and group.conflicts == 0 then
          pcall(vim.cmd, ("%dfoldclose"):format(line))
        end
        line = line + group.height
      end
    end)
  end
end

---@param session dotstream.Session
---@param path? string a URI
function M.go_to(session, path)
  local line = path and session.model:line_of(path)
  if line then
    for _, window in ipairs(vim.fn.win_findbuf(session.buffer.bufnr)) do
      vim.api.nvim_win_set_cursor(window, { line, 2 })
    end
  end
end

---@param session dotstream.Session
---@param direction 1|-1
function M.next_conflict(session, direction)
  local here = vim.api.nvim_win_get_buf(0) == session.buffer.bufnr
      and vim.api.nvim_win_get_cursor(0)[1]
    or 0
  local found = {}
  local first = 1
  for _, group in ipairs(session.model.groups) do
    if group.conflicts > 0 then
      for index, row in ipairs(group.rows) do
        if row.op == "conflict" then
          table.insert(found, { line = first + index, path = row.path })
        end
      end
    end
    first = first + group.height
  end
  if #found == 0 then
    return errors.notify("there are no conflicts")
  end
  local chosen = direction > 0 and found[1] or found[#found]
  for index = 1, #found do
    local candidate = found[direction > 0 and index or #found + 1 - index]
    if (candidate.line - here) * direction > 0 then
      chosen = candidate
      break
    end
  end
  M.go_to(session, chosen.path)
end

---@param session dotstream.Session
local function at_cursor(session)
  return session.buffer:at(session.model, vim.api.nvim_win_get_cursor(0)[1])
end

---@param session dotstream.Session
local function open(session)
  local place = at_cursor(session)
  if place.dropped then
    pages.load_root(session)
  elseif place.directory then
    pages.load_directory(session, place.directory, place.group)
  elseif place.more then
    pages.load(session, place.group)
  elseif place.row then
    require("dotstream.diff").open(session.client, session.request, place.row)
  elseif place.group then
    vim.cmd.normal({ "za", bang = true })
  end
end

---@param session dotstream.Session
local function diff(session)
  local row = at_cursor(session).row
  if row then
    require("dotstream.diff").show(
      session.client,
      session.request.root,
      session.request.target,
      row.path
    )
  end
end

---@param choice string
---@return string
local function policy(choice)
  local words = require("dotstream.words").MEANINGS[choice]
  return ("%-9s  %s"):format(choice, words and words.meaning or "show both sides")
end

---@param session dotstream.Session
local function resolve(session)
  local row = at_cursor(session).row
  if not row or row.op ~= "conflict" then
    return errors.notify("there is no conflict under the cursor; ]c goes to the next one")
  end
  local choices = vim.tbl_filter(function(choice)
    return choice ~= "fail"
  end, row.choices or {})
  table.insert(choices, "diff")
  vim.ui.select(choices, {
    prompt = ("%s: %s"):format(paths.shown(row.label), row.message),
    kind = "dotstream.conflict",
    format_item = policy,
  }, function(choice)
    if choice == "diff" then
      diff(session)
    elseif choice then
      session:resolve(row.path, choice)
    end
  end)
end

---@param session dotstream.Session
local function resolve_all(session)
  vim.ui.select({ "skip", "backup", "overwrite", "adopt" }, {
    prompt = "All conflicts of this plan",
    kind = "dotstream.conflicts",
    format_item = policy,
  }, function(choice)
    if choice then
      session:resolve(nil, choice)
    end
  end)
end

---@param session dotstream.Session
local function undo(session)
  require("dotstream.start").confirmed(
    ("Undo transaction %s?"):format(tostring(session.transaction)),
    session.transaction ~= nil,
    function()
      apply.undo(session)
    end
  )
end

---@type table<string, { [1]: fun(session: dotstream.Session), [2]: string }>
M.ACTIONS = {
  open = { open, "open the source; on a heading, fold; on …, load more" },
  diff = { diff, "diff the source against the target" },
  resolve = { resolve, "settle the conflict under the cursor" },
  resolve_all = { resolve_all, "settle all conflicts alike" },
  next_conflict = {
    function(session)
      M.next_conflict(session, 1)
    end,
    "next conflict",
  },
  previous_conflict = {
    function(session)
      M.next_conflict(session, -1)
    end,
    "previous conflict",
  },
  refresh = {
    function(session)
      session:plan()
    end,
    "plan again",
  },
  undo = { undo, "undo what was applied here" },
  cancel = {
    function(session)
      session:cancel()
    end,
    "cancel",
  },
  close = {
    function()
      if not pcall(vim.cmd.close) then
        vim.cmd.bdelete()
      end
    end,
    "close the window",
  },
  help = {
    function()
      vim.cmd.help("dotstream-plan-keys")
    end,
    "help",
  },
}

---@param session dotstream.Session
function M.keys(session)
  for name, key in pairs(config.get().plan.keys) do
    local action = M.ACTIONS[name]
    if action and key ~= "" then
      vim.keymap.set("n", key, function()
        action[1](session)
      end, { buffer = session.buffer.bufnr, nowait = true, desc = "dotstream: " .. action[2] })
    end
  end
end

return M
