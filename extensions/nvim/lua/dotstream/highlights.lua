--- Highlight groups, all linked to standard ones until you say otherwise.
local M = {}

---@type table<string, string>
M.LINKS = {
  DotstreamAdd = "Added",
  DotstreamChange = "Changed",
  DotstreamRemove = "Removed",
  DotstreamConflict = "DiagnosticError",
  DotstreamError = "DiagnosticError",
  DotstreamNote = "Identifier",
  DotstreamKeep = "Comment",
  DotstreamChoices = "Special",
  DotstreamHint = "Special",
  DotstreamState = "WinBar",
  DotstreamDirectory = "Directory",
  DotstreamCount = "Comment",
  DotstreamDetail = "Comment",
  DotstreamInline = "Comment",
  DotstreamInlineConflict = "DiagnosticVirtualTextError",
  DotstreamTitle = "Title",
}

function M.define()
  for name, link in pairs(M.LINKS) do
    vim.api.nvim_set_hl(0, name, { link = link, default = true })
  end
  vim.api.nvim_set_hl(0, "DotstreamOmitted", { strikethrough = true, default = true })
end

return M
