--- What other plugins and your configuration may use; the rest of the modules may change.
local M = {}

--- Change settings; see |dotstream-configuration|.  Not needed if the defaults will do.
---@param options? dotstream.Options
function M.setup(options)
  require("dotstream.config").set(options)
end

--- Plan an action and show it, as `:Dotstream plan` does.
---@param request dotstream.PlanRequest
function M.plan(request)
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
