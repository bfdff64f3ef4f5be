--- Leaving Neovim while something is applied: its end is waited for, and what did not end well
--- keeps Neovim open, as any buffer that could not be written does.
local sessions = require("dotstream.plan.session")

local M = {}

--- Between two looks whether it has ended, in milliseconds; between two words about it.
local LOOK = 20
local PATIENCE = 1000

local group = vim.api.nvim_create_augroup("dotstream.quit", {})
local leaving = false

---@return dotstream.Session[]
local function applying()
  return vim.tbl_filter(function(session)
    return session.state == "applying"
  end, vim.tbl_values(sessions.by_buffer))
end

--- Wait until nothing is being applied; CTRL-C cancels it, which is waited for, too, unless there
--- is another.
local function finish()
  local waited, cancelled = applying(), false
  while #applying() > 0 do
    local text = cancelled and "cancelling …  CTRL-C again stops waiting"
      or "applying …  CTRL-C cancels"
    vim.api.nvim_echo({ { "dotstream: " .. text } }, false, {})
    vim.cmd.redraw()
    local _, why = vim.wait(PATIENCE, function()
      return #applying() == 0
    end, LOOK)
    if why == -2 then
      if cancelled then
        break -- the server may not answer at all
      end
      cancelled = true
      for _, session in ipairs(applying()) do
        session:cancel()
      end
    end
  end
  for _, session in ipairs(waited) do
    if session.state ~= "applied" and session.state ~= "undone" and session:valid() then
      vim.bo[session.buffer.bufnr].modified = true
      vim.schedule(function()
        session:show_state()
      end)
    end
  end
end

--- A plan was written: |:wqa| comes by here after |ExitPre|, and would not wait.
function M.written()
  if leaving then
    finish()
    M.left()
  end
end

--- Neovim is about to be left, unless it is kept from it: then it waits for a key again.
function M.left()
  leaving = true
  vim.api.nvim_create_autocmd("SafeState", {
    group = group,
    once = true,
    desc = "dotstream: Neovim was not left",
    callback = function()
      leaving = false
    end,
  })
end

vim.api.nvim_create_autocmd("ExitPre", {
  group = group,
  desc = "dotstream: wait for what is being applied",
  callback = function()
    finish()
    M.left()
  end,
})

return M
