--- Highlight groups, all linked to standard ones until you say otherwise.
local M = {}

---@type table<string, string>
M.LINKS = {
  DotstreamAdd = "Added",
  DotstreamChange = "Changed",
  DotstreamRemove = "Removed",
  DotstreamConflict = "DiagnosticError",
  DotstreamError = "DiagnosticError",
  DotstreamNote = "DiagnosticInfo",
  DotstreamKeep = "Comment",
  DotstreamChoices = "DiagnosticHint",
  DotstreamDirectory = "Directory",
  DotstreamCount = "Comment",
  DotstreamDetail = "Comment",
  DotstreamInline = "DiagnosticVirtualTextHint",
  DotstreamInlineConflict = "DiagnosticVirtualTextError",
  DotstreamTitle = "Title",
}

function M.define()
  for name, link in pairs(M.LINKS) do
    vim.api.nvim_set_hl(0, name, { link = link, default = true })
  end
end

return M
