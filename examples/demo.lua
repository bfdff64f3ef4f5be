-- What Neovim shows of a plan as it comes.  examples/demo.py runs this in a real one that has
-- no screen of its own; "# " begins a title there.

local PATIENCE = 60000
local started = vim.uv.hrtime()

---@param format string
local function say(format, ...)
  io.stdout:write(format:format(...), "\n")
end

---@param keys string
local function type_keys(keys)
  vim.api.nvim_feedkeys(vim.keycode(keys), "xt", false)
end

local function show()
  for _, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    say("  %s", line)
  end
end

local happened = { DotstreamPlanEnded = 0, DotstreamApplied = 0 }
local counting = false
vim.api.nvim_create_autocmd("User", {
  pattern = { "DotstreamPlanUpdated", "DotstreamPlanEnded", "DotstreamApplied" },
  callback = function(event)
    if event.match ~= "DotstreamPlanUpdated" then
      happened[event.match] = happened[event.match] + 1
      return
    end
    local rows = 0
    for _, count in pairs(event.data.counts or {}) do
      rows = rows + count
    end
    if counting then
      say("  %6d ms  %6d rows so far", (vim.uv.hrtime() - started) / 1e6, rows)
    end
  end,
})

---@param event "DotstreamPlanEnded"|"DotstreamApplied"
---@param action fun()
local function until_event(event, action)
  local before = happened[event]
  started = vim.uv.hrtime()
  action()
  local came = vim.wait(PATIENCE, function()
    return happened[event] > before
  end)
  if not came then
    say("! %s did not come", event)
    vim.cmd("cquit")
  end
end

-- A person who says "back up" whenever there is a choice.
vim.ui.select = function(items, options, on_choice)
  for index, item in ipairs(items) do
    if vim.startswith((options.format_item or tostring)(item), "backup") then
      return on_choice(item, index)
    end
  end
end
vim.notify = function(text)
  say("  %s", text)
end

---@param packages string
local function plan(packages)
  until_event("DotstreamPlanEnded", function()
    vim.cmd("Dotstream plan manage " .. packages)
  end)
end

plan("git") -- starts the server
vim.cmd("bwipeout!")

say("# :Dotstream plan manage many      20,000 files: rows are there while it plans")
counting = true
plan("many")
counting = false
say("  %6d ms  complete", (vim.uv.hrtime() - started) / 1e6)
vim.cmd("bwipeout!")

say("# :Dotstream plan manage vim zsh   a conflict waits to be settled")
plan("vim zsh")
show()

say('# gA, "backup"                     settled; still nothing is touched')
until_event("DotstreamPlanEnded", function()
  type_keys("gA")
end)
show()

say("# :w                               exactly this is applied, all or nothing")
until_event("DotstreamApplied", function()
  vim.cmd("write")
end)

say("# u                                and undone")
until_event("DotstreamApplied", function()
  type_keys("u")
end)
vim.cmd("qall!")
