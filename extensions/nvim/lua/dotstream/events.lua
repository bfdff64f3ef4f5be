--- `User` autocommands, for status lines and for your own code.
local M = {}

---@alias dotstream.Event
---| "DotstreamPlanStarted"
---| "DotstreamPlanUpdated"
---| "DotstreamPlanEnded"
---| "DotstreamApplied"
---| "DotstreamChanged"
---| "DotstreamServerEnded"

---@param name dotstream.Event
---@param data table
function M.emit(name, data)
  vim.api.nvim_exec_autocmds("User", { pattern = name, modeline = false, data = data })
end

--- Be told once.
---@param name string
---@param act fun()
function M.once(name, act)
  vim.api.nvim_create_autocmd("User", {
    pattern = name,
    once = true,
    callback = vim.schedule_wrap(act), -- after all that comes with the event
  })
end

return M
