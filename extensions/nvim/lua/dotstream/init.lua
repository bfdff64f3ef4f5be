--- What other plugins and your configuration may use; the rest of the modules may change.
local M = {}

--- Change settings; see |dotstream-configuration|.  Not needed if the defaults will do.
---@param options? dotstream.Options
function M.setup(options)
  vim.validate("options", options, "table", true)
  require("dotstream.config").set(options)
end

--- Plan an action and show it, as `:Dotstream plan` does.
---@param request dotstream.PlanRequest
function M.plan(request)
  vim.validate("request", request, "table")
  vim.validate("request.action", request.action, function(action)
    return vim.list_contains({ "manage", "unmanage", "remanage", "adopt", "undo" }, action)
  end, "manage, unmanage, remanage, adopt or undo")
  for _, field in ipairs({ "root", "target", "profile", "after" }) do
    vim.validate("request." .. field, request[field], "string", true)
  end
  for _, field in ipairs({ "packages", "paths" }) do
    vim.validate("request." .. field, request[field], vim.islist, true, "a list of strings")
  end
  vim.validate("request.transaction", request.transaction, "number", true)
  vim.validate("request.out", request.out, "boolean", true)
  vim.validate("request.whole", request.whole, "boolean", true)
  vim.validate("request.options", request.options, "table", true)
  vim.validate("request.paths", request.paths, function(given)
    return request.action ~= "adopt" or (given ~= nil and #given > 0)
  end, request.action ~= "adopt", "what to adopt")
  require("dotstream.start").plan(vim.deepcopy(request), request.after)
end

--- What dotstream is doing, or how the current file is linked; "" if there is nothing to say.
---@return string
function M.statusline()
  local requests = package.loaded["dotstream.request"]
  local work = requests and requests.summary()
  return work or vim.b.dotstream_status or ""
end

return M
