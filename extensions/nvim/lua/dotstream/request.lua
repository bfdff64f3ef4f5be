--- Requests that take a while: their rows, their progress, and one end each, however they end.
---
--- Neovim does not call the handler of a request that was cancelled, so the end is also read
--- off LspRequest, and off the exit of the server.
local M = {}

local CANCELLED = -32800

---@class dotstream.Work
---@field client vim.lsp.Client
---@field id integer
---@field title string
---@field message string what the last progress value said
---@field ending string? what the last value of all said
---@field finish fun(err: dotstream.Fault?, result: any)
---@field on_progress? fun(value: table)

---@type table<string, fun(value: table)>
local streams = {}
---@type table<string, fun(conflict: dotstream.Row, answer: fun(policy?: string, cancel?: boolean))>
local questions = {}
---@type table<string, dotstream.Work>
local works = {}
local count = 0

---@class dotstream.RequestOptions
---@field title string shown in the status line
---@field on_value? fun(value: table) rows as they come
---@field on_question? fun(conflict: dotstream.Row, answer: fun(policy?: string, cancel?: boolean))
---@field on_progress? fun(value: table) values of the work-done progress
---@field on_end fun(err: dotstream.Fault?, result: any) called exactly once

---@param client vim.lsp.Client
---@param method string
---@param params table
---@param options dotstream.RequestOptions
---@return dotstream.Handle
function M.send(client, method, params, options)
  count = count + 1
  local token = ("dotstream-%d"):format(count)
  local rows = token .. "-rows"
  params = vim.tbl_extend("force", params, { workDoneToken = token })
  if options.on_value then
    params.partialResultToken = rows
    streams[rows] = options.on_value
    questions[rows] = options.on_question
  end
  local ended = false
  local work ---@type dotstream.Work
  local function finish(err, result)
    if ended then
      return
    end
    ended = true
    streams[rows], questions[rows], works[token] = nil, nil, nil
    options.on_end(err, result)
    vim.cmd.redrawstatus()
  end
  work = { client = client, id = -1, title = options.title, message = "", finish = finish }
  work.on_progress = options.on_progress
  works[token] = work
  local sent, id = client:request(method, params, function(err, result)
    finish(err, result)
  end)
  if not sent then
    vim.schedule(function()
      finish({ code = 0, message = "the server has ended", data = { kind = "ended" } })
    end)
  end
  work.id = id or -1
  return {
    ack = function(seq)
      if not ended then
        client:notify("dotstream/ack", { token = rows, seq = seq })
      end
    end,
    cancel = function()
      if not ended and id then
        client:cancel_request(id)
      end
    end,
  }
end

--- Send a request that is answered at once and only matters if it succeeds.
---@param client vim.lsp.Client
---@param method string
---@param params table
---@param on_result fun(result: any)
function M.ask(client, method, params, on_result)
  client:request(method, params, function(err, result)
    if err then
      require("dotstream.errors").show(err, client)
    else
      on_result(result)
    end
  end)
end

--- The handler of `$/progress`: takes what is ours, and lets Neovim see all other progress.
function M.on_progress(err, params, context)
  local on_value = streams[params.token]
  if on_value then
    on_value(params.value)
    return
  end
  local token, value = tostring(params.token), params.value
  local work = works[token]
  if work then
    work.message = value.message or work.message
    if value.kind == "end" then
      work.ending = value.message
    end
    if work.on_progress then
      work.on_progress(value)
    end
  elseif token:find("^dotstream%-%d+%-rows$") then
    return -- late rows of a request that has ended
  end
  return vim.lsp.handlers["$/progress"](err, params, context)
end

--- The handler of `dotstream/conflict`: a person answers, and takes as long as that takes.
function M.on_question(_, params)
  local ask = questions[params.token]
  if not ask then
    return vim.NIL
  end
  local co, waits, answer = coroutine.running(), false, nil
  ask(params.conflict, function(policy, cancel)
    answer = (policy or cancel) and { policy = policy, cancel = cancel or false } or vim.NIL
    if waits then
      coroutine.resume(co)
    end
  end)
  if answer == nil then
    waits = true
    coroutine.yield()
  end
  return answer
end

vim.api.nvim_create_autocmd("LspRequest", {
  group = vim.api.nvim_create_augroup("dotstream.request", {}),
  desc = "dotstream: the end of requests that were cancelled",
  callback = function(event)
    local data = event.data
    if data.request.type ~= "complete" then
      return
    end
    for _, work in pairs(works) do
      if work.client.id == data.client_id and work.id == data.request_id then
        -- An answer's own handler comes right after this event, and wins.
        vim.schedule(function()
          work.finish({
            code = CANCELLED,
            message = work.ending or "cancelled",
            data = { kind = "cancelled" },
          })
        end)
      end
    end
  end,
})

--- End all requests of a server that is no more.
---@param client_id integer
---@return integer ended
function M.client_ended(client_id)
  local ended = 0
  for _, work in pairs(vim.tbl_values(works)) do
    if work.client.id == client_id then
      ended = ended + 1
      work.finish({
        code = 0,
        message = "the server ended before it answered",
        data = { kind = "ended" },
      })
    end
  end
  return ended
end

--- Cancel everything that is being worked on.
---@return integer cancelled
function M.cancel_all()
  local cancelled = 0
  for _, work in pairs(works) do
    work.client:cancel_request(work.id)
    cancelled = cancelled + 1
  end
  return cancelled
end

--- What is being done, in a few words; nil if nothing is.
---@return string?
function M.summary()
  local _, work = next(works)
  if not work then
    return nil
  end
  return work.message == "" and work.title or work.title .. ": " .. work.message
end

return M
