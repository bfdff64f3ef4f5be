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

return M
