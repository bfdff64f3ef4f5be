--- What a person decided about a plan: policies for conflicts, and rows that are left out.
---
--- Each decision is a step that can be taken back, and made again.
local M = {}

---@class (exact) dotstream.Step
---@field policies table<string, string> by the URI of a path
---@field rest? string the policy for all other conflicts
---@field same? boolean whether files that are the same as the package's make way
---@field omitted table<string, boolean> by URI, with all that is below

---@class dotstream.Choices
---@field steps dotstream.Step[] the first is what the command itself says
---@field at integer the step that holds
local Choices = {}
Choices.__index = Choices

---@param options? { onConflict?: string, resolutions?: table<string, string>, same?: boolean }
---@return dotstream.Choices
function M.new(options)
  options = options or {}
  local first = {
    policies = options.resolutions or {},
    rest = options.onConflict,
    same = options.same,
    omitted = {},
  }
  return setmetatable({ steps = { first }, at = 1 }, Choices)
end

---@return dotstream.Step
function Choices:now()
  return self.steps[self.at]
end

--- Whether anything was chosen that would be lost.
---@return boolean
function Choices:made()
  return self.at > 1
end

---@param change fun(step: dotstream.Step)
function Choices:step(change)
  local step = vim.deepcopy(self:now())
  change(step)
  self.steps = vim.list_slice(self.steps, 1, self.at)
  table.insert(self.steps, step)
  self.at = #self.steps
end

--- Settle conflicts, or open them again without a policy.
---@param uris string[]
---@param policy? string
function Choices:settle(uris, policy)
  self:step(function(step)
    for _, uri in ipairs(uris) do
      step.policies[uri] = policy
    end
  end)
end

--- Settle all conflicts alike that nothing was decided about, or open them again.
---@param choice "same"|"again"|string `same` settles those of files that are the same; or a policy
function Choices:settle_rest(choice)
  self:step(function(step)
    if choice == "same" then
      step.same = true
    elseif choice == "again" then
      step.rest, step.same = nil, nil
    else
      step.rest = choice
    end
  end)
end

--- Leave paths out, or put them back if all of them are left out already.
---@param uris string[]
function Choices:toggle(uris)
  local all = true
  for _, uri in ipairs(uris) do
    all = all and self:omits(uri)
  end
  self:step(function(step)
    for _, uri in ipairs(uris) do
      step.omitted[uri] = not all or nil
      for other in pairs(all and step.omitted or {}) do
        if vim.startswith(uri, other .. "/") then
          step.omitted[other] = nil -- what is above stands for more than this
        end
      end
    end
  end)
end

--- Go one decision back or forth.
---@param by 1|-1
---@return "plan"|"rows"|nil what has to be made anew
function Choices:move(by)
  local before, after = self:now(), self.steps[self.at + by]
  if not after then
    return nil
  end
  self.at = self.at + by
  local alike = before.rest == after.rest
    and before.same == after.same
    and vim.deep_equal(before.policies, after.policies)
  return alike and "rows" or "plan"
end

--- Whether a path is left out, by itself or with a directory above it.
---@param uri string
---@return boolean
function Choices:omits(uri)
  local omitted = self:now().omitted
  if next(omitted) == nil then
    return false
  end
  local above = uri ---@type string?
  while above do
    if omitted[above] then
      return true
    end
    above = above:match("^(.*)/[^/]*$")
  end
  return false
end

--- The paths that are left out, as `omit` of an apply.
---@return string[]?
function Choices:omit()
  local uris = vim.tbl_keys(self:now().omitted)
  table.sort(uris)
  return #uris > 0 and uris or nil
end

return M
