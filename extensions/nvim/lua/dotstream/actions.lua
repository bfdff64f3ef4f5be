--- What the server's code actions and code lenses call here, because it is better shown than
--- told: plans, differences, a choice of packages.  All else they ask of the server itself.
---
--- Each has one argument: `{ root, path, source, package, policy?, action?, label }`.
local paths = require("dotstream.paths")

local M = {}

--- What they are for; the server is told the names at initialization.
M.NAMES = { "plan", "apply", "adopt", "diff" }

---@param value any
---@return string?
local function path_of(value)
  return type(value) == "string" and paths.from_uri(value) or nil
end

---@param argument table
---@param fields table
---@return dotstream.PlanRequest
local function request(argument, fields)
  local packages = type(argument.packages) == "table" and argument.packages or nil
  if not packages and type(argument.package) == "string" then
    packages = { argument.package }
  end
  return vim.tbl_extend("force", {
    root = path_of(argument.root),
    packages = packages,
    profile = type(argument.profile) == "string" and argument.profile or nil,
  }, fields)
end

---@param argument table
---@param after "show"|"ask"
local function plan(argument, after)
  local action = argument.action or "manage"
  require("dotstream.start").plan(request(argument, { action = action }), after)
end

---@param argument table
local function adopt(argument)
  local asked = request(argument, {
    action = "adopt",
    paths = { paths.from_uri(argument.path) },
  })
  if asked.packages then
    require("dotstream.start").plan(asked, "ask")
  else
    require("dotstream.command").choose_package(asked, "ask")
  end
end

---@param argument table
---@param context lsp.HandlerContext
local function diff(argument, context)
  local client = assert(vim.lsp.get_client_by_id(context.client_id))
  local root = assert(path_of(argument.root))
  require("dotstream.diff").show(client, root, nil, argument.path)
end

---@return table<string, fun(command: lsp.Command, context: table)>
function M.commands()
  local commands = {}
  for name, act in pairs({
    plan = function(argument)
      plan(argument, "show")
    end,
    apply = function(argument)
      plan(argument, "ask")
    end,
    adopt = adopt,
    diff = diff,
  }) do
    commands["dotstream." .. name] = function(command, context)
      act((command.arguments or {})[1] or {}, context)
    end
  end
  return commands
end

return M
