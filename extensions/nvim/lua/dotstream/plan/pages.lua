--- Rows that are not kept: asked for when somebody wants to see them, a page at a time.
local errors = require("dotstream.errors")
local window = require("dotstream.plan.window")

local M = {}

--- Paths on a page.
M.SIZE = 1000

--- Ask for a page of a directory; the cursor goes to what came.
---@param session dotstream.Session
---@param group dotstream.Group
function M.load(session, group)
  local action = session.request.action
  if action == "undo" or action == "adopt" then
    local what = action == "undo" and action or "adoption"
    return errors.notify(("the rest of an %s is only counted"):format(what))
  elseif session.loading[group.uri] then
    return
  end
  session.loading[group.uri] = true
  local params = session:params()
  params.directory = group.uri
  params.offset = group.next
  params.limit = M.SIZE
  local generation, before = session.generation, group.next and #group.rows or 0
  session.client:request("dotstream/children", params, function(fault, result)
    session.loading[group.uri] = nil
    if generation ~= session.generation or not session:valid() then
      return
    elseif fault then
      return errors.show(fault)
    end
    local next = result.next ~= vim.NIL and result.next or nil
    session.model:add_page(group, result.items, next, not params.offset)
    session.buffer:update(session.model, { [group] = true }, session.choices)
    local heading = assert(session.model:line_of(group.uri))
    local loaded = before > 0 and before + 1 or 0
    window.go_to(session, heading + math.min(loaded, group.height - 1))
  end)
end

--- Open a directory of the tree that is not among the groups yet.
---@param session dotstream.Session
---@param directory { path: string, label: string }
---@param below? dotstream.Group
function M.load_directory(session, directory, below)
  local uri = directory.path:gsub("/?$", "/")
  local at = #session.model.groups + 1
  for index, group in ipairs(session.model.groups) do
    if group == below then
      at = index + 1
    end
  end
  M.load(session, session.model:group(uri, (directory.label:gsub("/?$", "/")), at))
end

--- Open the tree of the target, for what came after the buffer was full.
---@param session dotstream.Session
function M.load_root(session)
  local params = session:params()
  params.limit = 1
  session.client:request("dotstream/children", params, function(fault, result)
    if fault then
      return errors.show(fault)
    end
    M.load_directory(session, { path = result.directory, label = result.label })
  end)
end

return M
