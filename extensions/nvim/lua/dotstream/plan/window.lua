--- Where plans are shown: their buffers found by name, their windows, folds and the cursor.
local arguments = require("dotstream.arguments")
local bar = require("dotstream.plan.bar")
local config = require("dotstream.config")
local errors = require("dotstream.errors")
local sessions = require("dotstream.plan.session")
local view = require("dotstream.plan.view")

local M = {}

local group = vim.api.nvim_create_augroup("dotstream.plan", {})

---@param name string
---@return integer? bufnr
function M.buffer_named(name)
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_get_name(bufnr) == name then
      return bufnr
    end
  end
end

--- Show a buffer: where it is shown already, or in place of another of its filetype, or in a
--- window of its own.
---@param bufnr integer
---@param mods? table where that is to be, as `:vertical` and `:tab` say it
function M.show(bufnr, mods)
  local instead
  for _, window in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    local other = vim.api.nvim_win_get_buf(window)
    if other == bufnr then
      return vim.api.nvim_set_current_win(window)
    elseif vim.bo[other].filetype == vim.bo[bufnr].filetype then
      instead = instead or window
    end
  end
  if mods then
    vim.cmd.split({ mods = mods })
  elseif instead and not vim.wo[instead].winfixbuf then
    vim.api.nvim_set_current_win(instead)
  else
    vim.cmd(config.get().plan.open)
  end
  vim.wo.winfixbuf = false -- which is that of the window that was split
  local before = sessions.by_buffer[vim.api.nvim_get_current_buf()]
  vim.api.nvim_win_set_buf(0, bufnr)
  if before and not before.choices:made() then
    M.drop_if_hidden(before)
  end
end

--- The session of a request, in the buffer of its name, which is shown.
---@param asked dotstream.PlanRequest
---@return dotstream.Session
function M.open(asked)
  local name = arguments.name(asked.root, arguments.words(asked))
  local bufnr = M.buffer_named(name)
  local session = bufnr and sessions.by_buffer[bufnr]
  if session then
    session.request = session.state == "applying" and session.request or asked
  else
    if not bufnr then
      bufnr = vim.api.nvim_create_buf(true, false)
      vim.api.nvim_buf_set_name(bufnr, name)
    end
    session = M.take(bufnr, asked)
  end
  M.show(session.buffer.bufnr, asked.mods)
  return session
end

--- Make a buffer the plan of a request.
---@param bufnr integer
---@param asked dotstream.PlanRequest
---@return dotstream.Session
function M.take(bufnr, asked)
  local session = sessions.new(bufnr, asked)
  vim.api.nvim_clear_autocmds({ group = group, buffer = bufnr })
  local function on(event, act)
    vim.api.nvim_create_autocmd(event, { group = group, buffer = bufnr, callback = act })
  end
  on("BufWriteCmd", function(event)
    if not M.write_text(session, event) then
      require("dotstream.plan.apply").write(session)
    end
  end)
  on("FileWriteCmd", function(event)
    if not M.write_text(session, event) then
      M.write_range(session)
    end
  end)
  on("BufUnload", function()
    session:close()
  end)
  on("QuitPre", function()
    M.quit(session)
  end)
  on("BufWinEnter", function()
    M.dress()
  end)
  require("dotstream.plan.quit")
  require("dotstream.plan.keys").map(session)
  for _, window in ipairs(vim.fn.win_findbuf(bufnr)) do
    vim.api.nvim_win_call(window, M.dress)
  end
  return session
end

--- Write what is shown into a file, if |:w| names one.
---@param session dotstream.Session
---@param event { match: string }
---@return boolean
function M.write_text(session, event)
  local other = event.match ~= vim.api.nvim_buf_get_name(session.buffer.bufnr)
  if other then
    vim.cmd.write({
      vim.fn.fnameescape(event.match),
      bang = true, -- Vim has asked already
      range = { vim.fn.line("'["), vim.fn.line("']") },
      mods = { noautocmd = true },
    })
  end
  return other
end

--- Write the rows of a range, which Vim has put between the marks '[ and '].
---@param session dotstream.Session
function M.write_range(session)
  local uris = require("dotstream.plan.keys").uris(session, vim.fn.line("'["), vim.fn.line("']"))
  require("dotstream.plan.apply").write(session, uris)
end

--- |:q| treats a plan that waits as any changed buffer, though others may hide it.
---@param session dotstream.Session
function M.quit(session)
  local bufnr = session.buffer.bufnr
  if #vim.fn.win_findbuf(bufnr) > 1 or session.state == "applying" then
    return
  end
  vim.bo[bufnr].bufhidden = "wipe"
  vim.schedule(function()
    if vim.api.nvim_buf_is_valid(bufnr) then
      vim.bo[bufnr].bufhidden = "hide"
    end
  end)
end

--- Set the options of the current window for as long as it shows a plan.
function M.dress()
  for option, value in pairs({
    foldmethod = "expr",
    foldexpr = [[getline(v:lnum)=~'^  '?1:'>1']],
    foldlevel = 99,
    foldtext = "v:lua.require'dotstream.plan.window'.foldtext()",
    foldenable = true,
    signcolumn = "yes:1",
    number = false,
    relativenumber = false,
    wrap = false,
    list = false,
    spell = false,
    cursorline = true,
    winbar = "%{%v:lua.require'dotstream.plan.window'.bar()%}",
  }) do
    vim.api.nvim_set_option_value(option, value, { win = 0, scope = "local" })
  end
  vim.opt_local.fillchars:append({ fold = " " }) -- the rest stays the user's
