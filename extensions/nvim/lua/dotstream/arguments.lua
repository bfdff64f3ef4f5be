--- The words of `:Dotstream`, as flags and requests, both ways: a plan's buffer is named by them.
local paths = require("dotstream.paths")
local vocabulary = require("dotstream.words")

local M = {}

--- Flags, in the order in which they are written; those that are `bare` take no value.
M.FLAGS = {
  { "--dir", "root" },
  { "--target", "target" },
  { "--profile", "profile" },
  { "--package", "package" },
  { "--folding", "folding" },
  { "--on-conflict", "onConflict" },
  { "--same", "same", bare = true },
  { "--verbose", "explain", bare = true },
  { "--out", "out", bare = true },
  { "--whole", "whole", bare = true },
}

--- What flags may be set to.
M.VALUES = {
  ["--folding"] = vocabulary.FOLDINGS,
  ["--on-conflict"] = vim.list_extend({ "ask" }, vocabulary.POLICIES),
}

local KNOWN = {} ---@type table<string, { [2]: string, bare?: boolean }>
for _, flag in ipairs(M.FLAGS) do
  KNOWN[flag[1]] = flag
end

---@class dotstream.Words
---@field words string[]
---@field root? string
---@field target? string
---@field profile? string
---@field package? string
---@field folding? string
---@field onConflict? string
---@field same? boolean
---@field explain? boolean
---@field out? boolean
---@field whole? boolean
---@field mods? table

--- Take the flags out of the words of a command.
---@param given string[]
---@return dotstream.Words?, string? problem
function M.parse(given)
  local parsed = { words = {} } ---@type dotstream.Words
  for _, word in ipairs(given) do
    local flag, equals, value = word:match("^(%-%-[%w-]+)(=?)(.*)$")
    if flag then
      local known, allowed = KNOWN[flag], M.VALUES[flag]
      if not known then
        return nil, ("there is no flag %s"):format(flag)
      elseif known.bare and equals ~= "" then
        return nil, ("%s takes no value"):format(flag)
      elseif not known.bare and value == "" then
        return nil, ("%s needs a value: %s=…"):format(flag, flag)
      elseif allowed and not vim.list_contains(allowed, value) then
        return nil, ("%s is one of %s"):format(flag, table.concat(allowed, ", "))
      end
      parsed[known[2]] = known.bare or value
    else
      table.insert(parsed.words, word)
    end
  end
  parsed.root = parsed.root and paths.absolute(parsed.root)
  parsed.target = parsed.target and paths.absolute(parsed.target)
  return parsed
end

--- What is asked for; for `adopt` without files, `paths` is empty.
---@param action string
---@param parsed dotstream.Words
---@return dotstream.PlanRequest?, string? problem
function M.request(action, parsed)
  local asks = parsed.onConflict == "ask"
  local options = {
    folding = parsed.folding,
    onConflict = not asks and parsed.onConflict or nil,
    ask = asks or nil,
    same = parsed.same,
    explain = parsed.explain,
  }
  local request = {
    action = action,
    root = parsed.root,
    target = parsed.target,
    profile = parsed.profile,
    options = next(options) and options or nil,
    mods = parsed.mods,
  } ---@type dotstream.PlanRequest
  if action == "undo" then
    local word = parsed.words[1]
    if #parsed.words > 1 or (word and not word:find("^%d+$")) then
      return nil, "undo takes one number; :Dotstream history has them"
    end
    request.transaction = tonumber(word)
  elseif action == "adopt" then
    request.paths = vim.tbl_map(paths.absolute, parsed.words)
    request.packages = parsed.package and { parsed.package } or nil
    request.out, request.whole = parsed.out, parsed.whole
    if parsed.out and parsed.package then
      return nil, "--out moves files into no package"
    end
  elseif parsed.package or parsed.out or parsed.whole then
    return nil, "--package, --out and --whole are for adopt"
  else
    request.packages = #parsed.words > 0 and parsed.words or nil
  end
  return request
end

--- The words that ask for something, without its package directory.
---@param asked dotstream.PlanRequest
---@return string[]
function M.words(asked)
  local adopts = asked.action == "adopt"
  local words = { asked.action }
  vim.list_extend(words, adopts and asked.paths or asked.packages or {})
  table.insert(words, asked.transaction and tostring(asked.transaction))
  local options = asked.options or {}
  local values = {
    target = asked.target,
    profile = asked.profile,
    package = adopts and (asked.packages or {})[1] or nil,
    folding = options.folding,
    onConflict = options.ask and "ask" or options.onConflict,
    same = options.same,
    explain = options.explain,
    out = asked.out,
    whole = asked.whole,
  }
  for _, flag in ipairs(M.FLAGS) do
    local value = values[flag[2]]
    table.insert(
      words,
      value and (flag.bare and flag[1] or ("%s=%s"):format(flag[1], value)) or nil
    )
  end
  return words
end

--- What was asked for, for a person: "manage vim zsh", "undo 7".
---@param asked dotstream.PlanRequest
---@return string
function M.title(asked)
  local words = { asked.action }
  if asked.action == "adopt" then
    for _, path in ipairs(asked.paths or {}) do
      table.insert(words, paths.label(path))
    end
    table.insert(words, asked.packages and "into" or asked.out and "out of its package")
  end
  vim.list_extend(words, asked.packages or {})
  if #words > 6 then
    words = vim.list_slice(words, 1, 6)
    local more = #(asked.packages or {}) + #(asked.paths or {}) - 5
    table.insert(words, ("and %d more"):format(more))
  end
  table.insert(words, asked.profile and "profile " .. asked.profile)
  table.insert(words, asked.transaction and tostring(asked.transaction))
  return paths.shown(table.concat(words, " "))
end

local SCHEME = "dotstream://"

--- The name of the buffer of a command in a package directory.
---@param root string
---@param words string[]
---@return string
function M.name(root, words)
  local encoded = vim.tbl_map(function(word)
    return (
      word:gsub("[%%/ %c]", function(character)
        return ("%%%02X"):format(character:byte())
      end)
    )
  end, words)
  return SCHEME .. root .. "//" .. table.concat(encoded, " ")
end

---@param name string of a buffer
---@return string? root, string[]? words
function M.of_name(name)
  local root, rest = name:match("^dotstream://(/.*)//([^/]+)$")
  if not root then
    return nil
  end
  return root,
    vim.tbl_map(function(word)
      return (
        word:gsub("%%(%x%x)", function(digits)
          return string.char(tonumber(digits, 16))
        end)
      )
    end, vim.split(rest, " ", { trimempty = true }))
end

return M
