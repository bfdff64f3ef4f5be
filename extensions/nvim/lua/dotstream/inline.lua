--- In ordinary buffers: where this file is linked and in what state, and code lenses.
local config = require("dotstream.config")
local highlights = require("dotstream.highlights")
local paths = require("dotstream.paths")
local server = require("dotstream.server")

local M = {}

local namespace = vim.api.nvim_create_namespace("dotstream.inline")
M.NAMESPACE = namespace

local group = vim.api.nvim_create_augroup("dotstream.inline", {})

--- Call back with the state of one path, if the server can tell.
---@param client vim.lsp.Client
---@param path string
---@param on_state fun(state: table)
function M.state_of(client, path, on_state)
  if not server.supports(client, "dotstream/status") then
    return
  end
  local params = { root = paths.to_uri(client.root_dir), paths = { paths.to_uri(path) } }
  local target = config.get().target
  params.target = target ~= "" and paths.to_uri(paths.absolute(target)) or nil
  client:request("dotstream/status", params, function(fault, result)
    if not fault and result.paths[1] then
      on_state(result.paths[1])
    end
  end)
end

local WORDS = {
  linked = "linked",
  unlinked = "not linked",
  conflict = "conflict",
  ignored = "ignored",
  directory = "",
}

--- What there is to say about the file at a path, which may be reached from either side.
---@param state table
---@param path string
---@return string? text, string? highlight
function M.text(state, path)
  if state.role == vim.NIL or not state.role or state.state == "other" then
    return nil
  end
  local from_source = state.role == "source" and state.target ~= paths.to_uri(path)
  local other = from_source and state.targetLabel or state.sourceLabel
  local word = state.broken and "broken link" or WORDS[state.state] or state.state
  local parts = {}
  if type(other) == "string" then
    table.insert(parts, (from_source and "→ " or "← ") .. paths.shown(other))
  end
  if word ~= "" then
    table.insert(parts, word)
  end
  if #parts == 0 then
    return nil
  end
  local highlight = (state.state == "conflict" or state.broken) and "DotstreamInlineConflict"
    or "DotstreamInline"
  return table.concat(parts, " · "), highlight
end

---@param client vim.lsp.Client
---@param bufnr integer
function M.refresh(client, bufnr)
  local name = vim.api.nvim_buf_get_name(bufnr)
  M.state_of(client, name, function(state)
    if not vim.api.nvim_buf_is_loaded(bufnr) then
      return
    end
    -- Neovim knows a file in a linked directory by where that leads, and by what was typed.
    local text, highlight = M.text(state, paths.absolute(vim.fn.bufname(bufnr)))
    vim.b[bufnr].dotstream_status = text or ""
    vim.api.nvim_buf_clear_namespace(bufnr, namespace, 0, -1)
    if text and config.get().inline.enable then
      vim.api.nvim_buf_set_extmark(bufnr, namespace, 0, 0, {
        virt_text = { { config.get().inline.prefix .. text, highlight } },
        virt_text_pos = "eol",
        hl_mode = "combine",
      })
    end
    vim.cmd.redrawstatus()
  end)
  if
    config.get().codelens.enable
    and client:supports_method("textDocument/codeLens", bufnr)
    and vim.fs.basename(name) == "dotstream.toml"
  then
    vim.lsp.codelens.refresh({ bufnr = bufnr })
  end
end

--- Every buffer that a server of ours is attached to.
function M.refresh_all()
  for _, client in ipairs(vim.lsp.get_clients({ name = server.NAME })) do
    for bufnr in pairs(client.attached_buffers) do
      M.refresh(client, bufnr)
    end
  end
end

---@param client vim.lsp.Client
---@param bufnr integer
function M.attach(client, bufnr)
  highlights.define()
  vim.b[bufnr].dotstream_root = client.root_dir
  M.refresh(client, bufnr)
  vim.api.nvim_clear_autocmds({ group = group, buffer = bufnr })
  vim.api.nvim_create_autocmd({ "BufEnter", "BufWritePost", "FocusGained" }, {
    group = group,
    buffer = bufnr,
    desc = "dotstream: how this file is linked now",
    callback = function(event)
      if not client:is_stopped() then
        M.refresh(client, bufnr)
        if event.event == "FocusGained" then -- files may have come and gone; Neovim does not watch
          client:notify("workspace/didChangeWatchedFiles", { changes = {} })
        end
      end
    end,
  })
  vim.api.nvim_create_autocmd("LspDetach", {
    group = group,
    buffer = bufnr,
    callback = function(event)
      if event.data.client_id == client.id then
        vim.api.nvim_buf_clear_namespace(bufnr, namespace, 0, -1)
        vim.b[bufnr].dotstream_status = nil
      end
    end,
  })
end

return M