end

---@return string
function M.bar()
  local session = sessions.by_buffer[vim.api.nvim_get_current_buf()]
  return session and bar.draw(session) or ""
end

--- A closed fold: the directory, and how much is in it.
---@return string|string[][]
function M.foldtext()
  local session = sessions.by_buffer[vim.api.nvim_get_current_buf()]
  local at = session and session.model:at(vim.v.foldstart).group
  local text = vim.fn.getline(vim.v.foldstart)
  if not at then
    return text
  end
  return vim.list_extend({ { text, "DotstreamDirectory" } }, view.tally(at))
end

---@param session dotstream.Session
---@param act fun(window: integer)
local function in_windows(session, act)
  for _, window in ipairs(vim.fn.win_findbuf(session.buffer.bufnr)) do
    vim.api.nvim_win_call(window, function()
      act(window)
    end)
  end
end

--- Remember where the cursors are and what is folded; what is returned restores it.
---@param session dotstream.Session
---@return fun()
function M.keep(session)
  local places, closed = {}, {}
  in_windows(session, function(window)
    local line = vim.fn.line(".")
    local at = session.model:at(line)
    local uri = at.row and at.row.path or at.group and at.group.uri
    places[window] = { line = line, uri = uri, above = vim.fn.winline() }
    local first = 1
    for _, each in ipairs(session.model.groups) do
      closed[each.uri] = vim.fn.foldclosed(first) == first
      first = first + each.height
    end
  end)
  return function()
    M.fold(session, closed)
    in_windows(session, function(window)
      local place = places[window]
      local line = place and (place.uri and session.model:line_of(place.uri) or place.line)
      if line and line > 1 then
        line = math.min(line, vim.fn.line("$"))
        vim.api.nvim_win_set_cursor(window, { line, 2 })
        local top = math.max(1, line - place.above + 1)
        vim.fn.winrestview({ topline = top })
      end
    end)
  end
end

--- Close the folds of long directories, now that nothing more is coming; those with conflicts
--- stay open, and so does or does not what was folded before.
---@param session dotstream.Session
---@param closed? table<string, boolean> by the URI of a directory
function M.fold(session, closed)
  local limit = config.get().plan.fold_over
  in_windows(session, function()
    local line = 1
    for _, each in ipairs(session.model.groups) do
      local wanted = each.height > limit
      if closed and closed[each.uri] ~= nil then
        wanted = closed[each.uri]
      end
      wanted = wanted and each.conflicts == 0
      if wanted ~= (vim.fn.foldclosed(line) == line) then
        pcall(vim.cmd, { cmd = wanted and "foldclose" or "foldopen", range = { line } })
      end
      line = line + each.height
    end
  end)
end

--- Scroll until what stands below the cursor's row is in the window, too.
---@param session dotstream.Session
local function show_below(session)
  local below = session.buffer:below(vim.fn.line("."))
  local over = math.min(vim.fn.winline() + below - vim.fn.winheight(0), vim.fn.winline() - 1)
  if over > 0 then
    vim.cmd.normal({ vim.keycode(over .. "<C-e>"), bang = true })
  end
end

--- Put the cursor on a line and show it, the way back among the jumps.
---@param session dotstream.Session
---@param line integer
function M.go_to(session, line)
  in_windows(session, function(window)
    vim.cmd("normal! m'")
    vim.api.nvim_win_set_cursor(window, { line, 2 })
    vim.cmd("normal! zv")
    show_below(session)
  end)
end

---@param session dotstream.Session
---@param direction 1|-1
function M.next_conflict(session, direction)
  local here = vim.api.nvim_get_current_buf() == session.buffer.bufnr and vim.fn.line(".") or 0
  local first, last, beyond ---@type integer?, integer?, integer?
  session.model:each(function(row, _, line)
    if row.op == "conflict" and not session.choices:omits(row.path) then
      first, last = first or line, line
      if direction > 0 and line > here then
        beyond = beyond or line
      elseif direction < 0 and line < here then
        beyond = line
      end
    end
  end)
  local line = beyond or (direction > 0 and first or last)
  if not line then
    return errors.notify("there are no conflicts")
  end
  M.go_to(session, line)
end

--- Forget a plan that nobody looks at.
---@param session dotstream.Session
function M.drop_if_hidden(session)
  local bufnr = session.buffer.bufnr
  if
    session.state ~= "applying"
    and vim.api.nvim_buf_is_valid(bufnr)
    and #vim.fn.win_findbuf(bufnr) == 0
  then
    vim.api.nvim_buf_delete(bufnr, { force = true })
  end
end

--- Close the current window; the last one shows what it showed before.
function M.leave()
  if not pcall(vim.cmd.close) then
    local other = vim.fn.bufnr("#")
    if other > 0 and other ~= vim.fn.bufnr() and vim.fn.buflisted(other) == 1 then
      vim.cmd.buffer(other)
    else
      vim.cmd.enew()
    end
  end
end

--- Close the window; the plan goes with it, unless something was decided about it.
---@param session dotstream.Session
function M.close(session)
  M.leave()
  if not (session:waits() and session.choices:made()) then
    M.drop_if_hidden(session)
  end
end

return M
