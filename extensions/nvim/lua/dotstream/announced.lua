--- What the server can do, told to Neovim for those files alone where there is something to say.
---
--- Neovim takes `K`, 'omnifunc' and the like of every buffer whose server announces hover or
--- completion.  Dotfiles are all kinds of files, with tools of their own: of them nothing is taken.
local M = {}

--- Files that have completion, hover and symbols.
M.FILES = { "dotstream.toml", ".stow-local-ignore", ".stow-global-ignore" }

local PROVIDERS = {
  completionProvider = "textDocument/completion",
  hoverProvider = "textDocument/hover",
  documentSymbolProvider = "textDocument/documentSymbol",
}

--- Register for our own files what was announced for all.
---@param client vim.lsp.Client
function M.narrow(client)
  local selector = vim.tbl_map(function(name)
    return { scheme = "file", pattern = "**/" .. name }
  end, M.FILES)
  local registrations = {}
  for provider, method in pairs(PROVIDERS) do
    local options = client.server_capabilities[provider]
    client.server_capabilities[provider] = nil
    if options then
      options = vim.tbl_extend("force", type(options) == "table" and options or {}, {
        documentSelector = selector,
      })
      local id = "dotstream-" .. provider
      table.insert(registrations, { id = id, method = method, registerOptions = options })
    end
  end
  -- Neovim 0.11 sets up each buffer by what holds for the current one: set up below instead.
  local supports = client.supports_method
  client.supports_method = function(self, method, bufnr)
    if bufnr == nil and vim.list_contains(vim.tbl_values(PROVIDERS), method) then
      return false
    end
    return supports(self, method, bufnr)
  end
  if #registrations > 0 then
    M.register(client, { registrations = registrations })
  end
end

--- What Neovim does by default, for a buffer that has something to say.
---@param client vim.lsp.Client
---@param bufnr integer
function M.set_up(client, bufnr)
  local bo = vim.bo[bufnr]
  if client:supports_method("textDocument/completion", bufnr) and bo.omnifunc == "" then
    bo.omnifunc = "v:lua.vim.lsp.omnifunc"
  end
  vim.api.nvim_buf_call(bufnr, function()
    if client:supports_method("textDocument/hover", bufnr) and vim.fn.maparg("K", "n") == "" then
      vim.keymap.set("n", "K", vim.lsp.buf.hover, { buffer = bufnr, desc = "vim.lsp.buf.hover()" })
    end
  end)
end

---@param client vim.lsp.Client
---@param params lsp.RegistrationParams
---@return any result
function M.register(client, params)
  local method = "client/registerCapability"
  local result = vim.lsp.handlers[method](nil, params, { client_id = client.id, method = method })
  for bufnr in pairs(client.attached_buffers) do
    M.set_up(client, bufnr)
  end
  return result
end

return M
