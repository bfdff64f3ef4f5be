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
  -- Of `oil:///home/me/dotfiles/zsh/` and the like, the path says where one is.
  local path = name:match("^%a[%w+.-]*://(/.*)$") or (vim.bo.buftype == "" and name)
  local from_buffer = vim.b.dotstream_root or (path and path ~= "" and M.root_of(path))
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

--- The lead bytes of UTF-8, and what follows them.
local SEQUENCES = { "[%z\1-\127]", "[\194-\223]", "[\224-\239]", "[\240-\244]" }
for length, lead in ipairs(SEQUENCES) do
  SEQUENCES[length] = "^" .. lead .. ("[\128-\191]"):rep(length - 1)
end

--- What is UTF-8 and cannot be seen.
local INVISIBLE = {
  { 0x00, 0x1f },
  { 0x7f, 0xa0 },
  { 0xad, 0xad },
  { 0x2000, 0x200f },
  { 0x2028, 0x202f },
  { 0x205f, 0x206f },
  { 0x3000, 0x3000 },
  { 0xfeff, 0xfeff },
}
local SHORT = { ["\t"] = "\\t", ["\n"] = "\\n", ["\r"] = "\\r" }

---@param character string UTF-8
---@return string
local function visible(character)
  local code = vim.fn.char2nr(character)
  for _, range in ipairs(INVISIBLE) do
    if code >= range[1] and code <= range[2] then
      return SHORT[character] or (code > 0xff and "\\u%04x" or "\\x%02x"):format(code)
    end
  end
  return character
end

--- Text fit for one line, escaped as the server escapes its own: no control character, and no
--- byte that is not UTF-8.
---@param text string
---@return string
function M.shown(text)
  if not text:find("[^\32-\126]") then
    return text
  end
  local parts, at = {}, 1
  while at <= #text do
    local character
    for _, sequence in ipairs(SEQUENCES) do
      character = character or text:match(sequence, at)
    end
    table.insert(parts, character and visible(character) or ("\\x%02x"):format(text:byte(at)))
    at = at + #(character or " ")
  end
  return table.concat(parts)
end

--- A path for people: `~` stands for the home directory.
---@param path string
---@return string
function M.label(path)
  return M.shown(vim.fn.fnamemodify(path, ":~"))
end

return M
