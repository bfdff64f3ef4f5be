--- Paths and their URIs.  File names are bytes: nothing here assumes UTF-8.
local M = {}

--- Markers of a package directory, as the server knows them.
M.MARKERS = { "dotstream.toml", ".stowrc", ".stow" }

---@param path string
---@return string
function M.to_uri(path)
  return vim.uri_from_fname(path)
end

---@param uri string
---@return string
function M.from_uri(uri)
  return vim.uri_to_fname(uri)
end

---@param path string
---@return string absolute
function M.absolute(path)
  return vim.fs.normalize(vim.fn.fnamemodify(vim.fs.normalize(path), ":p"), { expand_env = false })
end

--- The nearest package directory at or above a path; links are followed first, so that a
--- linked file counts as the package's.  A `.stowrc` in the home directory is GNU Stow's
--- settings for the user, and does not make all of it a package directory.
---@param path string absolute
---@return string?
function M.root_of(path)
  local home = vim.uv.fs_realpath(vim.uv.os_homedir() or "/")
  return vim.fs.root(vim.uv.fs_realpath(path) or path, function(name, directory)
    if name == ".stowrc" and directory == home then
      return false
    end
    return vim.list_contains(M.MARKERS, name)
  end)
end

--- The package directory that a command is about: of the current file, of the working
--- directory, as configured, or of a server that is running.
---@return string?
function M.current_root()
  local name = vim.api.nvim_buf_get_name(0)
  local from_buffer = vim.b.dotstream_root
    or (vim.bo.buftype == "" and name ~= "" and M.root_of(name))
  if from_buffer then
    return from_buffer
  end
  local here = M.root_of(vim.fn.getcwd())
  if here then
    return here
  end
  local configured = require("dotstream.config").get().root
  if configured ~= "" then
    return M.absolute(configured)
  end
  local client = vim.lsp.get_clients({ name = "dotstream" })[1]
  return client and client.root_dir
end

--- Text fit for one line of a buffer.
---@param text string
---@return string
function M.shown(text)
  return (
    text:gsub("%c", function(character)
      return ("\\x%02x"):format(character:byte())
    end)
  )
end

return M
