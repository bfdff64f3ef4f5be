--- Both sides of a link: opened, or beside each other.
local errors = require("dotstream.errors")
local paths = require("dotstream.paths")
local request = require("dotstream.request")

local M = {}

--- Edit a file in a window that shows an ordinary one, or in a new one.
---@param path string
local function edit(path)
  for _, window in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    local bufnr = vim.api.nvim_win_get_buf(window)
    if vim.bo[bufnr].buftype == "" and window ~= vim.api.nvim_get_current_win() then
      vim.api.nvim_set_current_win(window)
      return vim.cmd.edit(vim.fn.fnameescape(path))
    end
  end
  vim.cmd.split(vim.fn.fnameescape(path))
end

--- Open the package's side of a row, or the target's if that is all there is.
---@param client vim.lsp.Client
---@param asked dotstream.PlanRequest
---@param row dotstream.Row
function M.open(client, asked, row)
  if row.source then
    return edit(paths.from_uri(row.source))
  end
  local params = { root = paths.to_uri(asked.root), paths = { row.path } }
  params.target = asked.target and paths.to_uri(asked.target)
  request.ask(client, "dotstream/status", params, function(result)
    local state = result.paths[1]
    local source = state and state.source ~= vim.NIL and state.source
    edit(paths.from_uri(source or row.path))
  end)
end

--- Show the source beside the target, in a tab of their own.
---@param client vim.lsp.Client
---@param root string
---@param target? string
---@param uri string of either side
function M.show(client, root, target, uri)
  local params = { root = paths.to_uri(root), path = uri }
  params.target = target and paths.to_uri(target)
  request.ask(client, "dotstream/diff", params, function(result)
    if result.kind == "same" then
      return errors.notify(
        ("%s and %s are the same"):format(
          paths.shown(result.sourceLabel),
          paths.shown(result.targetLabel)
        )
      )
    elseif result.kind == "missing" then
      return errors.notify(("only %s is there"):format(paths.shown(result.sourceLabel)))
    elseif result.kind == "directory" then
      return errors.notify("a directory stands on one side; nothing to compare")
    end
    vim.cmd.tabnew(vim.fn.fnameescape(paths.from_uri(result.target)))
    vim.cmd.diffthis()
    vim.cmd("rightbelow vsplit " .. vim.fn.fnameescape(paths.from_uri(result.source)))
    vim.cmd.diffthis()
  end)
end

return M
