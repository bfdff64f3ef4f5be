--- What the server's code actions and code lenses call here.  Each has one argument:
--- `{ root, target, path, source, package, policy?, action?, label }`.
local errors = require("dotstream.errors")
local paths = require("dotstream.paths")

local M = {}

---@param argument table
---@return dotstream.PlanRequest
local function request(argument, fields)
  local uri = function(value)
    return type(value) == "string" and paths.from_uri(value) or nil
  end
  local package = type(argument.package) == "string" and argument.package or nil
  return vim.tbl_extend("force", {
    root = uri(argument.root),
    target = uri(argument.target),
    packages = package and { package } or nil,
    after = "ask",
  }, fields)
end

---@param argument table
local function plan(argument)
  local packages = argument.packages
  require("dotstream.start").plan(request(argument, {
    action = argument.action or "manage",
    packages = type(packages) == "table" and packages or nil,
    profile = type(argument.profile) == "string" and argument.profile or nil,
    after = "show",
  }))
end

--- Plan the package with one conflict settled.
---@param argument table
local function resolve(argument)
  require("dotstream.start").plan(request(argument, {
    action = argument.action or "manage",
    options = { resolutions = { [argument.path] = argument.policy } },
  }))
end

---@param argument table
local function adopt(argument)
  require("dotstream.start").plan(
    request(argument, { action = "adopt", paths = { paths.from_uri(argument.path) } })
  )
end

---@param argument table
---@param context lsp.HandlerContext
local function diff(argument, context)
  local client = assert(vim.lsp.get_client_by_id(context.client_id))
  local asked = request(argument, {})
  require("dotstream.diff").show(client, asked.root, asked.target, argument.path)
end

--- Add the file to the ignore list of its package directory, by hand: the list is the
--- user's, so it is opened with the line added and not saved.
---@param argument table
local function ignore(argument)
  local root = paths.from_uri(argument.root)
  local source = type(argument.source) == "string" and argument.source or argument.path
  local name = vim.fs.basename(paths.from_uri(source))
  vim.cmd.split(vim.fn.fnameescape(root .. "/dotstream.toml"))
  errors.notify(('add "%s" to `ignore`, and save'):format(paths.shown(name)))
end

---@return table<string, fun(command: lsp.Command, context: table)>
function M.commands()
  local run = {
    ["dotstream.plan"] = plan,
    ["dotstream.resolve"] = resolve,
    ["dotstream.diff"] = diff,
    ["dotstream.adopt"] = adopt,
    ["dotstream.ignore"] = ignore,
    ["dotstream.link"] = function(argument)
      require("dotstream.start").plan(request(argument, { action = "manage" }))
    end,
    ["dotstream.unlink"] = function(argument)
      require("dotstream.start").plan(request(argument, { action = "unmanage" }))
    end,
  }
  local commands = {}
  for name, act in pairs(run) do
    commands[name] = function(command, context)
      act((command.arguments or {})[1] or {}, context)
    end
  end
  return commands
end

return M
